package install

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
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
	transport := &http.Transport{
		Proxy:       http.ProxyFromEnvironment,
		DialContext: (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
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

// checkRedirect follows to http and https alone, and never from https to http:
// what was requested privately must not come from a program on the way.
func checkRedirect(next *http.Request, before []*http.Request) error {
	last := before[len(before)-1]
	switch {
	case len(before) > redirects:
		return refused("%s: there are more than %d redirects", redacted(before[0].URL), redirects)
	case next.URL.Scheme != "http" && next.URL.Scheme != "https", next.URL.Host == "":
		return refused("%s redirects to %s", redacted(last.URL), redacted(next.URL))
	case last.URL.Scheme == "https" && next.URL.Scheme == "http":
		return refused("%s redirects to plain http, at %s", redacted(last.URL), redacted(next.URL))
	}
	return nil
}

// response is one whose Read ends with errStalled when nothing comes any more.
type response struct {
	*http.Response
	ctx      context.Context
	cancel   context.CancelCauseFunc
	watch    *time.Timer
	patience time.Duration
}

// get asks for a file, from a byte on. The error is an UnreachableError where no
// answer came, a StatusError for another answer than 200 and 206, a RefusedError
// for a redirect or a certificate that is not to be trusted, or the end of ctx.
// Close the response.
func (c *client) get(ctx context.Context, file *url.URL, from int64) (*response, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, file.String(), nil)
	if err != nil {
		cancel(nil)
		return nil, err
	}
	request.Header.Set("User-Agent", c.agent)
	if from > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
	}
	watch := time.AfterFunc(c.limits.Stall, func() { cancel(errStalled) })
	got, err := c.http.Do(request)
	if err != nil {
		watch.Stop()
		err = requestError(ctx, file, err)
		cancel(nil)
		return nil, err
	}
	c.answered[file.Host], c.answered[got.Request.URL.Host] = true, true
	r := &response{got, ctx, cancel, watch, c.limits.Stall}
	if got.StatusCode != http.StatusOK && got.StatusCode != http.StatusPartialContent {
		r.Close()
		return nil, StatusError{URL: redacted(got.Request.URL), Code: got.StatusCode, Status: got.Status}
	}
	return r, nil
}

// requestError distinguishes a host that gave no answer from one that gave a wrong one.
func requestError(ctx context.Context, asked *url.URL, err error) error {
	if redirect, ok := errors.AsType[RefusedError](err); ok {
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
		return refused("%s: %v", host, err)
	}
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errStalled):
		err = cause
	case cause != nil:
		return cause
	}
	return UnreachableError{Host: host, Err: err}
}

// Read reads on. Each byte renews the server's time.
func (r *response) Read(p []byte) (int, error) {
	n, err := r.Body.Read(p)
	if n > 0 {
		r.watch.Reset(r.patience)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		if cause := context.Cause(r.ctx); cause != nil {
			err = cause
		}
	}
	return n, err
}

// Close ends the request, whether or not all was read.
func (r *response) Close() error {
	r.watch.Stop()
	r.cancel(nil)
	return r.Body.Close()
}

// redacted is a URL for people: without a password and without what signs it.
func redacted(u *url.URL) string {
	short := *u
	short.RawQuery, short.Fragment = "", ""
	return short.Redacted()
}
