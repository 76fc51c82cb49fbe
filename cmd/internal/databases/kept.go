package databases

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/cmd/internal/inspect"
)

// databaseOf is the database of a home, as the record names it. The problem says why there is none.
func databaseOf() (*inspect.Snapshot, string, error) {
	path, err := cli.HomePath()
	if err != nil {
		return nil, "", err
	}
	s, err := inspect.TakeQuickSnapshot(path)
	if err != nil {
		return nil, "", err
	}
	if s == nil {
		return nil, "", &cli.Problem{What: "there is no home " + path, Means: "nothing was ever started there", Try: "stigmer local start", Exit: cli.ExitFailed}
	}
	db := database.Of(s.Home, s.Document.Record)
	if db == "" && !s.Running() && database.Exists(s.Home.DB()) {
		db = s.Home.DB() // that of a start before the one in memory
	}
	if db == "" {
		return nil, "", &cli.Problem{What: "the database is in memory (--ephemeral)", Means: "nothing of it is kept, and nothing can be put in its place", Try: "stigmer local start without --ephemeral", Exit: cli.ExitFailed}
	}
	return s, db, nil
}

// named returns the kept database of a name; the problem lists those that there are.
func named(db, name string) (database.KeptDatabase, error) {
	list := database.KeptDatabases(db)
	if i := slices.IndexFunc(list, func(k database.KeptDatabase) bool { return k.Name == name }); i >= 0 {
		return list[i], nil
	}
	names := make([]string, len(list))
	for i, k := range list {
		names[i] = k.Name
	}
	there := "there are " + strings.Join(names, ", ")
	if len(names) == 0 {
		there = "there is none"
	}
	return database.KeptDatabase{}, &cli.Problem{What: fmt.Sprintf("there is no backup %q of %s", name, db), Means: "nothing was changed; " + there, Try: "stigmer local backup --list", Exit: cli.ExitFailed}
}

// nameOf is the name of what was just kept.
func nameOf(path, db string) string {
	for _, k := range database.KeptDatabases(db) {
		if k.Path == path {
			return k.Name
		}
	}
	return path
}

// printKept prints a table of what is kept, the oldest first.
func printKept(out io.Writer, list []database.KeptDatabase) {
	if len(list) == 0 {
		fmt.Fprintln(out, "No backup is kept.")
		return
	}
	width := len("NAME")
	for _, k := range list {
		width = max(width, len(k.Name))
	}
	fmt.Fprintf(out, "%-*s  %-16s  %10s  %-8s  %s\n", width, "NAME", "MADE", "SIZE", "TEMPORAL", "BY")
	for _, k := range list {
		fmt.Fprintf(out, "%-*s  %-16s  %10s  %-8s  %s\n", width, k.Name, k.Made.Local().Format("2006-01-02 15:04"), human.FormatSize(k.Bytes), cmp.Or(k.Version, "-"), cmp.Or(k.Cause, "-"))
	}
}

// checkName refuses a name that cannot be that of a backup.
func checkName(name string) error {
	if why := database.CheckName(name); why != "" {
		return cli.UsageProblem(fmt.Errorf("the name %q %s", name, why))
	}
	return nil
}

// stamp is a name for a backup that was given none.
func stamp(at time.Time) string { return at.UTC().Format("20060102T150405Z") }
