package e2e_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stigmer/local/cmd/internal/cli"
)

// mirror has the releases of one program, on loopback, in a folder for each way
// in which it can behave:
//
//	ok        as a good server
//	once      breaks off in the middle of its first answer
//	hang      sends 64 KiB, and then nothing as long as the client waits
//	drips     sends pieces, with a pause after each until enough is closed
//	moved     sends to ok
//	more      promises half of what it sends
//	wrong     has another sum in its list
//
// Every request for an archive adds a line to the file "asked".
type mirror struct {
	archive []byte
	asked   string
	enough  chan struct{}
	mu      sync.Mutex
	times   map[string]int
}

func newMirror(check func(error), program []byte, asked string) *mirror {
	return &mirror{archive: packed(check, program), asked: asked, enough: make(chan struct{}), times: map[string]int{}}
}

// cmdMirror serves a program as the Temporal CLI of every version, until the
// script's end: "mirror PROGRAM". $MIRROR is its URL, $PART where a download that
// broke off is kept, $V the version that start installs.
func cmdMirror(ts *testscript.TestScript, neg bool, args []string) {
	requireUsage(ts, neg, len(args) == 1, "mirror PROGRAM")
	server := httptest.NewServer(newMirror(ts.Check, []byte(ts.ReadFile(args[0])), ts.MkAbs("asked")))
	ts.Defer(server.Close)
	ts.Setenv("MIRROR", server.URL)
	ts.Setenv("V", cli.TemporalVersion)
	ts.Setenv("PART", filepath.Join(ts.Getenv("STIGMER_HOME"), "bin", "downloads", archiveName(cli.TemporalVersion)+".part"))
}

func archiveName(version string) string {
	return fmt.Sprintf("temporal_cli_%s_%s_%s.tar.gz", strings.TrimPrefix(version, "v"), runtime.GOOS, runtime.GOARCH)
}

// packed is an archive of a program; to squeeze it would take long.
func packed(check func(error), content []byte) []byte {
	var b bytes.Buffer
	b.Grow(len(content) + len(content)/64 + 4096)
	zip, err := gzip.NewWriterLevel(&b, gzip.NoCompression)
	check(err)
	out := tar.NewWriter(zip)
	check(out.WriteHeader(&tar.Header{Name: "temporal", Mode: 0o755, Size: int64(len(content))}))
	_, err = out.Write(content)
	check(err)
	check(out.Close())
	check(zip.Close())
	return b.Bytes()
}

// ServeHTTP answers /WAY/VERSION/NAME.
func (m *mirror) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(r.URL.Path, "/")
	if len(parts) != 4 {
		http.NotFound(w, r)
		return
	}
	way, version, name := parts[1], parts[2], parts[3]
	switch {
	case version == "v9.9.9":
		http.NotFound(w, r)
	case name == "checksums.txt" && way == "wrong":
		fmt.Fprintf(w, "%064x  %s\n", 1, archiveName(version))
	case name == "checksums.txt":
		fmt.Fprintf(w, "%x  %s\n", sha256.Sum256(m.archive), archiveName(version))
	case name == archiveName(version):
		m.send(w, r, way)
	default:
		http.NotFound(w, r)
	}
}

func (m *mirror) send(w http.ResponseWriter, r *http.Request, way string) {
	after := func(int) {}
	switch n := m.note(way, r); {
	case way == "moved":
		http.Redirect(w, r, strings.Replace(r.URL.Path, "moved", "ok", 1), http.StatusFound)
		return
	case way == "more":
		m.sendMore(w)
		return
	case way == "once" && n == 1:
		after = func(sent int) {
			if sent >= len(m.archive)/2 {
				panic(http.ErrAbortHandler)
			}
		}
	case way == "hang":
		after = func(sent int) {
			if sent >= 64<<10 {
				<-r.Context().Done()
				panic(http.ErrAbortHandler)
			}
		}
	case way == "drips":
		after = func(int) {
			select {
			case <-m.enough:
			case <-time.After(pollEvery):
			}
		}
	}
	http.ServeContent(&paced{w, 0, after}, r, "", time.Time{}, bytes.NewReader(m.archive))
}

// sendMore writes to the connection itself: a server of Go's keeps its promises.
func (m *mirror) sendMore(w http.ResponseWriter) {
	wire, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	defer wire.Close()
	fmt.Fprintf(wire, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", len(m.archive)/2)
	wire.Write(m.archive)
}

func (m *mirror) note(way string, r *http.Request) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if file, err := os.OpenFile(m.asked, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); err == nil {
		fmt.Fprintf(file, "%s %s from %s\n", way, r.Host, r.Header.Get("Range"))
		file.Close()
	}
	m.times[way]++
	return m.times[way]
}

// paced calls after for each piece of an answer, with how much was sent.
type paced struct {
	http.ResponseWriter
	sent  int
	after func(sent int)
}

func (p *paced) Write(piece []byte) (int, error) {
	n, err := p.ResponseWriter.Write(piece)
	p.ResponseWriter.(http.Flusher).Flush()
	p.sent += n
	p.after(p.sent)
	return n, err
}
