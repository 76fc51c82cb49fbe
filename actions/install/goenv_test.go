package install

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

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
		"GOBIN": "/work", "GOTMPDIR": "/work", "GOOS": runtime.GOOS, "GOARCH": runtime.GOARCH,
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
		"no home":              {nil, map[string]string{"GOPATH": "/work/go/path", "GOCACHE": "/work/go/cache", "GOFLAGS": "-modcacherw"}},
		"an unexpanded home":   {[]string{"HOME=~"}, map[string]string{"HOME": "~", "GOPATH": "/work/go/path", "GOCACHE": "/work/go/cache", "GOFLAGS": "-modcacherw"}},
		"no home, but caches":  {[]string{"GOPATH=/p", "XDG_CACHE_HOME=/c"}, map[string]string{"GOPATH": "/p", "XDG_CACHE_HOME": "/c"}},
		"relative paths":       {[]string{"HOME=/home/ann", "GOPATH=/p:~/go", "GOCACHE=off", "GOMODCACHE=m"}, map[string]string{"HOME": "/home/ann"}},
	} {
		t.Run(name, func(t *testing.T) {
			want := maps.Clone(ours)
			maps.Copy(want, c.also)
			if got := goFinds(buildEnvironment(c.env, "/work")); !maps.Equal(got, want) {
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
