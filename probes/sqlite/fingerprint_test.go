package sqlite

import (
	"os"
	"testing"

	"github.com/ncruces/go-sqlite3"
)

// Rows do not change a fingerprint; the schema and the file do.
func TestFingerprint(t *testing.T) {
	path := t.TempDir() + "/x.db"
	last, changes := "", uint64(0)
	for _, step := range []struct {
		statement string
		same      bool
	}{
		{"CREATE TABLE one(x); CREATE TABLE two(x)", false},
		{"INSERT INTO one SELECT randomblob(100000); UPDATE one SET x = 1", true},
		{"VACUUM; DELETE FROM one; INSERT INTO two VALUES(1)", false}, // VACUUM makes the schema anew
		{"INSERT INTO two SELECT randomblob(100000)", true},
		{"CREATE TABLE three(x)", false},
	} {
		conn, err := sqlite3.Open(path)
		check(t, err)
		check(t, conn.Exec(step.statement))
		check(t, conn.Close())
		now, err := Fingerprint(path)
		check(t, err)
		if (now == last) != step.same {
			t.Errorf("%s: %s after %s", step.statement, now, last)
		}
		if now := Changes(path); now <= changes {
			t.Errorf("%s: %d changes after %d", step.statement, now, changes)
		}
		last, changes = now, Changes(path)
	}
	data, err := os.ReadFile(path)
	check(t, err)
	check(t, os.WriteFile(path+".copy", data, 0o600))
	if now, err := Fingerprint(path + ".copy"); err != nil || now == last {
		t.Errorf("a copy: %s, %v", now, err)
	}
	check(t, os.Truncate(path, headerSize-1))
	for _, path := range []string{path, t.TempDir(), path + ".none"} {
		if now, err := Fingerprint(path); err == nil {
			t.Errorf("%s: %s", path, now)
		}
	}
	if n := Changes(path + ".none"); n != 0 {
		t.Errorf("none has %d changes", n)
	}
}
