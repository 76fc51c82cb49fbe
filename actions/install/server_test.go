package install

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stigmer/local/statefile"
)

const tested = Version("v1.2.3")

// script is the program that releases have here.
const script = "#!/bin/sh\necho program\n"

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// server is a mirror on loopback, which serves well unless a test changes that.
type server struct {
	*httptest.Server
	t       *testing.T
	name    string
	archive []byte
	// sums is what checksums.txt says.
	sums string
	// serve answers request n (from 1) for the archive, if it is set.
	serve func(w http.ResponseWriter, r *http.Request, n int)
	// list answers requests for the sums, if it is set.
	list func(w http.ResponseWriter, r *http.Request, n int)

	mu    sync.Mutex
	asked []*http.Request // for the archive
	lists int
}

func newServer(t *testing.T) *server {
	t.Helper()
	name, err := tested.archive(runtime.GOOS, runtime.GOARCH)
	check(t, err)
	s := &server{t: t, name: name}
	s.offer(program(t, script))
	s.Server = httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(s.Close)
	return s
}

// offer makes an archive the published one.
func (s *server) offer(archive []byte) {
	s.archive = archive
	s.sums = fmt.Sprintf("%064x  other.tar.gz\n%x  %s\n", 1, sha256.Sum256(archive), s.name)
}

func (s *server) answer(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	archive := strings.HasSuffix(r.URL.Path, s.name)
	if archive {
		s.asked = append(s.asked, r)
	} else {
		s.lists++
	}
	n, lists, serve, list := len(s.asked), s.lists, s.serve, s.list
	s.mu.Unlock()
	switch {
	case archive && serve != nil:
		serve(w, r, n)
	case archive:
		s.well(w, r)
	case list != nil:
		list(w, r, lists)
	case r.URL.Path == "/v1.2.3/checksums.txt":
		fmt.Fprint(w, s.sums)
	default:
		http.NotFound(w, r)
	}
}

// well serves as a good server does, with parts on request.
func (s *server) well(w http.ResponseWriter, r *http.Request) {
	http.ServeContent(w, r, s.name, time.Time{}, bytes.NewReader(s.archive))
}

// cut serves well, but breaks off after n bytes of the body.
func (s *server) cut(w http.ResponseWriter, r *http.Request, n int) {
	s.well(&cutter{ResponseWriter: w, left: n}, r)
}

type cutter struct {
	http.ResponseWriter
	left int
}

func (c *cutter) Write(data []byte) (int, error) {
	n, _ := c.ResponseWriter.Write(data[:min(len(data), c.left)])
	if c.left -= n; c.left == 0 {
		c.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	return n, nil
}

// requests are those for the archive so far.
func (s *server) requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func (s *server) release(home statefile.Home) Release {
	base, _ := url.Parse(s.URL)
	return Release{Home: home, Base: base, Agent: "test", Limits: quick()}
}

// quick are limits at which a test need not wait.
func quick() Limits {
	l := DefaultLimits()
	l.Archive, l.Program = 2<<20, 1<<20
	l.Pause, l.Stall = time.Millisecond, 20*time.Second
	return l
}

// recorder is a Progress that remembers.
type recorder struct {
	mu    sync.Mutex
	lines []string
	// said gets each line as well, if it is set.
	said chan string
}

func (h *recorder) Step(line string) {
	h.mu.Lock()
	h.lines = append(h.lines, line)
	h.mu.Unlock()
	if h.said != nil {
		h.said <- line
	}
}
func (h *recorder) Downloaded(_, _ int64)   {}
func (h *recorder) BuildOutput(line string) { h.Step("go: " + line) }
func (h *recorder) all() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.lines, "\n")
}

func newHome(t *testing.T) statefile.Home {
	t.Helper()
	home, err := statefile.OpenHome(filepath.Join(t.TempDir(), "home"))
	check(t, err)
	return home
}

func order(home statefile.Home, from Source) Options {
	return Options{Home: home, Version: tested, From: from, Progress: &recorder{}}
}

func (s *server) install(t *testing.T, home statefile.Home) (Result, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	return Install(ctx, order(home, s.release(home)))
}

// entry is one of an archive.
type entry struct {
	name, content string
	kind          byte
	link          string
}

func archiveOf(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	zip, err := gzip.NewWriterLevel(&b, gzip.NoCompression)
	check(t, err)
	out := tar.NewWriter(zip)
	for _, e := range entries {
		if e.kind == 0 {
			e.kind = tar.TypeReg
		}
		check(t, out.WriteHeader(&tar.Header{Name: e.name, Typeflag: e.kind, Linkname: e.link, Mode: 0o4777, Size: int64(len(e.content))}))
		_, err := out.Write([]byte(e.content))
		check(t, err)
	}
	check(t, out.Close())
	check(t, zip.Close())
	return b.Bytes()
}

// program is an archive as a release has it, with something to break off.
func program(t *testing.T, content string) []byte {
	t.Helper()
	return archiveOf(t, entry{name: "LICENSE", content: strings.Repeat("x", 16<<10)}, entry{name: "temporal", content: content})
}

// installed checks that a home has the version, whole and alone.
func installed(t *testing.T, home statefile.Home, content string) {
	t.Helper()
	text, err := os.ReadFile(home.Bin())
	check(t, err)
	if string(text) != content {
		t.Errorf("bin/temporal has %.60q", text)
	}
	info, err := os.Lstat(home.Program(string(tested)))
	check(t, err)
	if info.Mode() != 0o700 {
		t.Errorf("the program's mode is %v", info.Mode())
	}
	if Linked(home) != tested {
		t.Errorf("bin/temporal leads to %q", Linked(home))
	}
	clean(t, home)
	if found := names(t, home.Downloads()); len(found) > 0 {
		t.Errorf("downloads has %q", found)
	}
}

// clean checks that nothing half-made is left, but for what downloads has.
func clean(t *testing.T, home statefile.Home) {
	t.Helper()
	if _, err := os.Lstat(home.Staging()); err == nil {
		t.Errorf("staging is left, with %q", names(t, home.Staging()))
	}
	for _, v := range names(t, home.Versions()) {
		if found := names(t, filepath.Join(home.Versions(), v)); len(found) != 1 || found[0] != "temporal" {
			t.Errorf("versions/%s has %q", v, found)
		}
	}
}

// nothing checks that no program is there, and no part of a download either.
func nothing(t *testing.T, home statefile.Home) {
	t.Helper()
	clean(t, home)
	if _, err := os.Lstat(home.Bin()); err == nil {
		t.Error("bin/temporal is there")
	}
	if found := append(names(t, home.Versions()), names(t, home.Downloads())...); len(found) > 0 {
		t.Errorf("left behind: %q", found)
	}
}

func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	check(t, err)
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}
