package install

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
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
	// size is how many bytes the file has, whole how many it will have, 0 if unknown.
	size, whole int64
	// joined says that the file has parts of more than one response.
	joined bool
}

func (c *client) open(path string, from *url.URL, sum string) (*download, error) {
	file, err := os.OpenFile(path+partialEnding, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &download{client: c, from: from, sum: sum, file: file, size: size}, nil
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

// Write appends to the file.
func (d *download) Write(data []byte) (int, error) {
	n, err := d.file.WriteAt(data, d.size)
	d.size += int64(n)
	d.progress.Downloaded(d.size, d.whole)
	return n, err
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
			return failed(Refused, "%s has the SHA-256 %s, published is %s", redacted(d.from), sum, d.sum)
		}
		d.progress.Step("Again      from the beginning: what was put together is another file")
	}
}

// try makes one request, unless the file is whole already, and returns how many bytes were
// won: none by an answer that begins anew.
func (d *download) try(ctx context.Context) (won int64, err error) {
	if sum, err := d.currentSum(); err == nil && sum == d.sum {
		return 0, nil // whole before a kill, or the server promised more than there is
	}
	before := d.size
	r, err := d.get(ctx, d.from, before)
	if err != nil {
		return 0, err
	}
	defer r.Body.Close()
	switch r.StatusCode {
	case http.StatusPartialContent:
		d.joined = true
	case http.StatusRequestedRangeNotSatisfiable:
		return 0, errors.Join(d.discard(), retryable(Unserved, "%s answers %s", redacted(d.from), r.Status))
	default: // the whole file, whatever was asked for
		if err := d.discard(); err != nil {
			return 0, err
		}
	}
	start := d.size
	err = d.receive(ctx, r)
	if start < before {
		return 0, err
	}
	return d.size - start, err
}

// receive appends a response to the file until it ends.
func (d *download) receive(ctx context.Context, r *http.Response) error {
	d.whole = max(0, d.size+r.ContentLength)
	limit := d.limits.Archive
	var err error
	if d.whole <= limit {
		_, err = io.Copy(d, io.LimitReader(r.Body, limit+1-d.size))
	}
	_, writing := errors.AsType[*fs.PathError](err) // the disk's fault, not the network's
	switch {
	case max(d.size, d.whole) > limit:
		return errors.Join(d.discard(), failed(Refused, "%s is larger than %d MiB", redacted(d.from), limit>>20))
	case err == nil, writing: // a response shorter than it promises has an error
		return err
	}
	return brokenOff(ctx, d.from, err)
}
