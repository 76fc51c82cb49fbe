package e2e_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// granting is a file that grants each lock.
type granting struct{ fs.LoopbackNode }

var (
	_ fs.NodeSetlker     = (*granting)(nil)
	_ fs.NodeSetlkwer    = (*granting)(nil)
	_ fs.NodeWrapChilder = (*granting)(nil)
)

// WrapChild makes what is below such a file one as well.
func (g *granting) WrapChild(context.Context, fs.InodeEmbedder) fs.InodeEmbedder {
	return &granting{fs.LoopbackNode{RootData: g.RootData}}
}

// Setlk grants a lock that is asked for without waiting.
func (*granting) Setlk(context.Context, fs.FileHandle, uint64, *fuse.FileLock, uint32) syscall.Errno {
	return 0
}

// Setlkw grants a lock that would be waited for.
func (*granting) Setlkw(context.Context, fs.FileHandle, uint64, *fuse.FileLock, uint32) syscall.Errno {
	return 0
}

// onFUSE gives the place a home on a file system in user space that has this name: that takes
// root and /dev/fuse. One that grants all locks excludes no process.
func (p *place) onFUSE(name string, grantsAll bool) {
	p.t.Helper()
	if os.Geteuid() != 0 {
		p.t.Skip("to mount a file system one must be root")
	}
	if _, err := os.Stat("/dev/fuse"); err != nil {
		p.t.Skip("no file systems in user space: ", err)
	}
	below, on := filepath.Join(p.dir, "below"), filepath.Join(p.dir, "on")
	check(p.t, os.Mkdir(below, 0o700))
	check(p.t, os.Mkdir(on, 0o700))
	data := &fs.LoopbackRoot{Path: below}
	data.RootNode = &fs.LoopbackNode{RootData: data}
	if grantsAll {
		data.RootNode = &granting{fs.LoopbackNode{RootData: data}}
	}
	options := &fs.Options{}
	options.Name, options.FsName, options.DirectMountStrict, options.EnableLocks = name, "elsewhere", true, grantsAll
	server, err := fs.Mount(on, data.RootNode, options)
	if err != nil {
		p.t.Skip("a file system in user space cannot be mounted: ", err)
	}
	p.t.Cleanup(func() {
		// It is busy while a process has a file of it open, as one has that another
		// test is about to start: it has all of this one's until its exec.
		if !poll(awaitDefault, func() bool { err = server.Unmount(); return err == nil }) {
			p.t.Error("unmount: ", err)
		}
	})
	p.move(filepath.Join(on, "home"))
}

// TestFaultSharedFileSystem: a home that other hosts may use as well is reported by each start,
// and works; one whose locks exclude no process is refused.
func TestFaultSharedFileSystem(t *testing.T) {
	t.Parallel()
	for fileSystem, test := range map[string]func(p *place){
		"sshfs": func(p *place) {
			p.exits(0, []string{"start"}, "is on fuse.sshfs: its locks may not keep other hosts away", "Started")
			p.exits(1, []string{"doctor"}, "!!  file system", "fuse.sshfs")
			p.stop()
		},
		"nolocks": func(p *place) {
			p.exits(1, []string{"start"}, "is on fuse.nolocks: flock does not work on it", "nothing could keep a second Temporal away", "a home on a local disk")
		},
		"gocryptfs": func(p *place) { // a disk of this machine
			if out, _ := p.try("start"); out == "" || strings.Contains(out, "other hosts") {
				p.t.Error(out)
			}
			p.stop()
		},
	} {
		t.Run(fileSystem, func(t *testing.T) {
			t.Parallel()
			p := fakePlace(t)
			p.onFUSE(fileSystem, fileSystem == "nolocks")
			test(p)
			p.nothingRuns("it")
		})
	}
}
