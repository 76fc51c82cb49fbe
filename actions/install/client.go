package install

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

var (
	errStalled = errors.New("nothing came for too long")
	errTooLong = errors.New("the download takes too long altogether")
)

// redirects is how many are followed for one file: a release's takes one or two.
const redirects = 10

// client asks servers for files. Proxies are taken from the environment
// (HTTPS_PROXY, HTTP_PROXY, NO_PROXY).
type client struct {
	http     *http.Client
	agent    string
	limits   Limits
	progress Progress
	// answered are the hosts that have given an answer.
	answered map[string]bool
}

func newClient(agent string, limits Limits, progress Progress) *client {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, address)
			return patientConn{conn, limits.Stall}, err
		},
		// Three requests are not worth a connection that is kept, on which a server that
		// sends more than it has promised would be reported in net/http's own log.
		DisableKeepAlives: true,
		// A .tar.gz must come as it is, also from a server that calls it an encoding.
		DisableCompression:     true,
		ForceAttemptHTTP2:      true,
		MaxResponseHeaderBytes: 64 << 10,
	}
	return &client{&http.Client{Transport: transport, CheckRedirect: checkRedirect}, agent, limits, progress, map[string]bool{}}
}

// patientConn fails to read with os.ErrDeadlineExceeded when nothing comes for the time of
// its patience.
type patientConn struct {
	net.Conn
	patience time.Duration
}

// Read waits for the next bytes. Each one renews the server's time.
func (c patientConn) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.patience)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

// checkRedirect follows to http and https alone, and never from https to http:
// what was requested privately must not come from a program on the way.
func checkRedirect(next *http.Request, before []*http.Request) error {
	last := before[len(before)-1]
	switch {
	case len(before) > redirects:
		return failed(Refused, "%s: there are more than %d redirects", redacted(before[0].URL), redirects)
	case next.URL.Scheme != "http" && next.URL.Scheme != "https", next.URL.Host == "":
		return failed(Refused, "%s redirects to %s", redacted(last.URL), redacted(next.URL))
	case last.URL.Scheme == "https" && next.URL.Scheme == "http":
		return failed(Refused, "%s redirects to plain http, at %s", redacted(last.URL), redacted(next.URL))
	}
	return nil
}

// get asks for a file, from a byte on. It returns an answer with the status 200 or 206,
// or, where from is not 0, 416: the file is not that long. The error is an Error, or the
// end of ctx.
func (c *client) get(ctx context.Context, file *url.URL, from int64) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, file.String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", c.agent)
	if from > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
	}
	got, err := c.http.Do(request)
	if err != nil {
		return nil, c.unanswered(ctx, file, err)
	}
	c.answered[file.Host], c.answered[got.Request.URL.Host] = true, true
	code := got.StatusCode
	if code == http.StatusOK || code == http.StatusPartialContent || code == http.StatusRequestedRangeNotSatisfiable && from > 0 {
		return got, nil
	}
	got.Body.Close()
	e := failed(Unserved, "%s answers %s", redacted(got.Request.URL), got.Status)
	e.again = code >= 500 || code == http.StatusTooManyRequests || code == http.StatusRequestTimeout
	if code == http.StatusNotFound {
		e.Kind = NotFound
	}
	return nil, e
}

// unanswered distinguishes a host that gave no answer from one that gave a wrong one. A host
// that never answered is not asked again. One that has answered, for this file or another,
// may be back soon.
func (c *client) unanswered(ctx context.Context, asked *url.URL, err error) error {
	if context.Cause(ctx) != nil {
		return context.Cause(ctx)
	}
	if redirect, ok := errors.AsType[*Error](err); ok {
		return redirect
	}
	host := asked.Host
	if of, ok := errors.AsType[*url.Error](err); ok {
		if last, parsed := url.Parse(of.URL); parsed == nil && last.Host != "" {
			host = last.Host // where a redirect led
		}
		err = of.Err
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return failed(Refused, "%s: %v", host, err)
	}
	away := failed(Unreachable, "%s cannot be reached: %v", host, stalled(err))
	if c.answered[host] {
		return retryable(Broken, "%s broke off: %v", redacted(asked), away)
	}
	return away
}

// brokenOff is the error of a response that ended too early. The end of ctx is not
// the server's fault.
func brokenOff(ctx context.Context, file *url.URL, err error) error {
	if context.Cause(ctx) != nil {
		return context.Cause(ctx)
	}
	return retryable(Broken, "%s broke off: %v", redacted(file), stalled(err))
}

// stalled puts the end of a patientConn's patience into words.
func stalled(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errStalled
	}
	return err
}

// redacted is a URL for people: without a password and without what signs it.
func redacted(u *url.URL) string {
	short := *u
	short.RawQuery, short.Fragment = "", ""
	return short.Redacted()
}

// retry calls try until it succeeds, fails for good, or has failed too often in a row.
// A try returns how many new bytes it won: Limits.Anywhere of them end the row.
func (c *client) retry(ctx context.Context, try func() (int64, error)) error {
	pause := c.limits.Pause
	for failures := 0; ; pause *= 2 {
		won, err := try()
		e, ok := errors.AsType[*Error](err)
		if !ok || !e.again {
			return err
		}
		if won >= c.limits.Anywhere {
			failures, pause = 0, c.limits.Pause
		}
		if failures++; failures >= c.limits.Tries {
			return e
		}
		c.progress.Step(fmt.Sprintf("Retrying   in %s: %v", pause, e))
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

// Limits bound what a server can cost.
type Limits struct {
	// Archive and Program are the largest download and the largest content of an
	// archive, in bytes.
	Archive, Program int64
	// Stall is how long a server may send nothing, Total how long all of it may take.
	Stall, Total time.Duration
	// Tries is how often in a row a download may break off without having got
	// anywhere. Pause is the wait before the second try; it doubles.
	Tries int
	Pause time.Duration
	// Anywhere is how many bytes of progress make a try count as none.
	Anywhere int64
}

// DefaultLimits fit a release of some 60 MiB that unpacks to some 150 MiB, on a
// line that is slow but alive.
func DefaultLimits() Limits {
	return Limits{
		Archive: 512 << 20, Program: 1 << 30,
		Stall: 30 * time.Second, Total: time.Hour,
		Tries: 5, Pause: time.Second, Anywhere: 1 << 20,
	}
}
