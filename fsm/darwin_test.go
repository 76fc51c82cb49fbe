package fsm

import (
	"go/ast"
	"go/build/constraint"
	"slices"
	"strings"
	"testing"
)

// What cannot be tested without a Mac makes the call and nothing else: a file for macOS
// alone is read in a minute, and one that the build "blunt" shares has calls only.
const (
	mostLines    = 70 // of a file for macOS alone, comments included
	mostBranches = 2  // in one of its functions
)

// faults lists what a file does that would go wrong on macOS, or go untested.
func faults(s sourceFile, lines int) []string {
	var found []string
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if called := callee(n); called == "os.ReadDir" && argument(n) == `"/dev/fd"` {
				found = append(found, "calls os.ReadDir of /dev/fd, which fails on macOS for a kqueue: list the names alone")
			}
		case *ast.BasicLit:
			if strings.Contains(n.Value, "lsof") && !strings.Contains(n.Value, " ") {
				found = append(found, "names lsof, which starts a process and takes seconds: ask package probes")
			}
		case *ast.FuncDecl:
			if strings.HasSuffix(s.name, "_darwin.go") && branches(n) > mostBranches {
				found = append(found, n.Name.Name+" decides: move that to a file that every system compiles")
			}
			if sharedWithBlunt(s.file) && (n.Body == nil || len(n.Body.List) != 1) {
				found = append(found, n.Name.Name+" is more than one call: move it to a file that every system compiles")
			}
		}
		return true
	})
	if strings.HasSuffix(s.name, "_darwin.go") && lines > mostLines {
		found = append(found, "is too long to be read in a minute")
	}
	return found
}

func argument(call *ast.CallExpr) string {
	if len(call.Args) != 1 {
		return ""
	}
	literal, ok := call.Args[0].(*ast.BasicLit)
	if !ok {
		return ""
	}
	return literal.Value
}

// branches counts the decisions of a function; a check for an error is none, nor is a
// call that is made again because a signal came.
func branches(f *ast.FuncDecl) (n int) {
	ast.Inspect(f, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.IfStmt:
			if !mentionsError(node.Cond) {
				n++
			}
		case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt, *ast.RangeStmt:
			n++
		}
		return true
	})
	return n
}

func mentionsError(condition ast.Expr) (found bool) {
	ast.Inspect(condition, func(n ast.Node) bool {
		name, ok := n.(*ast.Ident)
		found = found || ok && slices.Contains([]string{"err", "errno"}, name.Name)
		return true
	})
	return found
}

// sharedWithBlunt reports whether a file is of macOS and of the build that stands for it.
func sharedWithBlunt(file *ast.File) bool {
	for _, group := range file.Comments {
		for _, comment := range group.List {
			expression, err := constraint.Parse(comment.Text)
			if err != nil {
				continue
			}
			on := func(tags ...string) bool {
				return expression.Eval(func(tag string) bool { return slices.Contains(tags, tag) })
			}
			return on("darwin") && on("linux", "blunt") && !on("linux")
		}
	}
	return false
}

func TestWhatIsOnlyOfMacOSOnlyCalls(t *testing.T) {
	shared := 0
	for _, s := range sources(t) {
		lines := strings.Count(s.text, "\n")
		for _, fault := range faults(s, lines) {
			t.Errorf("%s %s", s.name, fault)
		}
		if sharedWithBlunt(s.file) {
			shared++
		}
	}
	if shared == 0 {
		t.Error("no file is shared with the build blunt: the test looks for the wrong tag")
	}
}

// TestMacFaultsBite: each line of a bad source is found, and nothing of a good one.
func TestMacFaultsBite(t *testing.T) {
	for name, bad := range map[string]sourceFile{
		"os.ReadDir":   {name: "x.go", file: parsed(t, `import "os"; var f, _ = os.ReadDir("/dev/fd")`)},
		"lsof":         {name: "x.go", file: parsed(t, `var lister = "/usr/sbin/lsof"`)},
		"decides":      {name: "x_darwin.go", file: parsed(t, `func f(a, b, c bool) { if a {}; if b {}; switch { case c: } }`)},
		"one call":     {name: "x.go", file: commented(t, "//go:build darwin || blunt\n\npackage x\nfunc f() { g(); g() }")},
		"in a minute":  {name: "x_darwin.go", file: parsed(t, ""), text: strings.Repeat("\n", mostLines+1)},
		"or two calls": {name: "x.go", file: commented(t, "//go:build darwin || (linux && blunt)\n\npackage x\nfunc f() { g(); g() }")},
	} {
		if got := faults(bad, strings.Count(bad.text, "\n")); len(got) != 1 {
			t.Errorf("%s: %q", name, got)
		}
	}
	good := sourceFile{name: "x_darwin.go", file: parsed(t, `import "os"; func f() error { _, err := os.ReadDir("/x"); if err != nil { return err }; return nil }`)}
	if got := faults(good, 1); got != nil {
		t.Errorf("%q", got)
	}
}
