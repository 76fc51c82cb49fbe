package fsm

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
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
	"probes":    {"fsm"},
	"actions":   {"fsm", "statefile", "probes"},
	"cmd":       {"fsm", "statefile", "probes", "actions", "cmd", "probes/logs", "actions/install"},

	// Rooms of their own.
	"probes/logs":     {},
	"actions/install": {"statefile", "actions"},
}

// programs are the folders below cmd that hold a main package.
var programs = map[string]bool{"cmd/stigmer": true, "cmd/bench": true, "cmd/gen": true}

// onlyIn says which package alone may import a library.
var onlyIn = map[string]string{
	"github.com/looplab/fsm": "fsm",
	"github.com/spf13/cobra": "cmd",
	"github.com/spf13/pflag": "cmd",
}

// neverInFSM are the packages by which a decision could touch the world.
var neverInFSM = []string{"os", "os/exec", "os/signal", "net", "net/http", "syscall", "io", "io/fs", "time", "log", "log/slog",
	"math/rand", "math/rand/v2", "crypto/rand", "runtime", "sync", "unsafe", "golang.org/x/sys/unix", "github.com/hashicorp/go-hclog"}

// source is one file of ours that is not a test.
type source struct {
	// home is the folder below the module's root, owner its first element.
	name, home, owner string
	file              *ast.File
}

func (s source) imports() []string {
	var paths []string
	for _, spec := range s.file.Imports {
		if unquoted, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, unquoted)
		}
	}
	return paths
}

// sources parses every Go file of the module but tests, for every platform.
func sources(t *testing.T) []source {
	t.Helper()
	var found []source
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
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		relative := filepath.ToSlash(strings.TrimPrefix(name, ".."+string(filepath.Separator)))
		owner, _, _ := strings.Cut(relative, "/")
		if _, room := mayImport[path.Dir(relative)]; room {
			owner = path.Dir(relative)
		}
		found = append(found, source{relative, path.Dir(relative), owner, file})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 20 {
		t.Fatalf("only %d files found: the test looks in the wrong place", len(found))
	}
	return found
}

func TestPackagesLiveInFiveFolders(t *testing.T) {
	for _, s := range sources(t) {
		if _, ok := mayImport[s.owner]; !ok || s.home != s.owner && !programs[s.home] {
			t.Errorf("%s: Go code lives in actions, cmd and its programs, fsm, probes and statefile, and in the rooms of mayImport", s.name)
		}
	}
}

func TestPackagesImportInOneDirection(t *testing.T) {
	for _, s := range sources(t) {
		for _, imported := range s.imports() {
			if ours, ok := strings.CutPrefix(imported, module); ok && !slices.Contains(mayImport[s.owner], ours) {
				t.Errorf("%s imports our %s", s.name, ours)
			}
			for library, owner := range onlyIn {
				if (imported == library || strings.HasPrefix(imported, library+"/")) && s.owner != owner {
					t.Errorf("%s imports %s, which only %s may", s.name, imported, owner)
				}
			}
		}
	}
}

func TestFSMTouchesNothing(t *testing.T) {
	for _, s := range sources(t) {
		if s.owner != "fsm" {
			continue
		}
		for _, imported := range s.imports() {
			domain, _, _ := strings.Cut(imported, "/")
			if slices.Contains(neverInFSM, imported) || strings.Contains(domain, ".") && imported != "github.com/looplab/fsm" {
				t.Errorf("%s imports %s", s.name, imported)
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt, *ast.ChanType, *ast.SelectStmt:
				t.Errorf("%s starts a goroutine or has a channel", s.name)
			case *ast.CallExpr:
				if called := callee(n); strings.HasPrefix(called, "time.") || called == "print" || called == "println" {
					t.Errorf("%s calls %s", s.name, called)
				}
			case *ast.FuncDecl:
				if n.Name.Name == "init" && n.Recv == nil {
					t.Errorf("%s has an init function", s.name)
				}
			}
			return true
		})
	}
}

func TestOnlyCmdEndsTheProcess(t *testing.T) {
	ends := []string{"os.Exit", "log.Fatal", "log.Fatalf", "log.Fatalln", "syscall.Exit", "unix.Exit", "runtime.Goexit"}
	for _, s := range sources(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && s.owner != "cmd" && slices.Contains(ends, callee(call)) {
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
