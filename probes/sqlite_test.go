package probes

import (
	"encoding/binary"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
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

// Databases that SQLite 3.40 made, and of which its integrity_check says "ok":
// pages of 512 bytes, trees of several levels, long rows, free pages, a pointer map
// (vacuum.db), or all of it in the write-ahead log still (logged.db).
func TestWalkFindsNothingWrong(t *testing.T) {
	for _, name := range []string{"small.db", "vacuum.db", "logged.db"} {
		path := copyDatabase(t, name)
		d, err := WalkDatabase(path)
		check(t, err)
		if d.Flaw != "" || d.Pages < 60 || d.Walked < d.Pages-2 {
			t.Errorf("%s: %+v", name, d)
		}
		if !slices.Equal(d.Tables, []string{"cluster_metadata_info", "keyed"}) {
			t.Errorf("%s: %q", name, d.Tables)
		}
		header, err := ReadHeader(path)
		check(t, err)
		if header.Flaw != "" || header.Bytes != d.Bytes || header.Walked != 0 {
			t.Errorf("%s: %+v", name, header)
		}
	}
}

// Without its log the same file is an empty database.
func TestWalkWithoutTheLog(t *testing.T) {
	path := copyDatabase(t, "logged.db")
	check(t, os.Remove(path+"-wal"))
	d, err := WalkDatabase(path)
	check(t, err)
	if len(d.Tables) > 0 {
		t.Errorf("%+v", d)
	}
}

func TestWalkFindsDamage(t *testing.T) {
	const page = 512
	for want, damage := range map[string]func(data []byte) []byte{
		"it is empty":              func([]byte) []byte { return nil },
		"it is no SQLite database": func(data []byte) []byte { return data[1:] },
		"it is cut off":            func(data []byte) []byte { return data[:len(data)/2] },
		"of no kind that there is": func(data []byte) []byte { clear(data[kind(data, tableInterior)*page:][:page]); return data },
		"its header names pages":   func(data []byte) []byte { data[16], data[17] = 3, 3; return data },
		"are free, the header says": func(data []byte) []byte {
			binary.BigEndian.PutUint32(data[36:], 1)
			return data
		},
		"is used by nothing": func(data []byte) []byte {
			clear(data[32:40]) // the free list is lost
			return data
		},
		"is used twice": func(data []byte) []byte { // the free list begins within a tree
			copy(data[32:36], data[kind(data, tableInterior)*page+8:])
			return data
		},
		"does not fit": func(data []byte) []byte { // a length beyond what a number can be
			leaf := data[kind(data, tableLeaf)*page:][:page]
			copy(leaf[binary.BigEndian.Uint16(leaf[8:]):], strings.Repeat("\xff", 9))
			return data
		},
		"leads to page": func(data []byte) []byte {
			binary.BigEndian.PutUint32(data[kind(data, tableInterior)*page+8:], 1<<30)
			return data
		},
	} {
		path := copyDatabase(t, "small.db")
		data, err := os.ReadFile(path)
		check(t, err)
		check(t, os.WriteFile(path, damage(data), 0o600))
		d, err := WalkDatabase(path)
		check(t, err)
		if !strings.Contains(d.Flaw, want) {
			t.Errorf("%q is not found; it says %q", want, d.Flaw)
		}
	}
}

// kind is the index of the first page of a kind, but for the schema's.
func kind(data []byte, kind byte) int {
	for i := 1; ; i++ {
		if data[i*512] == kind {
			return i
		}
	}
}

// Whatever is in a file, looking at it ends, and breaks nothing.
func TestWalkBearsAnything(t *testing.T) {
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
			if _, err := WalkDatabase(path); err != nil {
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
	if _, err := ReadHeader(t.TempDir()); err == nil {
		t.Error("a folder was read")
	}
	if _, err := WalkDatabase(filepath.Join(t.TempDir(), "none")); !os.IsNotExist(err) {
		t.Error(err)
	}
}

// While a journal waits to be carried out, the pages are half of two states.
func TestWalkLeavesAnInterruptedTransaction(t *testing.T) {
	path := copyDatabase(t, "small.db")
	for content, want := range map[string]bool{journalMagic + "rest": true, strings.Repeat("\x00", 100): false, "": false} {
		check(t, os.WriteFile(path+"-journal", []byte(content), 0o600))
		d, err := WalkDatabase(path)
		check(t, err)
		if d.Interrupted != want || (d.Walked == 0) != want {
			t.Errorf("%q: %+v", content, d)
		}
	}
}
