package install

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// again marks an error after which it is worth to try once more.
type again struct{ error }

func (a again) Unwrap() error { return a.error }

// judge marks the error of a request that is worth another one. A host that has
// never answered is not asked again: that is told at once. One that has been met, by
// this file or another one, may be back soon.
func (c *client) judge(file *url.URL, err error, met bool) error {
	if status, ok := errors.AsType[StatusError](err); ok {
		switch code := status.Code; {
		case code >= 500, code == http.StatusTooManyRequests, code == http.StatusRequestTimeout:
			return again{err}
		}
	}
	if away, ok := errors.AsType[UnreachableError](err); ok && (met || c.answered[away.Host]) {
		return again{BrokenError{URL: shown(file), Err: err}}
	}
	return err
}

// brokenOff is the error of an answer that ended too early. The end of ctx is not
// the server's fault.
func brokenOff(ctx context.Context, file *url.URL, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return again{BrokenError{URL: shown(file), Err: err}}
}

// persist calls try until it succeeds, fails for good, or has failed too often
// without getting anywhere. A try is told whether the host has been met before,
// and returns how many bytes it has got.
func (c *client) persist(ctx context.Context, try func(met bool) (int64, error)) error {
	pause := c.limits.Pause
	for failed, met := 0, false; ; met = true {
		got, err := try(met)
		worth, ok := errors.AsType[again](err)
		if !ok {
			return err
		}
		if got >= c.limits.Anywhere {
			failed, pause = 0, c.limits.Pause
		}
		if failed++; failed >= c.limits.Tries {
			return worth.error
		}
		c.tell.Say(fmt.Sprintf("Retrying   in %s: %v", pause, worth.error))
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
		pause *= 2
	}
}
