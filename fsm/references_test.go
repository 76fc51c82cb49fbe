package fsm_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestReferences holds the documentation to the code: each `file.go:Function`
// in docs and README names a function that this file has.
func TestReferences(t *testing.T) {
	reference := regexp.MustCompile("`([a-z/_]+\\.go):([A-Za-z]+)`")
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, page := range append(pages, "../README.md", "../CONTRIBUTING.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range reference.FindAllStringSubmatch(string(text), -1) {
			found++
			if !hasFunction(t, filepath.Join("..", match[1]), match[2]) {
				t.Errorf("%s names %s:%s, which does not exist", page, match[1], match[2])
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d references found: is the pattern still right?", found)
	}
}

func hasFunction(t *testing.T, path, name string) bool {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Error(err)
		return false
	}
	for _, decl := range file.Decls {
		if function, ok := decl.(*ast.FuncDecl); ok && function.Name.Name == name {
			return true
		}
	}
	return false
}

// TestNamedTests holds the page of promises to the tests: each test that it
// names, or whose beginning it names, exists.
func TestNamedTests(t *testing.T) {
	page, err := os.ReadFile("../docs/RELIABILITY.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../*/*_test.go")
	below, failed := filepath.Glob("../*/*/*_test.go")
	if err = errors.Join(err, failed); err != nil {
		t.Fatal(err)
	}
	var tests []byte
	for _, file := range append(files, below...) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tests = append(tests, text...)
	}
	names := regexp.MustCompile(`Test[A-Z][A-Za-z]+`).FindAllString(string(page), -1)
	if len(names) < 30 {
		t.Errorf("only %d tests are named: is the pattern still right?", len(names))
	}
	for _, name := range names {
		if !regexp.MustCompile(`func ` + name + `[A-Za-z]*\(`).Match(tests) {
			t.Errorf("docs/RELIABILITY.md names %s, which does not exist", name)
		}
	}
}
