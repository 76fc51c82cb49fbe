package fsm_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// TestReferences holds the pages to the code: each `file.go:Name` in them names a function, type,
// variable or constant that this file has.
func TestReferences(t *testing.T) {
	reference := regexp.MustCompile("`([a-z0-9/_]+\\.go):([A-Za-z]+)`")
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
			if !declares(t, filepath.Join("..", match[1]), match[2]) {
				t.Errorf("%s names %s:%s, which does not exist", page, match[1], match[2])
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d references found: is the pattern still right?", found)
	}
}

func declares(t *testing.T, path, name string) bool {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Error(err)
		return false
	}
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Name.Name == name {
				return true
			}
		case *ast.GenDecl:
			if slices.ContainsFunc(decl.Specs, func(spec ast.Spec) bool { return names(spec, name) }) {
				return true
			}
		}
	}
	return false
}

// names reports whether a type, variable or constant of a declaration has a name.
func names(spec ast.Spec, name string) bool {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		return spec.Name.Name == name
	case *ast.ValueSpec:
		return slices.ContainsFunc(spec.Names, func(id *ast.Ident) bool { return id.Name == name })
	}
	return false
}
