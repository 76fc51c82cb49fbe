package transfer

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/ncruces/go-sqlite3"

	"github.com/stigmer/local/probes/sqlite"
)

// Plan is what must be done to a database so that it has another schema.
type Plan struct {
	have, want sqlite.Schema
	// rebuilt are the tables that are made anew, with the columns that both schemas have.
	rebuilt []rebuilding
}

// rebuilding is one table that is made anew.
type rebuilding struct {
	table sqlite.Object
	// kept are the columns whose values are taken along; lost names what the new table has no place for.
	kept, lost []string
}

// MakePlan compares a database with a blueprint: the empty database that the other version made.
// All tables that the blueprint has as they are stay as they are. A table that differs is made
// anew, and so is one that fills the text search, whose tables and triggers are always made anew.
// Tables, indexes and views that the blueprint does not have stay, but for indexes of tables made anew.
func MakePlan(ctx context.Context, db, blueprint string) (p Plan, err error) {
	if p.want, err = sqlite.ReadSchema(ctx, blueprint); err != nil {
		return Plan{}, err
	}
	err = sqlite.Read(ctx, db, func(conn *sqlite3.Conn) error {
		if p.have, err = sqlite.SchemaOf(conn); err != nil {
			return err
		}
		return p.compare(conn, blueprint)
	})
	return p, err
}

// Fits reports whether nothing has to be done: the database has all that the blueprint has.
func (p Plan) Fits() bool { return len(p.have.Missing(p.want)) == 0 }

// Lost names the columns, indexes and triggers of tables that are made anew, and have no place in the other schema.
func (p Plan) Lost() (names []string) {
	for _, r := range p.rebuilt {
		names = append(names, r.lost...)
	}
	return names
}

func (p *Plan) compare(conn *sqlite3.Conn, blueprint string) error {
	if err := attach(conn, blueprint); err != nil {
		return err
	}
	for _, table := range p.want.Ordinary() {
		if old, found := p.have.Object("table", table.Name); !found || old == table && !p.fillsSearch(table.Name) {
			continue
		}
		have, err := columns(conn, "main", table.Name)
		if err != nil {
			return err
		}
		want, err := columns(conn, "blueprint", table.Name)
		if err != nil {
			return err
		}
		r := rebuilding{table: table}
		for name, stored := range have {
			switch also, wanted := want[name]; {
			case !wanted:
				r.lost = append(r.lost, "column "+table.Name+"."+name)
			case stored && also:
				r.kept = append(r.kept, name)
			}
		}
		for _, o := range p.have {
			if _, wanted := p.want.Object(o.Type, o.Name); o.Table == table.Name && o.SQL != "" && (o.Type == "index" || o.Type == "trigger") && !wanted {
				r.lost = append(r.lost, o.Type+" "+o.Name)
			}
		}
		slices.Sort(r.lost)
		slices.Sort(r.kept)
		p.rebuilt = append(p.rebuilt, r)
	}
	return nil
}

// fillsSearch reports whether a trigger belongs to a table, in either schema.
func (p *Plan) fillsSearch(table string) bool {
	of := func(o sqlite.Object) bool { return o.Type == "trigger" && o.Table == table }
	return slices.ContainsFunc(p.want, of) || slices.ContainsFunc(p.have, of)
}

// columns are a table's columns, and whether each holds a value of its own: a generated one does not
// (sqlite.org/pragma.html#pragma_table_xinfo). What belongs to a virtual table (hidden = 1) is left out.
func columns(conn *sqlite3.Conn, database, table string) (stored map[string]bool, err error) {
	stored = map[string]bool{}
	err = sqlite.Each(conn, "SELECT name, hidden FROM pragma_table_xinfo(?, ?) WHERE hidden <> 1", func(row *sqlite3.Stmt) {
		stored[row.ColumnText(0)] = row.ColumnInt(1) == 0
	}, table, database)
	return stored, err
}

// attach opens the blueprint, to read it, beside a connection's database. It was closed when it
// was made, and no process writes to it.
func attach(conn *sqlite3.Conn, blueprint string) error {
	location := uri(blueprint, url.Values{"vfs": {realFiles}, "immutable": {"1"}})
	return conn.Exec("ATTACH " + sqlite3.Quote(location) + " AS blueprint")
}

// realFiles is the file system that is no overlay.
const realFiles = "os"

func identifiers(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = sqlite3.QuoteIdentifier(name)
	}
	return strings.Join(quoted, ", ")
}

// step is one statement of a plan. One that moves rows names their table.
type step struct{ sql, moves string }

// before is the name that a table has while a new one is filled from it.
func before(table string) string { return sqlite3.QuoteIdentifier(table + " before") }

// steps are the statements of a plan, in order: what is in the way goes, the new is made, the rows move,
// and what sorts them is made last, which is faster.
func (p Plan) steps() []step {
	return slices.Concat(p.removals(), p.creations("table"), p.creations("view"), p.creations("trigger"), p.moves(), p.creations("index"))
}

// removals drop triggers, indexes and virtual tables that are made anew, and rename the tables.
func (p Plan) removals() (steps []step) {
	for _, kind := range []string{"trigger", "index", "table"} {
		for _, o := range p.have {
			_, wanted := p.want.Object(o.Type, o.Name)
			anew := kind == "table" && o.Virtual() && wanted || kind == "trigger" && (wanted || p.rebuilds(o.Table)) || kind == "index" && o.SQL != "" && p.rebuilds(o.Table)
			if o.Type == kind && anew {
				steps = append(steps, step{sql: "DROP " + kind + " " + sqlite3.QuoteIdentifier(o.Name)})
			}
		}
	}
	for _, r := range p.rebuilt {
		steps = append(steps, step{sql: "ALTER TABLE " + sqlite3.QuoteIdentifier(r.table.Name) + " RENAME TO " + before(r.table.Name)})
	}
	return steps
}

// creations make what is not there by now. What a virtual table keeps its data in comes with it.
func (p Plan) creations(kind string) (steps []step) {
	ordinary := p.want.Ordinary()
	for _, o := range p.want {
		there := p.have.Has(o) && !p.rebuilds(o.Table) && kind != "trigger" && !o.Virtual()
		_, makes := ordinary.Object("table", o.Name)
		if o.Type == kind && o.SQL != "" && !there && (kind != "table" || makes || o.Virtual()) {
			steps = append(steps, step{sql: o.SQL})
		}
	}
	return steps
}

func (p Plan) moves() (steps []step) {
	for _, r := range p.rebuilt {
		names := identifiers(r.kept)
		insert := fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s", sqlite3.QuoteIdentifier(r.table.Name), names, names, before(r.table.Name))
		steps = append(steps, step{insert, r.table.Name}, step{sql: "DROP TABLE " + before(r.table.Name)})
	}
	return steps
}

// rebuilds reports whether a table is made anew.
func (p Plan) rebuilds(table string) bool {
	return slices.ContainsFunc(p.rebuilt, func(r rebuilding) bool { return r.table.Name == table })
}
