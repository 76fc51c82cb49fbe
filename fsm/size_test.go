package fsm

import (
	"go/ast"
	"testing"
)

// mostFields is how many fields a type may have: one with more has more than one subject. A
// type that is embedded counts as one field.
const mostFields = 16

func TestTypesAreSmall(t *testing.T) {
	for _, s := range sources(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if count := fieldsOf(spec); count > mostFields {
					t.Errorf("%s: %s has %d fields, more than %d", s.name, spec.Name, count, mostFields)
				}
			}
			return true
		})
	}
}

func fieldsOf(spec *ast.TypeSpec) (count int) {
	fields, ok := spec.Type.(*ast.StructType)
	if !ok {
		return 0
	}
	for _, field := range fields.Fields.List {
		count += max(len(field.Names), 1)
	}
	return count
}

func TestTypesAreSmallBites(t *testing.T) {
	ast.Inspect(parsed(t, "type x struct { a, b int; y }"), func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok && fieldsOf(spec) != 3 {
			t.Errorf("%d fields", fieldsOf(spec))
		}
		return true
	})
}
