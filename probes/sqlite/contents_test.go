package sqlite

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3"
)

// TestDatabaseContents: what a path can lead to that is to be Temporal's database.
func TestDatabaseContents(t *testing.T) {
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		check(t, err)
		return data
	}
	killed, journal := read("killed.db"), read("killed.db-journal")
	small := read("small.db")
	damaged := bytes.Clone(killed)
	damaged[100] = 99
	noPages := bytes.Clone(small)
	noPages[16], noPages[17] = 3, 3
	for name, c := range map[string]struct {
		data, journal []byte
		kind          ContentsKind
		why           string
	}{
		"empty":                          {nil, nil, ContentsHalfMade, "is empty"},
		"empty, with an empty journal":   {nil, make([]byte, 512), ContentsHalfMade, "is empty"},
		"killed":                         {killed, journal, ContentsHalfMade, "has 2 of Temporal's tables and no user data"},
		"killed, without its journal":    {killed, nil, ContentsHalfMade, "has 3 of Temporal's tables and no user data"},
		"killed, its journal done with":  {killed, make([]byte, len(journal)), ContentsHalfMade, "has 3 of"},
		"killed in its first statement":  {killed, pagesInJournal(journal, 0, 0, 0, 0), ContentsHalfMade, "taken back"},
		"a journal that claims too much": {killed, pagesInJournal(journal, 255, 255, 255, 255), ContentsUnknown, "is damaged"},
		"a header alone":                 {killed[:100], nil, ContentsHalfMade, "the beginning of a header"},
		"the magic alone":                {killed[:16], nil, ContentsHalfMade, "the beginning of a header"},
		"NUL bytes":                      {make([]byte, 8192), nil, ContentsHalfMade, "NUL bytes"},
		"a damaged schema":               {damaged, nil, ContentsUnknown, "damaged"},
		"cut off within a page":          {killed[:len(killed)-100], nil, ContentsUnknown, "ends within a page"},
		"a damaged header":               {noPages, nil, ContentsUnknown, "its header is wrong"},
		"a text":                         {[]byte("a letter to a friend\n"), nil, ContentsForeign, "no SQLite database"},
		"a picture":                      {append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 5000)...), nil, ContentsForeign, "no SQLite database"},
		"an encrypted database":          {bytes.Repeat([]byte{0x93, 0x1c, 0xf0, 0x07}, 4096), nil, ContentsForeign, "or an encrypted one"},
		"many NUL bytes":                 {make([]byte, mostNULs+1), nil, ContentsForeign, "no SQLite"},
		"another program's":              {small, nil, ContentsForeign, "another program's database, with the tables "},
		"Temporal's, with a table lost":  {renamed(t, "../../cmd/e2e/fake/testdata/fake.db"), nil, ContentsTemporal, "4 tables"},
		"Temporal's":                     {read("../../../cmd/e2e/fake/testdata/fake.db"), nil, ContentsTemporal, "4 tables"},
	} {
		path := filepath.Join(t.TempDir(), "x.db")
		check(t, os.WriteFile(path, c.data, 0o600))
		if c.journal != nil {
			check(t, os.WriteFile(path+"-journal", c.journal, 0o600))
		}
		have, err := ReadContents(t.Context(), path)
		if err != nil || have.Kind != c.kind || !strings.Contains(have.Why, c.why) {
			t.Errorf("%s: %+v, %v", name, have, err)
		}
		after, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(after, c.data) {
			t.Errorf("%s: the file was changed (%v)", name, err)
		}
	}
	if _, err := ReadContents(t.Context(), filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := ReadContents(t.Context(), t.TempDir()); err == nil {
		t.Error("a folder has contents")
	}
}

// renamed is a database of Temporal's whose table of namespaces has another name of Temporal's.
func renamed(t *testing.T, from string) []byte {
	data, err := os.ReadFile(from)
	check(t, err)
	path := filepath.Join(t.TempDir(), "x.db")
	check(t, os.WriteFile(path, data, 0o600))
	conn, err := sqlite3.Open(path)
	check(t, err)
	check(t, conn.Exec("ALTER TABLE namespaces RENAME TO tasks"))
	check(t, conn.Close())
	data, err = os.ReadFile(path)
	check(t, err)
	return data
}

// The namespace that Temporal makes for itself is no user data. Any other one is.
func TestNamespacesThatAreData(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	for _, c := range []struct {
		statement string
		want      ContentsKind
	}{
		{"CREATE TABLE namespaces(name); CREATE TABLE executions(x); INSERT INTO namespaces VALUES('temporal-system')", ContentsHalfMade},
		{"INSERT INTO namespaces VALUES('default')", ContentsTemporal},
	} {
		conn, err := sqlite3.Open(path)
		check(t, err)
		check(t, conn.Exec(c.statement))
		check(t, conn.Close())
		if have, err := ReadContents(t.Context(), path); err != nil || have.Kind != c.want {
			t.Errorf("%s: %+v, %v", c.statement, have, err)
		}
	}
}

// pagesInJournal is a journal whose transaction began with so many pages.
func pagesInJournal(journal []byte, pages ...byte) []byte {
	changed := bytes.Clone(journal)
	copy(changed[16:], pages)
	return changed
}

// TestDatabaseContentsCutOff: whatever the length of a file and of its journal, it is
// classified without a crash, and never as another program's once it has SQLite's header.
func TestDatabaseContentsCutOff(t *testing.T) {
	killed, err := os.ReadFile(filepath.Join("testdata", "killed.db"))
	check(t, err)
	journal, err := os.ReadFile(filepath.Join("testdata", "killed.db-journal"))
	check(t, err)
	path := filepath.Join(t.TempDir(), "x.db")
	for n := 0; n < len(killed); n += 509 {
		check(t, os.WriteFile(path, killed[:n], 0o600))
		check(t, os.WriteFile(path+"-journal", journal[:min(n/7, len(journal))], 0o600))
		have, err := ReadContents(t.Context(), path)
		if err != nil || n >= len(magic) && have.Kind == ContentsForeign {
			t.Errorf("%d bytes: %+v, %v", n, have, err)
		}
	}
}
