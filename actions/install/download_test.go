package install

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
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

// TestKept: the next installation goes on from what was kept, whatever that is.
func TestKept(t *testing.T) {
	part := func(content func(archive []byte) []byte) func(*server, *Release) {
		return func(s *server, r *Release) {
			path := filepath.Join(r.Home.Downloads(), s.name+partialEnding)
			check(t, errors.Join(os.MkdirAll(r.Home.Downloads(), 0o700), os.WriteFile(path, content(s.archive), 0o600)))
			if parts := Partials(r.Home); len(parts) != 1 || parts[0].Version != tested || parts[0].Path != path {
				t.Errorf("kept: %+v", parts)
			}
		}
	}
	beginning := part(func(archive []byte) []byte { return archive[:500] })
	runStories(t, "", map[string]story{
		"its beginning":  {beginning, "", 0, 1},
		"whole":          {part(func(archive []byte) []byte { return archive }), "", 0, 0},
		"too long":       {part(func(archive []byte) []byte { return append(bytes.Clone(archive), "and more"...) }), "", 0, 2},
		"another file's": {part(func([]byte) []byte { return []byte("other") }), "", 0, 2},
		"no parts on offer": {func(s *server, r *Release) {
			beginning(s, r)
			s.serve = func(w http.ResponseWriter, _ *http.Request, _ int) { w.Write(s.archive) }
		}, "", 0, 1},
	})
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

// TestPatience: a server may be slow for as long as it is never silent for too long.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		patience := DefaultLimits().Stall
		ours, theirs := net.Pipe()
		defer ours.Close()
		go func() {
			for range 10 {
				time.Sleep(patience - time.Second)
				theirs.Write([]byte("x"))
			}
		}()
		text, err := io.ReadAll(patientConn{ours, patience})
		if string(text) != "xxxxxxxxxx" || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%q, %v", text, err)
		}
	})
}
