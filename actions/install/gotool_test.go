package install

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// fakeGo makes a go of a shell script the only program in PATH, but for what the
// script itself needs. It finds each version, and its script is for a build, of "$3".
func fakeGo(t *testing.T, text string) Go {
	t.Helper()
	return scriptedGo(t, `if [ "$1" = list ]; then echo '{"GoVersion": "1.20"}'; exit; fi`+"\n"+text)
}

func scriptedGo(t *testing.T, text string) Go {
	t.Helper()
	dir := t.TempDir()
	check(t, os.WriteFile(filepath.Join(dir, "go"), []byte("#!/bin/sh\n"+text), 0o700))
	t.Setenv("PATH", dir)
	return Go{Tool: filepath.Join(dir, "go"), Env: append(os.Environ(), "PATH=/usr/bin:/bin", "GOOS=plan9", "GOBIN=/nowhere")}
}

func TestGo(t *testing.T) {
	home := newHome(t)
	o := order(home, fakeGo(t, `echo "go: downloading something" >&2
echo "$1 $2 $4 $5 $6 $7 $8 $CGO_ENABLED $GOOS/$GOARCH" > "$3"; cat go.mod >> "$3"`))
	_, err := Install(t.Context(), o)
	check(t, err)
	installed(t, home, "build -o -mod=mod -trimpath -ldflags "+stamp("v1.2.3")+" github.com/temporalio/cli/cmd/temporal 0 "+runtime.GOOS+"/"+runtime.GOARCH+"\n"+
		"module temporal.build\n\ngo 1.20\n\nrequire github.com/temporalio/cli v1.2.3\n")
	if told := o.Progress.(*recorder).all(); !strings.Contains(told, "go: go: downloading something") {
		t.Error(told)
	}
}

// TestGoFails keeps its last lines, without what would move a cursor.
func TestGoFails(t *testing.T) {
	const says = `mkdir "$GOTMPDIR/go-build1"; for i in 1 2 3 4 5 6 7 8 9 10 11; do echo line $i; done; printf 'x\033[2Jy\n'`
	for name, c := range map[string]struct{ text, why string }{
		"status":     {says + "; exit 1", "exit status 1"},
		"no program": {says, "it left no program"},
	} {
		t.Run(name, func(t *testing.T) {
			home := newHome(t)
			_, err := Install(t.Context(), order(home, fakeGo(t, c.text)))
			build, ok := errors.AsType[*Error](err)
			if !ok {
				t.Fatal(err)
			}
			last := strings.Join(build.Lines, "|")
			if build.Kind != Unbuilt || !strings.HasPrefix(last, "line 3|") || !strings.HasSuffix(last, "|line 11|x[2Jy") || !strings.Contains(err.Error(), c.why) {
				t.Errorf("%v, %q", err, last)
			}
			nothing(t, home)
		})
	}
}

// TestGoInterrupted ends go and what go has started.
func TestGoInterrupted(t *testing.T) {
	home, fifo := newHome(t), filepath.Join(t.TempDir(), "fifo")
	check(t, unix.Mkfifo(fifo, 0o600))
	ctx, cancel := context.WithCancel(t.Context())
	o := order(home, fakeGo(t, `sleep 600 >'`+fifo+`' & wait`))
	ended := make(chan error, 1)
	go func() { _, err := Install(ctx, o); ended <- err }()
	sleeper, err := os.Open(fifo) // when the sleeper has opened it as well
	check(t, err)
	defer sleeper.Close()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	check(t, sleeper.SetReadDeadline(time.Now().Add(time.Minute)))
	if _, err := sleeper.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the sleeper lives: %v", err)
	}
	nothing(t, home)
}

// TestLinesWithoutAnEnd bounds what is kept of a line.
func TestLinesWithoutAnEnd(t *testing.T) {
	l := &lines{each: func(string) {}}
	for range 100 {
		_, err := l.Write([]byte(strings.Repeat("x", 1000)))
		check(t, err)
	}
	if len(l.pending) > 2*lineBytes || len(l.last) != linesKept || len(l.last[0]) != lineBytes {
		t.Errorf("%d pending, %d kept of %d", len(l.pending), len(l.last), len(l.last[0]))
	}
}

// unreachable makes a release's host one at which nothing listens.
func unreachable(t *testing.T, r *Release) {
	t.Helper()
	s := newServer(t)
	s.Close()
	var err error
	r.Base, err = url.Parse(s.URL)
	check(t, err)
}

// TestEither: go stands in for a host that gives no answer, and for nothing else.
func TestEither(t *testing.T) {
	away := func(_ *server, r *Release) { unreachable(t, r) }
	runStories(t, `printf %s '`+script+`' > "$3"`, map[string]story{"nothing listens": {away, "", 0, 0}})
	runStories(t, "exit 1", map[string]story{
		"nothing listens": {away, "exit status 1", NeitherWay, 0},
		"not found": {func(s *server, _ *Release) {
			s.list = func(w http.ResponseWriter, r *http.Request, _ int) { http.NotFound(w, r) }
		}, "404", NotFound, 0},
		"another sum": {serving(damaged), "published is", Refused, 1},
		"gone in the middle": {serving(func(s *server, w http.ResponseWriter, r *http.Request, n int) {
			s.Listener.Close()
			w.Header().Set("Connection", "close")
			s.cut(w, r, 1000)
		}), "broke off", Broken, 1},
	})
}

// goFinds is what a process finds in an environment: of two entries the last.
func goFinds(env []string) map[string]string {
	found := map[string]string{}
	for _, entry := range env {
		name, value, _ := strings.Cut(entry, "=")
		found[name] = value
	}
	return found
}

// Whatever the caller has set, go builds the same; how it reaches modules stays the caller's.
func TestBuildEnvironment(t *testing.T) {
	config := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", config)
	t.Setenv("HOME", config)
	written := filepath.Join(t.TempDir(), "env")
	check(t, os.WriteFile(written, []byte("# mine\nGOPROXY=http://written\nGOPRIVATE=written.example\nGOFLAGS=-mod=vendor\nGOEXPERIMENT=none\nGOAMD64=v4\nnonsense\nGOSUMDB=\n"), 0o600))
	ours := map[string]string{
		"GOENV": "off", "GOFLAGS": "", "GO111MODULE": "on", "GOWORK": "off", "GOTOOLCHAIN": "auto", "CGO_ENABLED": "0",
		"GOTMPDIR": "/build", "GOOS": runtime.GOOS, "GOARCH": runtime.GOARCH,
	}
	for name, c := range map[string]struct {
		env  []string
		also map[string]string
	}{
		"nothing": {[]string{"HOME=/home/ann"}, map[string]string{"HOME": "/home/ann"}},
		"what is built": {
			strings.Fields("HOME=/home/ann GOFLAGS=-mod=vendor GO111MODULE=off GOTOOLCHAIN=go1.2.3 GOWORK=/x/go.work GOOS=plan9 GOARCH=arm GOBIN=/nowhere GOEXPERIMENT=none CGO_ENABLED=1 GOAMD64=v4 GOARM64=v9.5 GOROOT=/none GO_EXTLINK_ENABLED=1 GOFIPS140=latest GOTMPDIR=/none"),
			map[string]string{"HOME": "/home/ann"},
		},
		"how modules are reached": {
			strings.Fields("HOME=/home/ann GOPROXY=http://p GONOPROXY=a GOSUMDB=off GONOSUMDB=b GONOSUMCHECK=1 GOPRIVATE=c GOINSECURE=d GOAUTH=netrc GOVCS=*:git GOCACHE=/c GOMODCACHE=/m GOPATH=/p GODEBUG=netdns=go HTTPS_PROXY=http://q GOOGLE_CREDENTIALS=g"),
			goFinds(strings.Fields("HOME=/home/ann GOPROXY=http://p GONOPROXY=a GOSUMDB=off GONOSUMDB=b GONOSUMCHECK=1 GOPRIVATE=c GOINSECURE=d GOAUTH=netrc GOVCS=*:git GOCACHE=/c GOMODCACHE=/m GOPATH=/p GODEBUG=netdns=go HTTPS_PROXY=http://q GOOGLE_CREDENTIALS=g")),
		},
		"written by go env -w": {
			[]string{"HOME=/home/ann", "GOENV=" + written, "GOPROXY=http://set"},
			map[string]string{"HOME": "/home/ann", "GOPROXY": "http://set", "GOPRIVATE": "written.example"},
		},
		"no file of go env -w": {[]string{"HOME=/home/ann", "GOENV=off"}, map[string]string{"HOME": "/home/ann"}},
		"no home":              {nil, map[string]string{"GOPATH": "/build/path", "GOCACHE": "/build/cache", "GOFLAGS": "-modcacherw"}},
		"an unexpanded home":   {[]string{"HOME=~"}, map[string]string{"HOME": "~", "GOPATH": "/build/path", "GOCACHE": "/build/cache", "GOFLAGS": "-modcacherw"}},
		"no home, but caches":  {[]string{"GOPATH=/p", "XDG_CACHE_HOME=/c"}, map[string]string{"GOPATH": "/p", "XDG_CACHE_HOME": "/c"}},
		"relative paths":       {[]string{"HOME=/home/ann", "GOPATH=/p:~/go", "GOCACHE=off", "GOMODCACHE=m"}, map[string]string{"HOME": "/home/ann"}},
	} {
		t.Run(name, func(t *testing.T) {
			want := maps.Clone(ours)
			maps.Copy(want, c.also)
			if got := goFinds(buildEnvironment(c.env, "/build")); !maps.Equal(got, want) {
				t.Errorf("go finds\n%v, not\n%v", got, want)
			}
		})
	}
}

// The very go tool of this machine takes that environment, whatever the caller's is.
func TestGoTakesItsEnvironment(t *testing.T) {
	work := t.TempDir()
	check(t, os.WriteFile(filepath.Join(work, "go.work"), []byte("go 1.2\nnonsense\n"), 0o600))
	t.Chdir(work)
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no go")
	}
	g := Go{Tool: tool, Env: append(slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "HOME=") }),
		"GOFLAGS=-nonsense", "GOTOOLCHAIN=nonsense", "GOPATH=~/go", "GOWORK="+work+"/go.work", "GOEXPERIMENT=nonsense", "GOPROXY=off", "GO111MODULE=off")}
	_, err = Install(t.Context(), order(newHome(t), g))
	if build, ok := errors.AsType[*Error](err); !ok || !strings.Contains(strings.Join(build.Lines, "\n"), "module lookup disabled by GOPROXY=off") {
		t.Errorf("go says another thing than that it reaches no module: %+v", err)
	}
}
