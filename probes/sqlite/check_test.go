package sqlite

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"maps"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ncruces/go-sqlite3"
)

// copyDatabase copies a database of testdata, with its log, to a folder of the test's own.
func copyDatabase(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(filepath.Join("testdata", name+suffix))
		if os.IsNotExist(err) {
			continue
		}
		if err == nil {
			err = os.WriteFile(path+suffix, data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// check fails the test for an error.
func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Databases that SQLite 3.40 made, and of which its integrity_check says "ok":
// pages of 512 bytes, trees of several levels, long rows, free pages, a pointer map
// (vacuum.db), or all of it in the write-ahead log still (logged.db).
func TestQuickCheckFindsNothingWrong(t *testing.T) {
	for _, name := range []string{"small.db", "vacuum.db", "logged.db"} {
		path := copyDatabase(t, name)
		before := filesIn(t, path)
		c, err := QuickCheck(t.Context(), path)
		check(t, err)
		if c.Flaw != "" || c.Interrupted {
			t.Errorf("%s: %+v", name, c)
		}
		contents, err := ReadContents(t.Context(), path)
		check(t, err)
		if contents.Why != "is another program's database, with the tables cluster_metadata_info, keyed" {
			t.Errorf("%s: %+v", name, contents)
		}
		glance, err := Glance(path)
		check(t, err)
		if glance != c || glance.Bytes != int64(len(before[name])) || glance.LogBytes != int64(len(before[name+"-wal"])) {
			t.Errorf("%s: %+v, %+v", name, glance, c)
		}
		if !maps.Equal(filesIn(t, path), before) {
			t.Errorf("%s: the folder was changed", name)
		}
	}
}

// filesIn has what the files in a database's folder hold.
func filesIn(t testing.TB, path string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	check(t, err)
	files := map[string]string{}
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(filepath.Dir(path), entry.Name()))
		check(t, err)
		files[entry.Name()] = string(data)
	}
	return files
}

// Without its log the same file is an empty database; so it is with a log of which a
// checksum is wrong from the first frame on.
func TestTheLogCounts(t *testing.T) {
	path := copyDatabase(t, "logged.db")
	log, err := os.ReadFile(path + "-wal")
	check(t, err)
	log[32+24+100]++
	check(t, os.WriteFile(path+"-wal", log, 0o600))
	for _, name := range []string{"damaged", "none"} {
		contents, err := ReadContents(t.Context(), path)
		check(t, err)
		if contents.Why != "has no table" {
			t.Errorf("%s: %+v", name, contents)
		}
		os.Remove(path + "-wal")
	}
}

func TestQuickCheckFindsDamage(t *testing.T) {
	const page = 512
	for want, spoil := range map[string]func(data []byte) []byte{
		"it is empty": func([]byte) []byte { return nil },
		"malformed database schema": func(data []byte) []byte {
			return bytes.Replace(data, []byte("CREATE TABLE keyed"), []byte("CREATE TABEL keyed"), 1)
		},
		"it is no SQLite database":                      func(data []byte) []byte { return data[1:] },
		"it is cut off: 37 of its 74":                   func(data []byte) []byte { return data[:len(data)/2] },
		"page 2: btreeInitPage() returns error code 11": func(data []byte) []byte { clear(data[firstPage(data, tableInterior)*page:][:page]); return data },
		"its header is wrong":                           func(data []byte) []byte { data[16], data[17] = 3, 3; return data },
		"Freelist: size is 41 but should be 1": func(data []byte) []byte {
			binary.BigEndian.PutUint32(data[36:], 1)
			return data
		},
		"never used": func(data []byte) []byte {
			clear(data[32:40]) // the free list is lost
			return data
		},
		"freelist leaf count too big": func(data []byte) []byte { // the free list begins within a tree
			copy(data[32:36], data[firstPage(data, tableInterior)*page+8:])
			return data
		},
		"database disk image is malformed": func(data []byte) []byte { // in the schema, a length beyond what a number can be
			leaf := data[firstPage(data, tableLeaf)*page:][:page]
			copy(leaf[binary.BigEndian.Uint16(leaf[8:]):], strings.Repeat("\xff", 9))
			return data
		},
		"invalid page number 1073741824": func(data []byte) []byte {
			binary.BigEndian.PutUint32(data[firstPage(data, tableInterior)*page+8:], 1<<30)
			return data
		},
	} {
		path := copyDatabase(t, "small.db")
		dropView(t, path)
		data, err := os.ReadFile(path)
		check(t, err)
		check(t, os.WriteFile(path, spoil(data), 0o600))
		c, err := QuickCheck(t.Context(), path)
		check(t, err)
		if !strings.Contains(c.Flaw, want) {
			t.Errorf("%q is not found; it says %q", want, c.Flaw)
		}
		glance, err := Glance(path)
		check(t, err)
		if byHead := strings.HasPrefix(want, "it is "); byHead && glance != c || !byHead && glance.Flaw != "" {
			t.Errorf("%q: a glance says %q", want, glance.Flaw)
		}
	}
}

// dropView drops the view of small.db, with which SQLite checks no free pages: it takes the
// view for a table without pages, and a check that begins with one for a check in part.
func dropView(t testing.TB, path string) {
	t.Helper()
	conn, err := sqlite3.Open(path)
	check(t, err)
	defer conn.Close()
	check(t, conn.Exec("DROP VIEW v"))
}

// The kinds of pages of a table's tree, by their first byte.
const (
	tableInterior = 5
	tableLeaf     = 13
)

// firstPage is the index of the first page of a kind, but for the schema's.
func firstPage(data []byte, kind byte) int {
	for i := 1; ; i++ {
		if data[i*512] == kind {
			return i
		}
	}
}

// Whatever is in a file, looking at it ends, and breaks nothing.
func TestQuickCheckBearsAnything(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for _, name := range []string{"small.db", "logged.db", "vacuum.db"} {
		path := copyDatabase(t, name)
		whole, err := os.ReadFile(path)
		check(t, err)
		log, _ := os.ReadFile(path + "-wal")
		for range 150 {
			check(t, os.WriteFile(path, spoil(random, whole), 0o600))
			if len(log) > 0 {
				check(t, os.WriteFile(path+"-wal", spoil(random, log), 0o600))
			}
			if _, err := QuickCheck(t.Context(), path); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func spoil(random *rand.Rand, whole []byte) []byte {
	data := slices.Clone(whole)
	for range 1 + random.Intn(40) {
		data[random.Intn(len(data))] = byte(random.Intn(256))
	}
	return data[:len(data)-random.Intn(2)*random.Intn(len(data))]
}

func TestDatabaseThatIsNoFile(t *testing.T) {
	if _, err := Glance(t.TempDir()); err == nil {
		t.Error("a folder was read")
	}
	if _, err := QuickCheck(t.Context(), filepath.Join(t.TempDir(), "none")); !os.IsNotExist(err) {
		t.Error(err)
	}
}

// A transaction that was cut off is taken back in memory, and the check is of what it leaves.
func TestQuickCheckTakesBackAnInterruptedTransaction(t *testing.T) {
	path := copyDatabase(t, "small.db")
	for content, want := range map[string]bool{journalMagic + "rest": true, strings.Repeat("\x00", 100): false, "": false} {
		check(t, os.WriteFile(path+"-journal", []byte(content), 0o600))
		c, err := QuickCheck(t.Context(), path)
		check(t, err)
		if c.Interrupted != want || c.Flaw != "" {
			t.Errorf("%q: %+v", content, c)
		}
		if c, err := Glance(path); c.Interrupted || c.Flaw != "" || err != nil {
			t.Errorf("at a glance, %q: %+v, %v", content, c, err)
		}
	}
}

// A transaction that goes on may have counted pages that are not there yet.
func TestGlanceAtATransaction(t *testing.T) {
	path := copyDatabase(t, "small.db")
	info, err := os.Stat(path)
	check(t, err)
	check(t, os.Truncate(path, info.Size()/2))
	if c, err := Glance(path); c.Flaw == "" || err != nil {
		t.Errorf("%+v, %v", c, err)
	}
	check(t, os.WriteFile(path+"-journal", []byte(journalMagic), 0o600))
	if c, err := Glance(path); c.Flaw != "" || err != nil {
		t.Errorf("with a journal: %+v, %v", c, err)
	}
}

// The end of the time ends a check, and is no verdict.
func TestQuickCheckEndsInTime(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c, err := QuickCheck(ctx, copyDatabase(t, "small.db"))
	if !errors.Is(err, context.Canceled) || c.Flaw != "" {
		t.Errorf("%+v, %v", c, err)
	}
	if contents, err := ReadContents(ctx, copyDatabase(t, "small.db")); !errors.Is(err, context.Canceled) {
		t.Errorf("%+v, %v", contents, err)
	}
}

// hooked is a context that calls a function whenever it is asked whether it has ended: before
// each read of an overlay.
type hooked struct {
	context.Context
	hook func()
}

func (h hooked) Err() error {
	h.hook()
	return nil
}

// Nothing is said of a file that is written during its check.
func TestQuickCheckOfAFileThatChanges(t *testing.T) {
	path := copyDatabase(t, "small.db")
	grow := sync.OnceFunc(func() { check(t, os.Truncate(path, 1<<20)) })
	if c, err := QuickCheck(hooked{t.Context(), grow}, path); !errors.Is(err, ErrChanged) {
		t.Errorf("%+v, %v", c, err)
	}
}
