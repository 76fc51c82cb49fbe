package fsm_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestReferences holds the pages to the code: each `file.go:Function` in them names
// a function that this file has.
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
	if found < 20 {
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
