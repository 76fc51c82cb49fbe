package install

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/stigmer/local/actions/logfile"
)

// Go builds a version with the go tool, from the Go module proxy. Go's own checks, by
// known.sum and its checksum database, stand in for a published sum.
type Go struct {
	// Tool is the go tool's path, empty where there is none.
	Tool string
	// Env is the caller's environment. Of what is go's in it only how modules are reached
	// is passed on.
	Env []string
}

// Name says how it is built.
func (g Go) Name() string { return "its source, with go" }

// goGrace is how long go may take to end, with its compilers, when it is interrupted.
const goGrace = 5 * time.Second

// build is one build, in a folder of its own.
type build struct {
	tool, folder string
	env          []string
	output       *lines
}

// Fetch builds in a folder beside the new file, which is removed afterwards.
func (g Go) Fetch(ctx context.Context, v Version, to string, progress Progress) error {
	if g.Tool == "" {
		return failed(NoGo, "there is no go tool")
	}
	folder := filepath.Join(filepath.Dir(to), goFolder)
	b := &build{g.Tool, folder, buildEnvironment(g.Env, folder), &lines{each: progress.BuildOutput}}
	defer os.RemoveAll(folder)
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	progress.Step(fmt.Sprintf("Building   %s@%s with go: a few minutes", mainPackage, v))
	o, err := b.origin(ctx, v)
	if err == nil {
		err = o.write(folder, v)
	}
	if err != nil {
		return err
	}
	err = b.run(ctx, b.output, "build", "-o", to, "-mod=mod", "-trimpath", "-ldflags", stamp(v), mainPackage)
	if _, missing := os.Stat(to); err == nil && missing != nil {
		err = fmt.Errorf("it left no program: %w", missing)
	}
	if err != nil {
		return b.failed(ctx, Unbuilt, fmt.Sprintf("go does not build %s@%s: %v", mainPackage, v, err))
	}
	return nil
}

// stamp are the linker's flags of the CLI's own releases. The package was moved in v1.6.0.
func stamp(v Version) string {
	version := strings.TrimPrefix(string(v), "v")
	return "-s -w -X " + cliModule + "/internal/temporalcli.Version=" + version + " -X " + cliModule + "/temporalcli.Version=" + version
}

// run runs go, and ends it with ctx.
func (b *build) run(ctx context.Context, out io.Writer, args ...string) error {
	c := exec.CommandContext(ctx, b.tool, args...)
	c.Dir, c.Env = b.folder, b.env
	c.Stdout, c.Stderr = out, b.output
	// A group of its own: go's compilers end with it. The group has its leader's
	// number until Wait has reaped that, so no other can be meant.
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGTERM) }
	c.WaitDelay = goGrace
	if err := c.Run(); !errors.Is(err, exec.ErrWaitDelay) {
		return err
	}
	return nil // it has ended well, and left a child that has its output open
}

// failed is a failure with the last lines that go printed, or the end of ctx.
func (b *build) failed(ctx context.Context, kind Kind, text string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return &Error{Kind: kind, Text: text, Lines: b.output.last}
}

// linesKept and lineBytes bound what is kept of what go prints.
const (
	linesKept = 10
	lineBytes = 4 << 10
)

// lines cuts what is written to it into lines and keeps the last ones, without what would
// move a terminal's cursor.
type lines struct {
	each    func(string)
	pending []byte
	last    []string
}

// Write takes in more text. A line that never ends is cut.
func (l *lines) Write(data []byte) (int, error) {
	l.pending = append(l.pending, data...)
	for {
		line, rest, ended := bytes.Cut(l.pending, []byte("\n"))
		if !ended && len(line) > lineBytes {
			line, rest, ended = line[:lineBytes], line[lineBytes:], true
		}
		if !ended {
			return len(data), nil
		}
		l.pending = rest
		l.last = append(l.last[max(0, len(l.last)-linesKept+1):], logfile.Printable(string(line)))
		l.each(l.last[len(l.last)-1])
	}
}

// reachVariables are the variables of the go tool that say how it gets at modules, where
// it keeps them (go help environment) and what it may use of the machine. They are the
// caller's to set. All the others say what is built and how, which is ours.
var reachVariables = []string{
	"GOPROXY", "GONOPROXY", "GOSUMDB", "GONOSUMDB", "GONOSUMCHECK", "GOPRIVATE", "GOINSECURE", "GOVCS", "GOAUTH",
	"GOPATH", "GOMODCACHE", "GOCACHE", "GOCACHEPROG", "GODEBUG", "GOMAXPROCS", "GOMEMLIMIT", "GOGC", "GOTRACEBACK",
}

// isGoVariable reports whether a variable is the go tool's. GOOGLE_* and the like, which a
// command of GOAUTH may need, have an underscore.
func isGoVariable(name string) bool {
	return name == "GO_EXTLINK_ENABLED" || strings.HasPrefix(name, "GO") && !strings.Contains(name, "_")
}

// buildEnvironment returns the environment in which go builds the same program whatever env
// and the file of go env -w say. Of that file, only reachVariables that env does not set
// count. work is the folder of the build: it gets go's temporary files, and go's caches if
// the user has no folder for them.
func buildEnvironment(env []string, work string) []string {
	var kept []string
	said := map[string]string{}
	for _, entry := range env {
		name, value, _ := strings.Cut(entry, "=")
		said[name] = value // of two the last counts, as for a process
		if !isGoVariable(name) {
			kept = append(kept, entry)
		}
	}
	for name, value := range writtenVariables(said["GOENV"]) {
		if said[name] == "" {
			said[name] = value
		}
	}
	flags := placeCaches(said, work)
	for _, name := range reachVariables {
		if said[name] != "" {
			kept = append(kept, name+"="+said[name])
		}
	}
	// GOENV=off: what go env -w has written would stand in for each variable that is not set.
	return append(kept, "GOENV=off", "GOFLAGS="+flags, "GO111MODULE=on", "GOWORK=off", "GOTOOLCHAIN=auto",
		"CGO_ENABLED=0", "GOTMPDIR="+work, "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH)
}

// placeCaches leaves go's folders where the caller has them, and puts them below own where
// go would find no place, since go takes absolute paths alone. It returns the GOFLAGS that
// make the modules below own removable.
func placeCaches(said map[string]string, own string) (flags string) {
	relative := func(path string) bool { return !filepath.IsAbs(path) }
	for _, name := range []string{"GOPATH", "GOMODCACHE", "GOCACHE"} {
		if slices.ContainsFunc(filepath.SplitList(said[name]), relative) {
			said[name] = "" // go ends at once on it
		}
	}
	if filepath.IsAbs(said["HOME"]) {
		return ""
	}
	if said["GOCACHE"] == "" && relative(said["XDG_CACHE_HOME"]) {
		said["GOCACHE"] = filepath.Join(own, "cache")
	}
	if said["GOPATH"] == "" {
		said["GOPATH"], flags = filepath.Join(own, "path"), "-modcacherw"
	}
	return flags
}

// goFolder is the folder of a build, beside the program that is made.
const goFolder = "go"

// writtenVariables are those of reachVariables that go env -w has written, into $GOENV or
// the user's configuration folder: lines of NAME=VALUE (cmd/go/internal/cfg, readEnvFile).
func writtenVariables(path string) map[string]string {
	if path == "" {
		folder, _ := os.UserConfigDir() // no folder, no such file
		path = filepath.Join(folder, "go", "env")
	}
	written := map[string]string{}
	if !filepath.IsAbs(path) { // off, or none
		return written
	}
	text, _ := os.ReadFile(path) // as go does, which takes one that it cannot read for none
	for line := range strings.Lines(string(text)) {
		name, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "=")
		if ok && slices.Contains(reachVariables, name) {
			written[name] = value
		}
	}
	return written
}
