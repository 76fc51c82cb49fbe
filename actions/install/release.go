package install

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/stigmer/local/statefile"
)

// Releases is where the Temporal CLI's releases are published: below it, a folder
// for each version with its archives and checksums.txt.
const Releases = "https://github.com/temporalio/cli/releases/download"

// Release fetches published archives. A mirror has the same folders and names.
type Release struct {
	Home statefile.Home
	// Base is Releases or a mirror: see ParseMirror.
	Base *url.URL
	// Agent is the User-Agent header of each request.
	Agent  string
	Limits Limits
}

// ParseMirror reads a URL below which the folders of the versions lie.
func ParseMirror(text string) (*url.URL, error) {
	base, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%q is not a URL", text)
	case base.Scheme != "http" && base.Scheme != "https", base.Host == "":
		return nil, fmt.Errorf("%q is not a URL such as https://mirror.example/temporal", text)
	case base.RawQuery != "", base.Fragment != "":
		return nil, fmt.Errorf("%q has a query or a fragment: it must be a folder's URL", text)
	}
	return base, nil
}

// Name says where it comes from.
func (r Release) Name() string { return redacted(r.Base) }

func (r Release) file(v Version, name string) *url.URL { return r.Base.JoinPath(string(v), name) }

// Fetch downloads a version's archive, proves it by its published SHA-256, and
// writes its program to a new file. Whatever breaks the download off, what there
// is of it is kept in the home's downloads, and the next Fetch goes on from it.
func (r Release) Fetch(ctx context.Context, v Version, to string, progress Progress) error {
	name, err := v.archive(runtime.GOOS, runtime.GOARCH)
	if err != nil {
		return err
	}
	file := r.file(v, name)
	ctx, cancel := context.WithTimeoutCause(ctx, r.Limits.Total, failed(Broken, "%s broke off: %v", redacted(file), errTooLong))
	defer cancel()
	c := newClient(r.Agent, r.Limits, progress)
	sum, err := c.publishedSum(ctx, r.file(v, sumsName), name)
	if err != nil {
		return err
	}
	d, err := c.open(filepath.Join(r.Home.Downloads(), name), file, sum)
	if err != nil {
		return err
	}
	return errors.Join(d.unpacked(ctx, to), d.close())
}

// unpacked completes an archive and unpacks it. It is thrown away then, unless the
// disk is to blame: with more room it need not be fetched again.
func (d *download) unpacked(ctx context.Context, to string) error {
	d.progress.Step("Fetching   " + redacted(d.from))
	if err := d.complete(ctx); err != nil {
		return err
	}
	d.progress.Step("Verified   its SHA-256 is the published one, " + d.sum)
	err := unpack(d.content(), to, d.limits.Program)
	if err == nil || KindOf(err) == Refused {
		err = errors.Join(err, d.discard())
	}
	return err
}

// sumsName is the file in which a release's sums are published, as sha256sum
// writes them.
const sumsName = "checksums.txt"

// sumsBytes bounds it: a release has some ten archives.
const sumsBytes = 1 << 20

// publishedSum fetches the SHA-256 that a release's list has for an archive, in
// lower-case hexadecimal.
func (c *client) publishedSum(ctx context.Context, list *url.URL, name string) (string, error) {
	var text []byte
	err := c.retry(ctx, func() (int64, error) {
		r, err := c.get(ctx, list, 0)
		if err != nil {
			return 0, err
		}
		defer r.Body.Close()
		if text, err = io.ReadAll(io.LimitReader(r.Body, sumsBytes+1)); err != nil {
			return 0, brokenOff(ctx, list, err)
		}
		return 0, nil
	})
	switch sums := sumsOf(string(text), name); {
	case err != nil:
		return "", err
	case len(text) > sumsBytes:
		return "", failed(Refused, "%s is larger than %d MiB", redacted(list), sumsBytes>>20)
	case len(sums) == 0:
		return "", failed(Refused, "%s has no SHA-256 for %s", redacted(list), name)
	case len(sums) > 1:
		return "", failed(Refused, "%s has two different sums for %s", redacted(list), name)
	default:
		return sums[0], nil
	}
}

// sumLine is a line of sha256sum; a star before the name is for a file that was read as binary.
var sumLine = regexp.MustCompile(`(?m)^([0-9A-Fa-f]{64})[ \t]+\*?(\S+)[ \t\r]*$`)

// sumsOf finds the sums that a list has for a file, each once.
func sumsOf(text, name string) (sums []string) {
	for _, line := range sumLine.FindAllStringSubmatch(text, -1) {
		sum := strings.ToLower(line[1])
		if line[2] == name && (len(sums) == 0 || sums[len(sums)-1] != sum) {
			sums = append(sums, sum)
		}
	}
	return sums
}
