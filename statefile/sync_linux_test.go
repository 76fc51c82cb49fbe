package statefile

import (
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// syncCounter is a file system in user space that counts what it is asked to sync.
type syncCounter struct {
	fuse.RawFileSystem
	syncs *atomic.Int64
	// renamed, if set, is called after each rename.
	renamed *func()
}

// Rename goes on with renamed.
func (c syncCounter) Rename(cancel <-chan struct{}, in *fuse.RenameIn, from, to string) fuse.Status {
	status := c.RawFileSystem.Rename(cancel, in, from, to)
	if *c.renamed != nil {
		(*c.renamed)()
	}
	return status
}

// Fsync counts a file.
func (c syncCounter) Fsync(cancel <-chan struct{}, in *fuse.FsyncIn) fuse.Status {
	c.syncs.Add(1)
	return c.RawFileSystem.Fsync(cancel, in)
}

// homeThatCounts returns a home on a syncCounter, for which one must be root, and the folder
// behind the file system.
func homeThatCounts(t *testing.T) (home Home, counter syncCounter, behind string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("to mount a file system one must be root")
	}
	behind = t.TempDir()
	root, err := fs.NewLoopbackRoot(behind)
	check(t, err)
	on := t.TempDir()
	counter = syncCounter{fs.NewNodeFS(root, &fs.Options{}), new(atomic.Int64), new(func())}
	server, err := fuse.NewServer(counter, on, &fuse.MountOptions{DirectMountStrict: true})
	if err != nil {
		t.Skip("a file system in user space cannot be mounted: ", err)
	}
	go server.Serve() // until the unmount
	check(t, server.WaitMount())
	t.Cleanup(func() {
		if err := server.Unmount(); err != nil {
			t.Error("unmount: ", err)
		}
	})
	if home, err = OpenHome(filepath.Join(on, "home")); err != nil {
		t.Fatal(err)
	}
	return home, counter, behind
}

// The driver waits for the disk where a record must be durable, and not for a PID, which
// means nothing after a power cut.
func TestSyncedWrites(t *testing.T) {
	home, counter, _ := homeThatCounts(t)
	syncs := counter.syncs
	for _, write := range []struct {
		what   string
		do     func() error
		synced bool
	}{
		{"a durable record", func() error { return File{home}.Save(sample()) }, true},
		{"a record", func() error { return File{home}.Put(sample()) }, false},
		{"the PID file", func() error { return WritePID(home.PID(), PIDFile{PID: 5}) }, false},
	} {
		before := syncs.Load()
		check(t, write.do())
		if n := syncs.Load() - before; (n > 0) != write.synced {
			t.Errorf("%s: %d files were synced", write.what, n)
		}
	}
}

// A process that sees a new record may move the home before the save is durable: the record
// is saved all the same.
func TestSaveWhileTheHomeMoves(t *testing.T) {
	home, counter, behind := homeThatCounts(t)
	moved := filepath.Join(behind, "moved")
	*counter.renamed = func() {
		if err := os.Rename(filepath.Join(behind, "home"), moved); err != nil {
			t.Error(err)
		}
	}
	if err := (File{home}).Save(sample()); err != nil {
		t.Error(err)
	}
	if _, err := (File{Home(moved)}).Load(); err != nil {
		t.Error(err)
	}
}
