package install

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"
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

// TestResetByAHostThatAnswered: a host that has given the sums is asked again for the
// archive when it closes the connection instead of answering.
func TestResetByAHostThatAnswered(t *testing.T) {
	s, home := newServer(t), newHome(t)
	s.serve = func(w http.ResponseWriter, r *http.Request, n int) {
		if n == 1 {
			panic(http.ErrAbortHandler)
		}
		s.well(w, r)
	}
	_, err := s.install(t, home)
	check(t, err)
	installed(t, home, script)
}

// broken has a home in which a download has broken off for good, and what was kept of it.
func (s *server) broken(t *testing.T) Partial {
	t.Helper()
	s.home = newHome(t)
	s.serve = func(w http.ResponseWriter, r *http.Request, n int) { s.cut(w, r, 100) }
	_, err := s.install(t, s.home)
	parts := Partials(s.home)
	if !is[BrokenError](err) || len(parts) != 1 || parts[0].Version != tested || parts[0].Bytes != int64(100*DefaultLimits().Tries) {
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

// TestProgressRenewsTheTries: a line that breaks off again and again is worth
// while as long as it gets anywhere; one that begins anew each time is not.
func TestProgressRenewsTheTries(t *testing.T) {
	for name, c := range map[string]struct {
		pieces int
		anew   bool
	}{"goes on": {20, false}, "begins anew": {2, true}} {
		t.Run(name, func(t *testing.T) {
			s, home := newServer(t), newHome(t)
			s.serve = func(w http.ResponseWriter, r *http.Request, n int) {
				if c.anew {
					r.Header.Del("Range")
				}
				s.cut(w, r, len(s.archive)/c.pieces)
			}
			release := s.release(home)
			release.Limits.Anywhere = 500
			_, err := Install(t.Context(), order(home, release))
			n := len(s.requests())
			if c.anew && (!is[BrokenError](err) || n != release.Limits.Tries) || !c.anew && (err != nil || n < c.pieces) {
				t.Errorf("%d requests, %v", n, err)
			}
		})
	}
}

// TestLies are sizes and parts that are not what they are said to be.
func TestLies(t *testing.T) {
	none := func(err error) bool { return err == nil }
	for name, lie := range map[string]struct {
		serve func(s *server, w http.ResponseWriter, n int)
		ends  func(error) bool
	}{
		"shorter than it says": {func(s *server, w http.ResponseWriter, _ int) {
			w.Header().Set("Content-Length", strconv.Itoa(len(s.archive)))
			w.Write(s.archive[:len(s.archive)/2])
		}, is[BrokenError]},
		"says it is longer": {func(s *server, w http.ResponseWriter, _ int) {
			w.Header().Set("Content-Length", strconv.Itoa(len(s.archive)+1000))
			w.Write(s.archive)
		}, none},
		"says it is shorter": {func(s *server, w http.ResponseWriter, _ int) {
			w.Header().Set("Content-Length", "1000")
			w.Write(s.archive[:1000])
		}, is[RefusedError]},
		"says it is huge": {func(s *server, w http.ResponseWriter, _ int) {
			w.Header().Set("Content-Length", strconv.Itoa(1<<40))
			w.Write(s.archive)
		}, is[RefusedError]},
		"empty": {func(s *server, w http.ResponseWriter, _ int) {}, is[RefusedError]},
		"another part": {func(s *server, w http.ResponseWriter, n int) {
			if n == 1 {
				w.Header().Set("Content-Length", strconv.Itoa(len(s.archive)))
				w.Write(s.archive[:1000])
				return
			}
			if n == 2 {
				w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-999/%d", len(s.archive)))
				w.WriteHeader(http.StatusPartialContent)
			}
			w.Write(s.archive)
		}, none},
		"a part that nobody asked for": {func(s *server, w http.ResponseWriter, n int) {
			if n == 1 {
				w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", len(s.archive)-1, len(s.archive)))
				w.WriteHeader(http.StatusPartialContent)
			}
			w.Write(s.archive)
		}, none},
	} {
		t.Run(name, func(t *testing.T) {
			s, home := newServer(t), newHome(t)
			s.serve = func(w http.ResponseWriter, r *http.Request, n int) { lie.serve(s, w, n) }
			_, err := s.install(t, home)
			if !lie.ends(err) {
				t.Fatalf("%v", err)
			}
			switch {
			case err == nil:
				installed(t, home, script)
			case is[RefusedError](err):
				nothing(t, home)
			}
		})
	}
}

// TestCorrupt is a byte that changed on the way: nothing of it is kept.
func TestCorrupt(t *testing.T) {
	s, home := newServer(t), newHome(t)
	s.serve = func(w http.ResponseWriter, r *http.Request, n int) {
		damaged := bytes.Clone(s.archive)
		damaged[len(damaged)/2] ^= 1
		w.Write(damaged)
	}
	_, err := s.install(t, home)
	rejected(t, home, err, fmt.Sprintf("published is %x", sha256.Sum256(s.archive)))
	if len(s.requests()) != 1 {
		t.Errorf("%d requests", len(s.requests()))
	}
}

// TestStalled is a server that sends something and then nothing, but keeps the line.
func TestStalled(t *testing.T) {
	s, home := newServer(t), newHome(t)
	s.serve = func(w http.ResponseWriter, r *http.Request, n int) {
		w.Header().Set("Content-Length", strconv.Itoa(len(s.archive)))
		w.Write(s.archive[:1000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	release := s.release(home)
	release.Limits.Stall, release.Limits.Tries = 200*time.Millisecond, 2
	if _, err := Install(t.Context(), order(home, release)); !errors.Is(err, errStalled) {
		t.Errorf("%v", err)
	}
	clean(t, home)
}

// TestTooLongAltogether bounds a server that sends a little for ever.
func TestTooLongAltogether(t *testing.T) {
	s, home := newServer(t), newHome(t)
	s.serve = func(w http.ResponseWriter, r *http.Request, n int) {
		for r.Context().Err() == nil {
			w.Write([]byte("x"))
			w.(http.Flusher).Flush()
			<-time.After(10 * time.Millisecond)
		}
	}
	release := s.release(home)
	release.Limits.Total = 200 * time.Millisecond
	if _, err := Install(t.Context(), order(home, release)); !errors.Is(err, errTooLong) || !is[BrokenError](err) {
		t.Error(err)
	}
	clean(t, home)
}

// TestInterrupted ends a download in the middle.
func TestInterrupted(t *testing.T) {
	s, home := newServer(t), newHome(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.serve = func(w http.ResponseWriter, r *http.Request, n int) {
		w.Header().Set("Content-Length", strconv.Itoa(len(s.archive)))
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
