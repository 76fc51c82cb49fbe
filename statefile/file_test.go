package statefile

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/renameio/v2"
	"golang.org/x/sys/unix"
)

// A home that was copied or moved is about itself: what its record names in the home that
// it was written for lies in this one.
func TestLoadInAnotherHome(t *testing.T) {
	file := File{newHome(t)}
	home := file.Home
	for _, c := range []struct{ was, path, want string }{
		{"/home/ada/.stigmer", "/home/ada/.stigmer/temporal-data/temporal.db", home.DB()},
		{"/home/ada/.stigmer", "/home/ada/.stigmer2/temporal.db", "/home/ada/.stigmer2/temporal.db"},
		{"/home/ada/.stigmer", "/data/orders.db", "/data/orders.db"},
		{"/home/ada/.stigmer", "", ""},
		{"", "/home/ada/.stigmer/temporal-data/temporal.db", "/home/ada/.stigmer/temporal-data/temporal.db"},
		{string(home), home.DB(), home.DB()},
	} {
		d := sample()
		d.Paths.Home, d.Settings.DB, d.Settings.TemporalBin, d.Database.Path = c.was, c.path, "/usr/bin/temporal", c.path
		check(t, file.Save(d))
		got, err := file.Load()
		if err != nil || got.Settings.DB != c.want || got.Database.Path != c.want || got.Settings.TemporalBin != "/usr/bin/temporal" {
			t.Errorf("%s of %s: %s, %s, %s, %v; want %s", c.path, c.was, got.Settings.DB, got.Database.Path, got.Settings.TemporalBin, err, c.want)
		}
	}
}

func TestSaveAndLoad(t *testing.T) {
	file := File{newHome(t)}
	if _, err := file.Load(); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("a missing record: %v", err)
	}
	withUmask(t, 0)
	for generation := range uint64(3) {
		want := sample()
		want.Generation, want.Paths = generation, file.Home.Paths()
		check(t, file.Save(want))
		if got, err := file.Load(); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, %v", got, err)
		}
	}
	wantMode(t, file.Home.State(), 0o600)
	if got := names(t, file.Home); len(got) != 1 {
		t.Errorf("the home has %v", got)
	}
}

// A loose mode from before, or a umask that takes everything away, ends at 0600.
func TestSaveSetsMode(t *testing.T) {
	file := File{newHome(t)}
	write(t, file.Home.State(), "old")
	check(t, os.Chmod(file.Home.State(), 0o666))
	withUmask(t, 0o777)
	check(t, file.Save(sample()))
	wantMode(t, file.Home.State(), 0o600)
}

// strange puts something that is no file at path; done by name.
var strange = map[string]func(path string) error{
	"folder": func(path string) error { return os.Mkdir(path, 0o700) },
	"pipe":   func(path string) error { return syscall.Mkfifo(path, 0o600) },
	"link": func(path string) error {
		if err := os.WriteFile(path+".target", []byte("precious"), 0o640); err != nil {
			return err
		}
		return os.Symlink(filepath.Base(path)+".target", path)
	},
	"dangling": func(path string) error { return os.Symlink("nowhere", path) },
	"loop":     func(path string) error { return os.Symlink(filepath.Base(path), path) },
}

// Each reader names what it found, and neither follows it nor waits for it.
func TestReadersRefuseWhatIsNoFile(t *testing.T) {
	for name, put := range strange {
		home := newHome(t)
		readers := map[string]func() error{
			home.State():   func() error { _, err := File{home}.Load(); return err },
			home.PID():     func() error { _, err := ReadPID(home.PID()); return err },
			home.Request(): func() error { _, err := ReadRequest(home.Request()); return err },
		}
		for path, read := range readers {
			check(t, put(path))
			err := read()
			_, corrupt := errors.AsType[CorruptError](err)
			link, symlink := errors.AsType[SymlinkError](err)
			if isLink := name != "folder" && name != "pipe"; symlink != isLink || corrupt == isLink {
				t.Errorf("%s at %s: %v", name, path, err)
			}
			if symlink && link.Path != path {
				t.Errorf("%s at %s: the error names %s", name, path, link.Path)
			}
			if err != nil && strings.Count(err.Error(), path) != 1 {
				t.Errorf("%s: the message should have the path once: %v", name, err)
			}
		}
	}
}

func TestLoadRefusesSocket(t *testing.T) {
	t.Chdir(string(newHome(t))) // the address of a socket is limited to some 100 bytes
	listener, err := net.Listen("unix", "temporal.state.json")
	if err != nil {
		t.Skip(err)
	}
	defer listener.Close()
	if _, err := (File{Home(".")}).Load(); !errors.As(err, new(CorruptError)) {
		t.Errorf("got %v", err)
	}
}

func TestWritersReplaceSymlinks(t *testing.T) {
	home := newHome(t)
	writers := map[string]func() error{
		home.State():   func() error { return File{home}.Save(sample()) },
		home.PID():     func() error { return WritePID(home.PID(), PIDFile{PID: 5}) },
		home.Request(): func() error { return WriteRequest(home.Request(), Request{Verb: VerbStop}) },
	}
	for path, save := range writers {
		check(t, strange["link"](path))
		check(t, save())
		if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
			t.Errorf("%s is still a symlink", path)
		}
		if text, err := os.ReadFile(path + ".target"); err != nil || string(text) != "precious" {
			t.Errorf("the target of %s has %q, %v", path, text, err)
		}
		wantMode(t, path+".target", 0o640)
	}
}

// TMPDIR may be another file system, or shared: no temporary file is made there.
func TestSaveKeepsOutOfTMPDIR(t *testing.T) {
	shared := t.TempDir()
	t.Setenv("TMPDIR", shared)
	file := File{newHome(t)}
	long := time.Unix(1_000_000_000, 0)
	check(t, os.Chtimes(shared, long, long))
	check(t, file.Save(sample()))
	if info, err := os.Stat(shared); err != nil || !info.ModTime().Equal(long) {
		t.Errorf("something was made in TMPDIR (%v)", err)
	}
}

func TestSaveErrorLeavesNothing(t *testing.T) {
	file := File{newHome(t)}
	check(t, os.Mkdir(file.Home.State(), 0o700))
	if err := file.Save(sample()); err == nil {
		t.Error("a folder was replaced")
	}
	if left := leftovers(t, file.Home); left != nil {
		t.Errorf("left behind: %v", left)
	}
}

func TestMessagesNameTheFileOnce(t *testing.T) {
	file := File{newHome(t) + "/nowhere"}
	_, read := file.Load()
	for _, c := range []struct {
		err  error
		want string
	}{
		{read, "read " + file.Home.State() + ": no such file or directory"},
		{file.Save(sample()), "write " + file.Home.State() + ": no such file or directory"},
	} {
		if !errors.Is(c.err, fs.ErrNotExist) || c.err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", c.err, c.want)
		}
	}
}

// Each save has another stamp, also of the same record, and a look changes none.
func TestStamp(t *testing.T) {
	file := File{Home: newHome(t)}
	if file.Stamp() != (Stamp{}) {
		t.Error("a record that is not there has a stamp")
	}
	seen := map[Stamp]bool{}
	for range 20 {
		check(t, file.Put(sample()))
		stamp := file.Stamp()
		if seen[stamp] {
			t.Errorf("two saves have the stamp %v", stamp)
		}
		seen[stamp] = true
		if _, err := file.Load(); err != nil || file.Stamp() != stamp {
			t.Errorf("reading changed the stamp: %v", err)
		}
	}
}

// The time of a record is not the kernel's, which two records of one clock tick may share.
func TestRecordHasItsOwnTime(t *testing.T) {
	_, err := pend(newHome(t).State(), []byte("{}"), func(pending *renameio.PendingFile) error {
		var kernel unix.Stat_t
		if err := unix.Fstat(int(pending.Fd()), &kernel); err != nil {
			return err
		}
		if kernel.Mtim == kernel.Ctim {
			t.Errorf("it was last modified at %v, the kernel's time of its last change", kernel.Mtim)
		}
		return pending.CloseAtomicallyReplace()
	})
	check(t, err)
}

// The writer of a record knows it again, and not as the one that another process has written
// since: not even if that was while the disk was still waited for.
func TestPlace(t *testing.T) {
	file := File{newHome(t)}
	for _, durable := range []bool{false, true} {
		stamp, err := file.Place(sample(), durable)
		check(t, err)
		if file.Stamp() != stamp {
			t.Errorf("durable %t: %v is in place, not %v", durable, file.Stamp(), stamp)
		}
		for range 20 {
			before, damaged := file.Stamp(), make(chan error, 1)
			go func() { // ends with the record's coming
				for file.Stamp() == before {
				}
				damaged <- os.WriteFile(file.Home.State(), []byte("{}"), 0o600)
			}()
			if stamp, err = file.Place(sample(), durable); err != nil {
				t.Fatal(err)
			}
			check(t, <-damaged)
			if file.Stamp() == stamp {
				t.Errorf("durable %t: what another process wrote is taken for it", durable)
			}
		}
	}
}

// A file system that has no fsync loses nothing by that; one on which it fails may.
func TestUnlessUnsyncable(t *testing.T) {
	for err, forgiven := range map[error]bool{
		syscall.EINVAL: true, syscall.ENOTSUP: true, syscall.ENOSYS: true,
		syscall.EIO: false, syscall.ENOSPC: false, syscall.EDQUOT: false,
	} {
		if have := UnlessUnsyncable(&fs.PathError{Op: "sync", Path: "p", Err: err}); (have == nil) != forgiven {
			t.Errorf("%v: %v", err, have)
		}
	}
	if err := UnlessUnsyncable(nil); err != nil {
		t.Error(err)
	}
}
