package install

import (
	"archive/tar"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
)

// TestRedirects follows to the file, and nowhere else.
func TestRedirects(t *testing.T) {
	for name, c := range map[string]struct {
		target, refuse string
	}{
		"once":         {"/elsewhere/temporal.tar.gz", ""},
		"to a file":    {"file:///etc/passwd", "redirects to file:///etc/passwd"},
		"to no scheme": {"gopher://127.0.0.1/", "redirects to gopher:"},
		"in a circle":  {"", "more than 10"},
	} {
		t.Run(name, func(t *testing.T) {
			s, home := newServer(t), newHome(t)
			s.serve = func(w http.ResponseWriter, r *http.Request, n int) {
				http.Redirect(w, r, cmp.Or(c.target, r.URL.Path)+"?signed=secret", http.StatusFound)
			}
			s.list = func(w http.ResponseWriter, r *http.Request, n int) {
				switch {
				case r.URL.Path == c.target:
					s.well(w, r)
				case n == 1:
					http.Redirect(w, r, "/sums", http.StatusFound)
				default:
					fmt.Fprint(w, s.sums)
				}
			}
			_, err := s.install(t, home)
			if c.refuse == "" {
				check(t, err)
				installed(t, home, script)
				return
			}
			if rejected(t, home, err, c.refuse); strings.Contains(err.Error(), "secret") {
				t.Error(err)
			}
		})
	}
}

func TestNoWayBackToPlainHTTP(t *testing.T) {
	before := []*http.Request{httptest.NewRequest(http.MethodGet, "https://a.test/x", nil)}
	if err := checkRedirect(httptest.NewRequest(http.MethodGet, "http://a.test/x", nil), before); err == nil {
		t.Error("followed from https to http")
	}
	if err := checkRedirect(httptest.NewRequest(http.MethodGet, "https://b.test/x", nil), before); err != nil {
		t.Error(err)
	}
}

// TestCertificate: a server that is not who it says is not one that is away.
func TestCertificate(t *testing.T) {
	s, home := newServer(t), newHome(t)
	secure := httptest.NewUnstartedServer(s.Config.Handler)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	release := s.release(home)
	release.Base, _ = url.Parse(secure.URL)
	_, err := Install(t.Context(), order(home, release))
	rejected(t, home, err, "certificate")
}

func TestStatus(t *testing.T) {
	for name, answer := range map[string]struct {
		codes []int
		tries int
		ok    bool
	}{
		"not found":        {[]int{404}, 1, false},
		"busy for a while": {[]int{503, 429, 200}, 3, true},
		"busy for ever":    {[]int{503}, 5, false},
		"no content":       {[]int{204}, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			s, home := newServer(t), newHome(t)
			s.serve = func(w http.ResponseWriter, r *http.Request, n int) {
				if code := answer.codes[min(n, len(answer.codes))-1]; code != 200 {
					w.WriteHeader(code)
					return
				}
				s.well(w, r)
			}
			_, err := s.install(t, home)
			status, ok := errors.AsType[StatusError](err)
			if ok == answer.ok || ok && status.Code != answer.codes[0] {
				t.Errorf("%v", err)
			}
			if n := len(s.requests()); n != answer.tries {
				t.Errorf("%d tries", n)
			}
			if !answer.ok {
				nothing(t, home)
			}
		})
	}
}

// TestSums are lists by which nothing can be proven.
func TestSums(t *testing.T) {
	one, two := fmt.Sprintf("%064x", 7), fmt.Sprintf("%064x", 8)
	for name, list := range map[string]struct{ sums, why string }{
		"of another file":  {one + "  NAME\n", "published is " + one},
		"without it":       {one + "  temporal_cli_9.9.9_linux_amd64.tar.gz\n", "does not name"},
		"without a sum":    {"no-sum  NAME\n", "has no SHA-256"},
		"with a short sum": {"abcd  NAME\n", "has no SHA-256"},
		"two of them":      {one + "  NAME\n" + two + "  NAME\n", "two different sums"},
		"a page":           {"<html>NAME is not here</html>", "does not name"},
		"empty":            {"", "does not name"},
		"endless":          {strings.Repeat("x", sumsBytes+1), "larger than 1 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			s, home := newServer(t), newHome(t)
			s.sums = strings.ReplaceAll(list.sums, "NAME", s.name)
			_, err := s.install(t, home)
			rejected(t, home, err, list.why)
			if len(s.requests()) > 0 && name != "of another file" {
				t.Error("the archive was fetched all the same")
			}
		})
	}
	for _, line := range []string{"%X  %s", "%x *%s", "%x\t%s\r"} {
		text := fmt.Sprintf(line, bytes.Repeat([]byte{0xab}, 32), "a.tar.gz")
		if sum, why := sumOf(text, "a.tar.gz"); sum != strings.Repeat("ab", 32) {
			t.Errorf("%q: %q, %q", text, sum, why)
		}
	}
}

// TestArchives are published archives that no release is like.
func TestArchives(t *testing.T) {
	program, huge := entry{name: "temporal", content: script}, strings.Repeat("0", 5<<20)
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
		"a huge program":      {archiveOf(t, entry{name: "temporal", content: huge}), "more than 4 MiB"},
		"a huge licence":      {archiveOf(t, entry{name: "LICENSE", content: huge}, program), "more than 4 MiB"},
		"huge itself":         {bytes.Repeat([]byte("0"), 1<<20+1), "larger than 1 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			s, home := newServer(t), newHome(t)
			s.offer(archive.made)
			_, err := s.install(t, home)
			rejected(t, home, err, archive.why)
		})
	}
	t.Run("what else is in it", func(t *testing.T) {
		s, home := newServer(t), newHome(t)
		s.offer(archiveOf(t, entry{name: "../evil", content: "x"}, entry{name: "bin", kind: tar.TypeSymlink, link: "/"}, program))
		_, err := s.install(t, home)
		check(t, err)
		installed(t, home, script)
		if found, _ := filepath.Glob(filepath.Join(string(home), "..", "evil")); len(found) > 0 {
			t.Error("written outside")
		}
	})
}

// TestHugeWithoutASize is a body without an end.
func TestHugeWithoutASize(t *testing.T) {
	s, home := newServer(t), newHome(t)
	s.serve = func(w http.ResponseWriter, r *http.Request, n int) {
		for piece := make([]byte, 64<<10); r.Context().Err() == nil; {
			w.Write(piece)
		}
	}
	_, err := s.install(t, home)
	rejected(t, home, err, "larger than 1 MiB")
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
	if _, err := tested.archive("linux", "riscv64"); !errors.Is(err, ErrNoRelease) {
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
