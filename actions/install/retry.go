package install

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// retryable marks an error after which one more try is worthwhile.
type retryable struct{ error }

func (r retryable) Unwrap() error { return r.error }

// classify marks the error of a request that is worth another one. A host that never
// answered is not asked again: the error is reported at once. One that has answered, for
// this file or another, may be back soon.
func (c *client) classify(file *url.URL, err error) error {
	if status, ok := errors.AsType[StatusError](err); ok {
		switch code := status.Code; {
		case code >= 500, code == http.StatusTooManyRequests, code == http.StatusRequestTimeout:
			return retryable{err}
		}
	}
	if away, ok := errors.AsType[UnreachableError](err); ok && c.answered[away.Host] {
		return retryable{BrokenError{URL: redacted(file), Err: err}}
	}
	return err
}

// brokenOff is the error of a response that ended too early. The end of ctx is not
// the server's fault.
func brokenOff(ctx context.Context, file *url.URL, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return retryable{BrokenError{URL: redacted(file), Err: err}}
}

// retry calls try until it succeeds, fails for good, or has failed too often in a row.
// A try returns how many new bytes it received: Limits.Anywhere of them end the row.
func (c *client) retry(ctx context.Context, try func() (int64, error)) error {
	pause := c.limits.Pause
	for failures := 0; ; pause *= 2 {
		received, err := try()
		temporary, ok := errors.AsType[retryable](err)
		if !ok {
			return err
		}
		if received >= c.limits.Anywhere {
			failures, pause = 0, c.limits.Pause
		}
		if failures++; failures >= c.limits.Tries {
			return temporary.error
		}
		c.progress.Step(fmt.Sprintf("Retrying   in %s: %v", pause, temporary.error))
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}
