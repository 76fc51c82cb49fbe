package install

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// drip is a server whose answer comes letter by letter, with a pause before each.
type drip struct {
	pause time.Duration
	left  int
	ctx   context.Context
}

func (d drip) RoundTrip(r *http.Request) (*http.Response, error) {
	d.ctx = r.Context()
	return &http.Response{StatusCode: http.StatusOK, Request: r, Body: io.NopCloser(&d)}, nil
}

func (d *drip) Read(p []byte) (int, error) {
	if d.left == 0 {
		return 0, io.EOF
	}
	select {
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	case <-time.After(d.pause):
		d.left--
		return copy(p, "x"), nil
	}
}

// TestPatience: a server may be slow for as long as it is never silent for too long.
func TestPatience(t *testing.T) {
	stall := DefaultLimits().Stall
	for name, c := range map[string]struct {
		pause   time.Duration
		letters int
		want    error
	}{
		"slow":   {stall - time.Second, 10, nil},
		"silent": {stall + time.Second, 1, errStalled},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asks := &client{http: &http.Client{Transport: drip{pause: c.pause, left: c.letters}}, limits: DefaultLimits(), answered: map[string]bool{}}
				a, err := asks.get(t.Context(), &url.URL{Scheme: "http", Host: "a.test"}, 0)
				check(t, err)
				defer a.Close()
				text, err := io.ReadAll(a)
				if !errors.Is(err, c.want) || c.want == nil && string(text) != strings.Repeat("x", c.letters) {
					t.Errorf("%q, %v", text, err)
				}
			})
		})
	}
}
