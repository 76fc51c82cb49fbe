package fsm

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/stigmer/local/"

// mayImport says which of our packages each package may import. There are no others.
var mayImport = map[string][]string{
	"fsm":       {},
	"statefile": {"fsm"},

	"probes":           {}, // only what holds for all of them
	"probes/proc":      {"fsm", "probes/xnu"},
	"probes/files":     {"fsm", "probes/proc", "probes/xnu"},
	"probes/locks":     {"fsm", "probes/proc", "probes/files", "probes/xnu"},
	"probes/ports":     {"probes/proc", "probes/xnu"},
	"probes/host":      {"fsm"}, // file systems, limits, memory
	"probes/temporal":  {"fsm"}, // what a Temporal answers
	"probes/logs":      {},
	"probes/sqlite":    {}, // SQLite's engine, over an overlay
	"probes/xnu":       {}, // macOS's kernel, in its own formats
	"probes/xnu/fake":  {"probes/xnu"},
	"probes/childtest": {}, // children for tests

	// lockfile <- evidence <- database <- upkeep; the two worlds stand on all but the last.
	"actions": {
		"fsm", "statefile", "probes/proc", "probes/files", "probes/locks", "probes/ports", "probes/host", "probes/temporal", "actions/procs", lockfile, logfile, launch, evidence, database,
		"actions/cause", program, rehearsal, "actions/setup",
	},
	"actions/setup":       {"fsm", "probes/temporal"}, // adds to a Temporal that serves what it lacks
	lockfile:              {"statefile", "probes/proc", "probes/files", "probes/locks", "probes/host", "actions/procs"},
	logfile:               {"fsm", "statefile", "probes/files"},
	launch:                {"fsm", "statefile", "probes/proc", "probes/ports", "actions/environment"},
	program:               {"fsm", "statefile", "probes/files", "probes/temporal", launch},
	evidence:              {"fsm", "statefile", "probes/proc", "probes/files", "probes/locks", lockfile, launch, program},
	database:              {"fsm", "statefile", "probes/proc", "probes/files", "probes/sqlite", "actions/procs", lockfile, evidence},
	"actions/upkeep":      {"fsm", "statefile", lockfile, evidence, database, rehearsal},
	transfer:              {"statefile", "probes/sqlite", "probes/temporal"}, // writes database files with SQLite's engine
	rehearsal:             {"fsm", "statefile", "probes/proc", "probes/temporal", "probes/sqlite", "actions/procs", lockfile, launch, program, transfer},
	"actions/tied":        {"fsm", "statefile", "probes/proc", "actions/procs", evidence}, // what belongs to one run
	"actions/cause":       {"fsm", "probes/ports"},
	"actions/environment": {"fsm", "probes/proc"},
	"actions/procs":       {"fsm", "probes/proc", "probes/xnu"},
	"actions/install":     {"statefile", logfile, lockfile},
	"actions/initproc":    {},

	"actions/internal/stage": {"fsm", "statefile", "probes/proc", "probes/files", "probes/locks"}, // for tests

	"cmd": {
		"fsm", "statefile", "probes/proc", "probes/logs", evidence, "actions/initproc", "actions/install", human, cli, config, inspect,
		"cmd/internal/lifecycle", "cmd/internal/doctor", "cmd/internal/service", "cmd/internal/dashboard", "cmd/internal/profile",
		"cmd/internal/installer", "cmd/internal/reader", "cmd/internal/databases", "cmd/internal/homes", "cmd/internal/oneshot",
	},
	"cmd/stigmer":     {"cmd"},
	"cmd/gen":         {"cmd", cli},
	"cmd/e2e/fake":    {},                                            // for tests
	"cmd/e2e/program": {"cmd", "cmd/internal/service", "probes/xnu"}, // for tests
	"cmd/bench":       {"fsm", "statefile", "probes/proc", "probes/temporal", lockfile},

	// From the bottom to the top; the last eight know nothing of one another, but that a run installs what it needs.
	human: {"fsm", "probes/ports"},
	cli:   {human, "fsm", "statefile", "probes/proc", "actions/cause", lockfile},
	config: {
		human, cli, "fsm", "statefile", "probes/host", "probes/temporal", "actions/cause", launch, logfile, "actions/environment",
		"actions/install", program,
	},
	inspect: {
		human, cli, config, "fsm", "statefile", "probes/proc", "probes/files", "probes/locks", "probes/ports", "probes/host", "probes/logs", "probes/temporal", "actions/cause", database,
		evidence, launch, lockfile, logfile, "actions/procs",
	},
	"cmd/internal/lifecycle": {
		human, cli, config, inspect, "fsm", "statefile", "probes/proc", "probes/host", "actions/cause", database, evidence,
		launch, lockfile, logfile, program, rehearsal, transfer, "actions/upkeep", "actions", "actions/environment", "actions/procs", "actions/setup", "actions/tied",
	},
	"cmd/internal/databases": {
		human, cli, config, inspect, "cmd/internal/lifecycle", "fsm", "statefile", "probes/files", "probes/host", "probes/sqlite", "probes/temporal", database, evidence, lockfile,
		program, rehearsal, transfer, "actions/upkeep",
	},
	"cmd/internal/doctor": {
		human, cli, config, inspect, "fsm", "statefile", "probes/proc", "probes/files", "probes/ports", "probes/host", "probes/sqlite", "actions/cause",
		database, evidence, program, "actions/upkeep", "actions",
	},
	"cmd/internal/service":   {human, cli, config, "fsm", "statefile", evidence, "actions/environment"},
	"cmd/internal/dashboard": {human, cli, inspect, "fsm", "statefile", "probes/logs", logfile},
	"cmd/internal/profile":   {human, cli, inspect, lockfile},
	"cmd/internal/homes":     {human, cli, inspect, evidence},
	"cmd/internal/reader":    {human, cli, inspect, "statefile", "probes/files", "probes/logs", logfile},
	"cmd/internal/oneshot": {
		human, cli, config, inspect, "cmd/internal/lifecycle", "cmd/internal/installer", "fsm", "statefile", "probes/proc", "probes/logs", logfile, transfer,
		"actions", "actions/tied",
	},
	"cmd/internal/installer": {human, cli, config, inspect, "fsm", "statefile", "actions/install", program},
}

// The rooms on which others stand.
const (
	lockfile = "actions/lockfile"
	logfile  = "actions/logfile"
	launch   = "actions/launch"
	program  = "actions/program"
	evidence = "actions/evidence"
	database = "actions/database"

	transfer  = "actions/transfer"
	rehearsal = "actions/rehearsal"

	human   = "cmd/internal/human"
	cli     = "cmd/internal/cli"
	config  = "cmd/internal/config"
	inspect = "cmd/internal/inspect"
)

// onlyIn says which packages alone may import a library. Tests are not looked at.
var onlyIn = map[string]string{
	"go.temporal.io/sdk":        "the tests",
	"github.com/hanwen/go-fuse": "the tests",
	"github.com/compose-spec":   "the tests",
	"github.com/moby/buildkit":  "the tests",
	"github.com/looplab/fsm":    "fsm",
	"github.com/ncruces":        "probes/sqlite actions/transfer cmd/bench",
	"github.com/spf13/cobra":    "cmd",
	"github.com/spf13/pflag":    "cmd",
}

// fsmMayUse is all that package fsm may import, with what it may use of a package
// by which a decision could touch the world as well.
var fsmMayUse = map[string][]string{
	"cmp":                    nil,
	"context":                {"Background"}, // looplab/fsm asks for one
	"encoding/json":          {"Marshal", "Unmarshal", "RawMessage"},
	"errors":                 nil,
	"fmt":                    {"Errorf", "Sprint", "Sprintf"},
	"github.com/looplab/fsm": nil,
	"slices":                 nil,
	"strings":                nil,
}

// sourceFile is one file of ours that is not a test.
type sourceFile struct {
	// home is the folder below the module's root, owner its first element.
	name, home, owner string
	text              string
	file              *ast.File
}

func (s sourceFile) imports() []string {
	var paths []string
	for _, spec := range s.file.Imports {
		if unquoted, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, unquoted)
		}
	}
	return paths
}

// sources parses every Go file of the module but tests, for every platform.
func sources(t *testing.T) []sourceFile {
	t.Helper()
	var found []sourceFile
	err := filepath.WalkDir("..", func(name string, entry fs.DirEntry, err error) error {
		base := entry.Name()
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != ".." && (strings.HasPrefix(base, ".") || base == "testdata"):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments)
		relative := filepath.ToSlash(strings.TrimPrefix(name, ".."+string(filepath.Separator)))
		owner, _, _ := strings.Cut(relative, "/")
		if _, room := mayImport[path.Dir(relative)]; room {
			owner = path.Dir(relative)
		}
		found = append(found, sourceFile{relative, path.Dir(relative), owner, string(text), file})
		return err
	})
	check(t, err)
	if len(found) < 20 {
		t.Fatalf("only %d files found: the test looks in the wrong place", len(found))
	}
	return found
}

func TestPackagesLiveInFiveFolders(t *testing.T) {
	for _, s := range sources(t) {
		if _, ok := mayImport[s.owner]; !ok || s.home != s.owner {
			t.Errorf("%s: Go code lives in the rooms of mayImport", s.name)
		}
	}
	layout, err := os.ReadFile("../CONTRIBUTING.md")
	check(t, err)
	for _, home := range slices.Sorted(maps.Keys(mayImport)) {
		if !strings.Contains(string(layout), home) {
			t.Errorf("CONTRIBUTING.md does not name %s", home)
		}
	}
}

func TestPackagesImportInOneDirection(t *testing.T) {
	type arrow struct{ from, to string }
	used := map[arrow]bool{}
	for _, s := range sources(t) {
		for _, imported := range s.imports() {
			ours, ok := strings.CutPrefix(imported, module)
			used[arrow{s.owner, ours}] = true
			if ok && !slices.Contains(mayImport[s.owner], ours) {
				t.Errorf("%s imports our %s", s.name, ours)
			}
			for library, owner := range onlyIn {
				within := func(room string) bool { return s.owner == room || strings.HasPrefix(s.owner, room+"/") }
				if (imported == library || strings.HasPrefix(imported, library+"/")) && !slices.ContainsFunc(strings.Fields(owner), within) {
					t.Errorf("%s imports %s, which only %s may", s.name, imported, owner)
				}
			}
		}
	}
	for from, list := range mayImport {
		for _, to := range list {
			if !used[arrow{from, to}] {
				t.Errorf("mayImport has an arrow from %s to %s, which no file needs", from, to)
			}
		}
	}
}

func TestFSMTouchesNothing(t *testing.T) {
	unused := maps.Clone(fsmMayUse)
	for _, s := range sources(t) {
		if s.owner != "fsm" {
			continue
		}
		for _, deed := range touches(s.file) {
			t.Errorf("%s %s", s.name, deed)
		}
		for _, imported := range s.imports() {
			delete(unused, imported)
		}
	}
	for name := range unused {
		t.Errorf("fsmMayUse lists %s, which is not imported", name)
	}
}

// touches lists what a file does that a pure decision has no need of.
func touches(file *ast.File) []string {
	var deeds []string
	names := map[string]string{} // of imported packages, to their paths
	for _, spec := range file.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		name := path.Base(imported)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = imported
		if _, may := fsmMayUse[imported]; !may || name == "." {
			deeds = append(deeds, fmt.Sprintf("imports %s as %s", imported, name))
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt, *ast.ChanType, *ast.SelectStmt:
			deeds = append(deeds, "starts a goroutine or has a channel")
		case *ast.SelectorExpr:
			of, ok := n.X.(*ast.Ident)
			if !ok {
				break
			}
			if only := fsmMayUse[names[of.Name]]; only != nil && !slices.Contains(only, n.Sel.Name) {
				deeds = append(deeds, "uses "+names[of.Name]+"."+n.Sel.Name)
			}
		case *ast.CallExpr:
			if called := callee(n); called == "print" || called == "println" {
				deeds = append(deeds, "calls "+called)
			}
		case *ast.FuncDecl:
			if n.Name.Name == "init" && n.Recv == nil {
				deeds = append(deeds, "has an init function")
			}
		}
		return true
	})
	return deeds
}

// TestTouchingBites: each line of a bad source is found, and nothing of a good one.
func TestTouchingBites(t *testing.T) {
	bad := map[string]string{
		`import "os"`:                                   "imports os as os",
		`import "time"`:                                 "imports time as time",
		`import "math/rand/v2"`:                         "imports math/rand/v2 as v2",
		`import "database/sql"`:                         "imports database/sql as sql",
		`import "example.com/x"`:                        "imports example.com/x as x",
		`import . "fmt"`:                                "imports fmt as .",
		`import "fmt"; var f = fmt.Print`:               "uses fmt.Print",
		`import p "fmt"; var f = p.Fprintf`:             "uses fmt.Fprintf",
		`import "fmt"; var _, e = fmt.Scan()`:           "uses fmt.Scan",
		`import "context"; var c = context.WithTimeout`: "uses context.WithTimeout",
		`func f() { println() }`:                        "calls println",
		`func f() { go f() }`:                           "starts a goroutine or has a channel",
		`var c chan int`:                                "starts a goroutine or has a channel",
		`func init() {}`:                                "has an init function",
	}
	for text, want := range bad {
		if deeds := touches(parsed(t, text)); !slices.Equal(deeds, []string{want}) {
			t.Errorf("%s: %q, not %q", text, deeds, want)
		}
	}
	good := `import ("fmt"; loop "github.com/looplab/fsm"); var f = fmt.Sprint(loop.NewFSM)`
	if deeds := touches(parsed(t, good)); deeds != nil {
		t.Errorf("%q", deeds)
	}
}

func parsed(t *testing.T, text string) *ast.File {
	t.Helper()
	return commented(t, "package x; "+text)
}

// commented parses a whole file with its comments.
func commented(t *testing.T, text string) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "x.go", text, parser.ParseComments)
	check(t, err)
	return file
}

func TestOnlyCmdEndsTheProcess(t *testing.T) {
	ends := []string{"os.Exit", "log.Fatal", "log.Fatalf", "log.Fatalln", "syscall.Exit", "unix.Exit", "runtime.Goexit"}
	for _, s := range sources(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && !strings.HasPrefix(s.owner, "cmd") && slices.Contains(ends, callee(call)) {
				t.Errorf("%s calls %s", s.name, callee(call))
			}
			return true
		})
	}
}

// callee names what a call calls, as far as it is a name or one of a package.
func callee(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if of, ok := f.X.(*ast.Ident); ok {
			return of.Name + "." + f.Sel.Name
		}
	}
	return ""
}

func TestEveryPackageSaysWhatItOwns(t *testing.T) {
	documented := map[string]bool{}
	for _, s := range sources(t) {
		documented[s.home] = documented[s.home] || s.file.Doc.Text() != ""
	}
	for home, ok := range documented {
		if !ok && home != "cmd/stigmer" {
			t.Errorf("%s has no package comment", home)
		}
	}
}
