package install

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"

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
