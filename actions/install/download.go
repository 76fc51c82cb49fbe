package install

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"

	"golang.org/x/sys/unix"
)

// partialEnding is added to the name of an archive that is being fetched.
const partialEnding = ".part"

// download fetches one archive into a file that a broken download leaves behind. Only
// the sum of the whole file shows whether its parts belong together.
type download struct {
	*client
	from *url.URL
	// sum is the published SHA-256 in lower-case hexadecimal.
	sum  string
	file *os.File
	size int64
	// joined says that the file has parts of more than one response, longest how many
	// bytes it ever had.
	joined  bool
	longest int64
}

func (c *client) open(path string, from *url.URL, sum string) (*download, error) {
	file, err := os.OpenFile(path+partialEnding, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, err
	}
	return &download{client: c, from: from, sum: sum, file: file, size: info.Size(), longest: info.Size()}, nil
}

// close closes the file, and removes it if it is empty.
func (d *download) close() error {
	var err error
	if d.size == 0 {
		err = os.Remove(d.file.Name())
	}
	return errors.Join(err, d.file.Close())
}

// discard empties the file.
func (d *download) discard() error {
	d.size, d.joined = 0, false
	return d.file.Truncate(0)
}

// content is what the file has now.
func (d *download) content() *io.SectionReader { return io.NewSectionReader(d.file, 0, d.size) }

// currentSum is the SHA-256 of the content.
func (d *download) currentSum() (string, error) {
	hash := sha256.New()
	_, err := io.Copy(hash, d.content())
	return hex.EncodeToString(hash.Sum(nil)), err
}

// complete makes the file the published one, in as many tries as it takes. A joined file
// with another sum is fetched once more from the beginning.
func (d *download) complete(ctx context.Context) error {
	if d.size > 0 {
		d.progress.Step(fmt.Sprintf("Resuming   after %d KiB that are kept in %s", d.size>>10, d.file.Name()))
	}
	for first := true; ; first = false {
		if err := d.retry(ctx, func() (int64, error) { return d.try(ctx) }); err != nil {
			return err
		}
		sum, err := d.currentSum()
		if err != nil || sum == d.sum {
			return err
		}
		again := first && d.joined
		if err := d.discard(); err != nil {
			return err
		}
		if !again {
			return refused("%s has the SHA-256 %s, published is %s", redacted(d.from), sum, d.sum)
		}
		d.progress.Step("Again      from the beginning: what was put together is another file")
	}
}

// try makes one request, unless the file is whole already, and returns by how much the
// file is longer than it ever was.
func (d *download) try(ctx context.Context) (int64, error) {
	if sum, err := d.currentSum(); err == nil && sum == d.sum {
		return 0, nil // whole before a kill, or the server promised more than there is
	}
	err := d.request(ctx)
	received := max(d.size-d.longest, 0)
	d.longest += received
	return received, err
}

func (d *download) request(ctx context.Context) error {
	r, err := d.get(ctx, d.from, d.size)
	if status, ok := errors.AsType[StatusError](err); ok && status.Code == http.StatusRequestedRangeNotSatisfiable && d.size > 0 {
		return errors.Join(d.discard(), retryable{err}) // the file is too long to be a beginning
	}
	if err != nil {
		return d.classify(d.from, err)
	}
	defer r.Close()
	if r.StatusCode == http.StatusOK { // the whole file, whatever was asked for
		if err := d.discard(); err != nil {
			return err
		}
	} else {
		d.joined = true
	}
	whole := int64(0) // unknown
	if r.ContentLength >= 0 {
		whole = d.size + r.ContentLength
	}
	return d.write(ctx, r, whole)
}

// write appends a response to the file until it ends.
func (d *download) write(ctx context.Context, from io.Reader, whole int64) error {
	for buffer := make([]byte, 64<<10); ; {
		n, err := from.Read(buffer)
		if limit := d.limits.Archive; max(whole, d.size+int64(n)) > limit {
			return errors.Join(d.discard(), refused("%s is larger than %d MiB", redacted(d.from), limit>>20))
		}
		written, failed := d.file.WriteAt(buffer[:n], d.size)
		d.size += int64(written)
		if failed != nil {
			return failed // the disk's fault, not the network's
		}
		if n > 0 {
			d.progress.Downloaded(d.size, whole)
		}
		switch {
		case errors.Is(err, io.EOF): // a response shorter than it promises has another error
			return nil
		case err != nil:
			return brokenOff(ctx, d.from, err)
		}
	}
}
