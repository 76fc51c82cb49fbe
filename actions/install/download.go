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

// download fetches one archive into a file that outlives a break. Whether what was
// kept is the beginning of the right archive, and what came its rest, is known at
// the end, by the sum.
type download struct {
	*client
	from *url.URL
	// sum is the published SHA-256 in lower-case hexadecimal.
	sum  string
	file *os.File
	size int64
	// joined says that the file was put together from more than one answer, reached
	// how long it has been so far.
	joined  bool
	reached int64
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
	return &download{client: c, from: from, sum: sum, file: file, size: info.Size(), reached: info.Size()}, nil
}

// close lets go of the file. An empty one is no use to anybody.
func (d *download) close() error {
	var err error
	if d.size == 0 {
		err = os.Remove(d.file.Name())
	}
	return errors.Join(err, d.file.Close())
}

// restart throws away what is there.
func (d *download) restart() error {
	d.size, d.joined = 0, false
	return d.file.Truncate(0)
}

// have is the SHA-256 of what is there.
func (d *download) have() (string, error) {
	hash := sha256.New()
	_, err := io.Copy(hash, io.NewSectionReader(d.file, 0, d.size))
	return hex.EncodeToString(hash.Sum(nil)), err
}

// complete makes the file the published one, in as many tries as it takes. What
// was put together and is another file is fetched once more from the beginning.
func (d *download) complete(ctx context.Context) error {
	if d.size > 0 {
		d.tell.Say(fmt.Sprintf("Resuming   after %d KiB that are kept in %s", d.size>>10, d.file.Name()))
	}
	for last := false; ; last = true {
		if err := d.persist(ctx, func(met bool) (int64, error) { return d.try(ctx, met) }); err != nil {
			return err
		}
		sum, err := d.have()
		if err != nil || sum == d.sum {
			return err
		}
		last = last || !d.joined
		if err := d.restart(); err != nil {
			return err
		}
		if last {
			return refused("%s has the SHA-256 %s, published is %s", shown(d.from), sum, d.sum)
		}
		d.tell.Say("Again      from the beginning: what was put together is another file")
	}
}

// try makes one request, unless all is there already, and returns by how much the
// file is longer than it ever was.
func (d *download) try(ctx context.Context, met bool) (int64, error) {
	if sum, err := d.have(); err == nil && sum == d.sum {
		return 0, nil // before a kill, or more was promised than there is
	}
	err := d.request(ctx, met || d.size > 0)
	got := max(d.size-d.reached, 0)
	d.reached += got
	return got, err
}

func (d *download) request(ctx context.Context, met bool) error {
	a, err := d.get(ctx, d.from, d.size)
	if status, ok := errors.AsType[StatusError](err); ok && status.Code == http.StatusRequestedRangeNotSatisfiable && d.size > 0 {
		return errors.Join(d.restart(), again{err}) // there is no such part: what is kept is too long
	}
	if err != nil {
		return d.judge(d.from, err, met)
	}
	defer a.Close()
	whole := a.ContentLength // -1 where it is not told
	switch {
	case a.StatusCode == http.StatusOK: // all of it, whatever was asked for
		err = d.restart()
	case whole >= 0:
		d.joined, whole = true, whole+d.size
	default:
		d.joined = true
	}
	if err != nil {
		return err
	}
	return d.pour(ctx, a, max(whole, 0))
}

// pour writes what comes until it ends.
func (d *download) pour(ctx context.Context, from io.Reader, whole int64) error {
	for buffer := make([]byte, 64<<10); ; {
		n, err := from.Read(buffer)
		if limit := d.limits.Archive; max(whole, d.size+int64(n)) > limit {
			return errors.Join(d.restart(), refused("%s is larger than %d MiB", shown(d.from), limit>>20))
		}
		written, failed := d.file.WriteAt(buffer[:n], d.size)
		d.size += int64(written)
		if failed != nil {
			return failed // the disk's fault, not the network's
		}
		if n > 0 {
			d.tell.Got(d.size, whole)
		}
		switch {
		case errors.Is(err, io.EOF): // an answer shorter than it says has another error
			return nil
		case err != nil:
			return brokenOff(ctx, d.from, err)
		}
	}
}
