package install

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// reachVariables are the variables of the go tool that say how it gets at modules, where
// it keeps them (go help environment) and what it may use of the machine. They are the
// caller's to set. All the others say what is built and how, which is ours.
var reachVariables = []string{
	"GOPROXY", "GONOPROXY", "GOSUMDB", "GONOSUMDB", "GONOSUMCHECK", "GOPRIVATE", "GOINSECURE", "GOVCS", "GOAUTH",
	"GOPATH", "GOMODCACHE", "GOCACHE", "GOCACHEPROG", "GODEBUG", "GOMAXPROCS", "GOMEMLIMIT", "GOGC", "GOTRACEBACK",
}

// goVariable matches the names of the go tool's variables. GOOGLE_* and the like, which a
// command of GOAUTH may need, have an underscore.
var goVariable = regexp.MustCompile(`^(GO[A-Z0-9]+|GO_EXTLINK_ENABLED)$`)

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
		if !goVariable.MatchString(name) {
			kept = append(kept, entry)
		}
	}
	for name, value := range writtenVariables(said["GOENV"]) {
		if said[name] == "" {
			said[name] = value
		}
	}
	flags := placeCaches(said, filepath.Join(work, goFolder))
	for _, name := range reachVariables {
		if said[name] != "" {
			kept = append(kept, name+"="+said[name])
		}
	}
	// GOENV=off: what go env -w has written would stand in for each variable that is not
	// set. go refuses GOBIN for another platform than its own.
	return append(kept, "GOENV=off", "GOFLAGS="+flags, "GO111MODULE=on", "GOWORK=off", "GOTOOLCHAIN=auto",
		"CGO_ENABLED=0", "GOBIN="+work, "GOTMPDIR="+work, "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH)
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

// goFolder is where go's caches are below the folder of a build, for a user without a home.
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
