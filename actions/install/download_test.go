package install

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"testing"
)

func TestRelease(t *testing.T) {
	s, home := newServer(t), newHome(t)
	done, err := s.install(t, home)
	check(t, err)
	installed(t, home, script)
	if done.Already || done.Aside != "" || done.Program != home.Program("v1.2.3") {
		t.Errorf("%+v", done)
	}
	if agent := s.requests()[0].UserAgent(); agent != "test" {
		t.Errorf("User-Agent %q", agent)
	}
	done, err = s.install(t, home)
	check(t, err)
	if !done.Already || len(s.requests()) != 1 {
		t.Errorf("what is there was fetched again: %+v", done)
	}
}

// TestCutAndResumed breaks off every answer but the last.
func TestCutAndResumed(t *testing.T) {
	s, home := newServer(t), newHome(t)
	s.serve = func(w http.ResponseWriter, r *http.Request, n int) {
		if n < 4 {
			s.cut(w, r, 1000)
		}
		s.well(w, r)
	}
	_, err := s.install(t, home)
	check(t, err)
	installed(t, home, script)
	for i, r := range s.requests() {
		want := ""
		if i > 0 {
			want = fmt.Sprintf("bytes=%d-", i*1000)
		}
		if have := r.Header.Get("Range"); have != want {
			t.Errorf("request %d has Range %q, not %q", i+1, have, want)
		}
	}
}

// broken has a home in which a download has broken off for good, and what was kept of it.
func (s *server) broken(t *testing.T) Partial {
	t.Helper()
	s.home = newHome(t)
	s.serve = func(w http.ResponseWriter, r *http.Request, n int) { s.cut(w, r, 100) }
	_, err := s.install(t, s.home)
	parts := Partials(s.home)
	if KindOf(err) != Broken || len(parts) != 1 || parts[0].Version != tested || parts[0].Bytes != int64(100*DefaultLimits().Tries) {
		t.Fatalf("%v, kept: %+v", err, parts)
	}
	clean(t, s.home)
	s.serve = nil
	s.asked = nil
	return parts[0]
}

// TestKept: the next installation goes on from what was kept, whatever that is.
func TestKept(t *testing.T) {
	for name, c := range map[string]struct {
		change   func(s *server, part Partial) error
		requests int
	}{
		"its beginning": {func(*server, Partial) error { return nil }, 1},
		"whole": {func(s *server, part Partial) error {
			return os.WriteFile(part.Path, s.archive, 0o600)
		}, 0},
		"too long": {func(s *server, part Partial) error {
			return os.WriteFile(part.Path, append(bytes.Clone(s.archive), "and more"...), 0o600)
		}, 2},
		"another file's": {func(s *server, part Partial) error {
			return os.WriteFile(part.Path, []byte("other"), 0o600)
		}, 2},
		"no parts on offer": {func(s *server, _ Partial) error {
			s.serve = func(w http.ResponseWriter, _ *http.Request, _ int) { w.Write(s.archive) }
			return nil
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			part := s.broken(t)
			check(t, c.change(s, part))
			_, err := s.install(t, s.home)
			check(t, err)
			installed(t, s.home, script)
			asked := s.requests()
			if len(asked) != c.requests {
				t.Errorf("%d requests, not %d", len(asked), c.requests)
			}
			if name == "its beginning" && asked[0].Header.Get("Range") != fmt.Sprintf("bytes=%d-", part.Bytes) {
				t.Errorf("Range %q", asked[0].Header.Get("Range"))
			}
		})
	}
}

// TestInterrupted ends a download in the middle.
func TestInterrupted(t *testing.T) {
	s, home := newServer(t), newHome(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.serve = func(w http.ResponseWriter, r *http.Request, n int) {
		w.Write(s.archive[:1000])
		w.(http.Flusher).Flush()
		cancel()
		<-r.Context().Done()
	}
	if _, err := Install(ctx, order(home, s.release(home))); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	clean(t, home)
	s.serve = nil
	_, err := s.install(t, home)
	check(t, err)
	installed(t, home, script)
}
