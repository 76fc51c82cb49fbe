package e2e_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestFaultForeignDatabase: a database of another program, named by --db, lying where ours
// belongs, or written over ours, is refused, named, and left as it is, byte by byte, by every
// command; without it the home works.
func TestFaultForeignDatabase(t *testing.T) {
	t.Parallel()
	precious, err := os.ReadFile(filepath.Join("..", "..", "probes", "sqlite", "testdata", "small.db"))
	check(t, err)
	for _, where := range []string{"named", "in the place of ours", "over ours"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			p := realPlace(t)
			file, args := p.database(), []string{"--timeout", "1m"}
			switch where {
			case "named":
				file = filepath.Join(p.dir, "ledger.db")
				args = append(args, "--db", file)
			case "over ours": // which the second start has found to be Temporal's
				for range 2 {
					p.local("start")
					p.local("stop")
				}
				p.edit(func(record map[string]any) { _ = record["known_database"].(map[string]any)["file"].(string) })
			}
			check(t, os.MkdirAll(filepath.Dir(file), 0o700))
			check(t, os.Chmod(filepath.Dir(filepath.Dir(file)), 0o700))
			check(t, os.WriteFile(file, precious, 0o600))
			for _, verb := range []string{"start", "start", "restart"} {
				p.exits(1, append([]string{verb}, args...), file, "is not Temporal's", "it was not touched")
				p.nothingRuns(verb)
				p.intact(file, precious)
			}
			p.stop()
			p.intact(file, precious)
			p.local("start", "--db", filepath.Join(p.dir, "another.db"))
			p.works("default")
			p.stop()
			p.intact(file, precious)
		})
	}
}

// intact checks that a file is as it was, and that SQLite has left nothing to be
// written into it later.
func (p *place) intact(file string, want []byte) {
	p.t.Helper()
	have, err := os.ReadFile(file)
	check(p.t, err)
	if !bytes.Equal(have, want) {
		p.t.Errorf("%s was changed", file)
	}
	for _, beside := range []string{"-wal", "-journal"} {
		if info, err := os.Stat(file + beside); err == nil && info.Size() > 0 {
			p.t.Errorf("%s is there", file+beside)
		}
	}
}
