package sqlite

import (
	"context"
	"strings"

	"github.com/ncruces/go-sqlite3"
)

// Object is one entry of a database's schema: a table, an index, a view or a trigger.
type Object struct {
	Type, Name string
	// Table is the table that an index or a trigger belongs to.
	Table string
	// SQL is the statement that made it, empty for an index that SQLite makes for itself.
	SQL string
}

// Schema is what a database is made of.
type Schema []Object

// Read opens the database at path over an overlay and calls use. It never writes to the files,
// takes no lock, and sees what is committed: no process should be writing. It ends with ctx.
func Read(ctx context.Context, path string, use func(*sqlite3.Conn) error) error {
	h, err := readHead(path)
	if err != nil {
		return err
	}
	return withEngine(ctx, h.path, func(e engine) error { return use(e.Conn) })
}

// ReadSchema reads the schema of the database at path, which a server may have open.
func ReadSchema(ctx context.Context, path string) (schema Schema, err error) {
	err = Read(ctx, path, func(conn *sqlite3.Conn) error {
		schema, err = SchemaOf(conn)
		return err
	})
	return schema, err
}

// SchemaOf reads the schema of a connection's database.
func SchemaOf(conn *sqlite3.Conn) (schema Schema, err error) {
	const query = `SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY rowid`
	err = Each(conn, query, func(row *sqlite3.Stmt) {
		schema = append(schema, Object{row.ColumnText(0), row.ColumnText(1), row.ColumnText(2), row.ColumnText(3)})
	})
	return schema, err
}

// Object returns the object of a type and name, and whether there is one.
func (s Schema) Object(kind, name string) (Object, bool) {
	for _, o := range s {
		if o.Type == kind && o.Name == name {
			return o, true
		}
	}
	return Object{}, false
}

// Has reports whether a schema has an object as it is, statement and all.
func (s Schema) Has(o Object) bool {
	same, found := s.Object(o.Type, o.Name)
	return found && same == o
}

// Missing names the objects of another schema that this one has not, or has otherwise. A program
// works on a database whose schema has all that the program would make: what a user added is no
// obstacle.
func (s Schema) Missing(wanted Schema) (names []string) {
	for _, o := range wanted {
		if !s.Has(o) {
			names = append(names, o.Type+" "+o.Name)
		}
	}
	return names
}

// Virtual reports whether an object is a virtual table, such as those of the text search.
func (o Object) Virtual() bool {
	return o.Type == "table" && strings.HasPrefix(strings.ToUpper(o.SQL), "CREATE VIRTUAL TABLE")
}

// Ordinary returns the tables that have rows of their own: neither virtual ones nor those in
// which a virtual table keeps its data (sqlite.org/vtab.html, 2.1: shadow tables).
func (s Schema) Ordinary() (tables Schema) {
	for _, o := range s {
		if o.Type == "table" && !o.Virtual() && !s.shadow(o.Name) {
			tables = append(tables, o)
		}
	}
	return tables
}

func (s Schema) shadow(table string) bool {
	for _, o := range s {
		if o.Virtual() && strings.HasPrefix(table, o.Name+"_") {
			return true
		}
	}
	return false
}
