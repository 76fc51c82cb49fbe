package install

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// story is one installation from a server that misbehaves.
type story struct {
	// arrange changes what the server does, and may change the release.
	arrange func(s *server, r *Release)
	// ends has words of the error, empty for a success, and kind is its kind.
	ends string
	kind Kind
	// requests is how many there are for the archive, -1 for any number.
	requests int
}

// runStories plays stories, with a go that does what a script says, or without one. What is
// installed is whole, and a failure leaves nothing but the part that a broken download keeps.
func runStories(t *testing.T, goes string, stories map[string]story) {
	for name, c := range stories {
		t.Run(name, func(t *testing.T) {
			s, home := newServer(t), newHome(t)
			release := s.release(home)
			c.arrange(s, &release)
			either := Either{Release: release}
			if goes != "" {
				either.Go = fakeGo(t, goes)
			}
			_, err := Install(t.Context(), order(home, either))
			switch {
			case c.ends == "" && err == nil:
				installed(t, home, script)
			case c.ends == "" || err == nil || !strings.Contains(err.Error(), c.ends) || KindOf(err) != c.kind:
				t.Fatalf("%v, not %q", err, c.ends)
			case c.kind == Broken: // for the next installation
				clean(t, home)
				if parts := Partials(home); len(parts) != 1 || parts[0].Bytes == 0 {
					t.Errorf("kept: %+v", parts)
				}
			default:
				nothing(t, home)
			}
			if n := len(s.requests()); c.requests >= 0 && n != c.requests {
				t.Errorf("%d requests, not %d", n, c.requests)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("what signs a URL is shown: %v", err)
			}
		})
	}
}

// serving makes the server answer requests for the archive by f.
func serving(f func(s *server, w http.ResponseWriter, r *http.Request, n int)) func(*server, *Release) {
	return func(s *server, _ *Release) {
		s.serve = func(w http.ResponseWriter, r *http.Request, n int) { f(s, w, r, n) }
	}
}

// promising makes the server promise a length and send another one, as shares of the whole.
func promising(promised, sent float64) func(*server, *Release) {
	return serving(func(s *server, w http.ResponseWriter, _ *http.Request, _ int) {
		whole := float64(len(s.archive))
		w.Header().Set("Content-Length", strconv.Itoa(int(promised*whole)))
		w.Write(s.archive[:int(sent*whole)])
	})
}

// statuses makes the server answer with one status after another, the last for ever.
func statuses(codes ...int) func(*server, *Release) {
	return serving(func(s *server, w http.ResponseWriter, r *http.Request, n int) {
		if code := codes[min(n, len(codes))-1]; code != http.StatusOK {
			w.WriteHeader(code)
			return
		}
		s.well(w, r)
	})
}

// endless sends pieces as long as anything is received.
func endless(piece int, pause time.Duration) func(*server, *Release) {
	return serving(func(_ *server, w http.ResponseWriter, r *http.Request, _ int) {
		for data := make([]byte, piece); r.Context().Err() == nil; time.Sleep(pause) {
			w.Write(data)
			w.(http.Flusher).Flush()
		}
	})
}

// limited changes the limits after arrange.
func limited(arrange func(*server, *Release), change func(*Limits)) func(*server, *Release) {
	return func(s *server, r *Release) { arrange(s, r); change(&r.Limits) }
}

// cutting breaks off each answer after a part of the archive.
func cutting(parts int, anew bool) func(*server, *Release) {
	return serving(func(s *server, w http.ResponseWriter, r *http.Request, _ int) {
		if anew {
			r.Header.Del("Range")
		}
		s.cut(w, r, len(s.archive)/parts)
	})
}

func TestServers(t *testing.T) {
	stalls := func(l *Limits) { l.Stall, l.Tries = 200*time.Millisecond, 2 }
	runStories(t, "", map[string]story{
		"not found":        {statuses(404), "404 Not Found", NotFound, 1},
		"busy for a while": {statuses(503, 429, 200), "", 0, 3},
		"busy for ever":    {statuses(503), "503", Unserved, 5},
		"no content":       {statuses(204), "204", Unserved, 1},

		"shorter than it says":      {promising(1, 0.5), "broke off", Broken, 5},
		"says it is longer":         {promising(1.1, 1), "", 0, 1},
		"says it is shorter":        {promising(0.5, 0.5), "published is", Refused, 1},
		"says it is huge":           {promising(1e9, 1), "larger than 2 MiB", Refused, 1},
		"empty":                     {promising(0, 0), "published is", Refused, 1},
		"a byte changed on the way": {serving(damaged), "published is", Refused, 1},
		"a body without an end":     {endless(64<<10, 0), "larger than 2 MiB", Refused, 1},

		"reset after the sums":     {serving(resetOnce), "", 0, 2},
		"silent in the middle":     {limited(serving(silent), stalls), errStalled.Error(), Broken, 2},
		"dripping for ever":        {limited(endless(1, 10*time.Millisecond), func(l *Limits) { l.Total = 200 * time.Millisecond }), errTooLong.Error(), Broken, -1},
		"cuts often, but goes on":  {limited(cutting(20, false), func(l *Limits) { l.Anywhere = 500 }), "", 0, 21},
		"cuts often, begins anew":  {limited(cutting(2, true), func(l *Limits) { l.Anywhere = 500 }), "broke off", Broken, 5},
		"another part than wanted": {serving(anotherPart), "", 0, 3},
		"another host's redirect":  {redirecting("/elsewhere/temporal.tar.gz"), "", 0, 1},
		"a redirect to a file":     {redirecting("file:///etc/passwd"), "redirects to file:///etc/passwd", Refused, 1},
		"a redirect to no scheme":  {redirecting("gopher://127.0.0.1/"), "redirects to gopher:", Refused, 1},
		"redirects in a circle":    {redirecting(""), "more than 10", Refused, 11},
		"a certificate of another": {secured, "certificate", Refused, 0},
		"nothing listens":          {func(_ *server, r *Release) { unreachable(t, r) }, "cannot be reached", Unreachable, 0},
	})
}

func damaged(s *server, w http.ResponseWriter, _ *http.Request, _ int) {
	changed := bytes.Clone(s.archive)
	changed[len(changed)/2] ^= 1
	w.Write(changed)
}

func resetOnce(s *server, w http.ResponseWriter, r *http.Request, n int) {
	if n == 1 {
		panic(http.ErrAbortHandler)
	}
	s.well(w, r)
}

func silent(s *server, w http.ResponseWriter, r *http.Request, _ int) {
	w.Header().Set("Content-Length", strconv.Itoa(len(s.archive)))
	w.Write(s.archive[:1000])
	w.(http.Flusher).Flush()
	<-r.Context().Done()
}

func anotherPart(s *server, w http.ResponseWriter, r *http.Request, n int) {
	if n == 1 {
		s.cut(w, r, 1000)
	}
	r.Header.Del("Range")
	if n == 2 {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-999/%d", len(s.archive)))
		w.WriteHeader(http.StatusPartialContent)
	}
	w.Write(s.archive)
}

// redirecting sends each request for the archive, and the first one for the sums, elsewhere:
// to a target, or to the archive itself.
func redirecting(target string) func(*server, *Release) {
	return func(s *server, _ *Release) {
		s.serve = func(w http.ResponseWriter, r *http.Request, _ int) {
			to := target
			if to == "" {
				to = r.URL.Path
			}
			http.Redirect(w, r, to+"?signed=secret", http.StatusFound)
		}
		s.list = func(w http.ResponseWriter, r *http.Request, n int) {
			switch {
			case r.URL.Path == target:
				s.well(w, r)
			case n == 1:
				http.Redirect(w, r, "/sums", http.StatusFound)
			default:
				fmt.Fprint(w, s.sums)
			}
		}
	}
}

func secured(s *server, r *Release) {
	secure := httptest.NewUnstartedServer(s.Config.Handler)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	s.t.Cleanup(secure.Close)
	r.Base, _ = url.Parse(secure.URL)
}

func TestNoWayBackToPlainHTTP(t *testing.T) {
	before := []*http.Request{httptest.NewRequest(http.MethodGet, "https://a.test/x", nil)}
	for to, ok := range map[string]bool{"http://a.test/x": false, "https://b.test/x": true} {
		if err := checkRedirect(httptest.NewRequest(http.MethodGet, to, nil), before); (err == nil) != ok {
			t.Errorf("to %s: %v", to, err)
		}
	}
}

// TestSums are lists by which nothing can be proven.
func TestSums(t *testing.T) {
	one, two := fmt.Sprintf("%064x", 7), fmt.Sprintf("%064x", 8)
	stories := map[string]story{}
	for name, list := range map[string]struct{ sums, why string }{
		"of another file":  {one + "  NAME\n", "published is " + one},
		"without it":       {one + "  temporal_cli_9.9.9_linux_amd64.tar.gz\n", "has no SHA-256"},
		"without a sum":    {"no-sum  NAME\n", "has no SHA-256"},
		"with a short sum": {"abcd  NAME\n", "has no SHA-256"},
		"two of them":      {one + "  NAME\n" + two + "  NAME\n", "two different sums"},
		"a page":           {"<html>NAME is not here</html>", "has no SHA-256"},
		"empty":            {"", "has no SHA-256"},
		"endless":          {strings.Repeat("x", sumsBytes+1), "larger than 1 MiB"},
	} {
		requests := 0
		if name == "of another file" {
			requests = 1
		}
		stories[name] = story{func(s *server, _ *Release) { s.sums = strings.ReplaceAll(list.sums, "NAME", s.name) }, list.why, Refused, requests}
	}
	runStories(t, "", stories)
	for _, line := range []string{"%X  %s", "%x *%s", "%x\t%s\r"} {
		text := fmt.Sprintf(line, bytes.Repeat([]byte{0xab}, 32), "a.tar.gz")
		if sums := sumsOf(text, "a.tar.gz"); !slices.Equal(sums, []string{strings.Repeat("ab", 32)}) {
			t.Errorf("%q: %q", text, sums)
		}
	}
}

// TestArchives are published archives that no release is like.
func TestArchives(t *testing.T) {
	program, huge := entry{name: "temporal", content: script}, strings.Repeat("0", 3<<19)
	stories := map[string]story{}
	for name, archive := range map[string]struct {
		made []byte
		why  string
	}{
		"program outside":     {archiveOf(t, entry{name: "../temporal", content: script}), "no program"},
		"program in a folder": {archiveOf(t, entry{name: "bin/temporal", content: "x"}), "no program"},
		"program is a link":   {archiveOf(t, entry{name: "temporal", kind: tar.TypeSymlink, link: "/bin/sh"}, program), "not a file"},
		"program is linked":   {archiveOf(t, entry{name: "temporal", kind: tar.TypeLink, link: "/bin/sh"}), "not a file"},
		"program is a pipe":   {archiveOf(t, entry{name: "temporal", kind: tar.TypeFifo}), "not a file"},
		"program is a folder": {archiveOf(t, entry{name: "temporal", kind: tar.TypeDir}), "not a file"},
		"no program":          {archiveOf(t, entry{name: "LICENSE", content: "x"}), "no program"},
		"no archive":          {[]byte("<html>"), "no .tar.gz"},
		"cut":                 {archiveOf(t, program)[:60], "unexpected EOF"},
		"a huge program":      {archiveOf(t, entry{name: "temporal", content: huge}), "more than 1 MiB"},
		"a huge licence":      {archiveOf(t, entry{name: "LICENSE", content: huge}, program), "more than 1 MiB"},
		"huge itself":         {bytes.Repeat([]byte("0"), 2<<20+1), "larger than 2 MiB"},
		"other entries":       {archiveOf(t, entry{name: "../evil", content: "x"}, entry{name: "bin", kind: tar.TypeSymlink, link: "/"}, program), ""},
	} {
		stories[name] = story{func(s *server, r *Release) {
			s.offer(archive.made)
			t.Cleanup(func() {
				if found, _ := filepath.Glob(filepath.Join(string(r.Home), "..", "evil")); len(found) > 0 {
					t.Error("written outside")
				}
			})
		}, archive.why, Refused, 1}
	}
	runStories(t, "", stories)
}

func TestVersions(t *testing.T) {
	for text, want := range map[string]Version{
		"1.5.1": "v1.5.1", "v1.5.1": "v1.5.1", "v1.5.1-rc.1": "v1.5.1-rc.1",
		"": "", "v": "", "1.5": "", "latest": "", "v1.5.1+meta": "", "../v1.5.1": "", "v1.5.1/..": "", "vv1.5.1": "", "01.5.1": "",
		"v1.5.1-" + strings.Repeat("x", 80): "",
	} {
		have, err := ParseVersion(text)
		if have != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", text, have, err)
		}
	}
	if _, err := tested.archive("linux", "riscv64"); KindOf(err) != NoRelease {
		t.Error(err)
	}
}

func TestMirrors(t *testing.T) {
	for text, ok := range map[string]bool{
		"https://mirror.test/temporal": true, "http://127.0.0.1:8080/": true, "https://u:p@mirror.test": true,
		"mirror.test": false, "": false, "file:///tmp": false, "https://": false, "https://m.test/?q": false, "https://m.test/#f": false, "http://[": false,
	} {
		if base, err := ParseMirror(text); (err == nil) != ok {
			t.Errorf("%q: %v, %v", text, base, err)
		}
	}
	base, err := ParseMirror("https://ann:secret@mirror.test/t/")
	check(t, err)
	r := Release{Base: base}
	if a := r.file("v1.0.0", "x").String(); a != "https://ann:secret@mirror.test/t/v1.0.0/x" {
		t.Error(a)
	}
	if strings.Contains(redacted(r.file("v1.0.0", "x"))+r.Name(), "secret") {
		t.Error("a password is shown")
	}
}
