package cmd_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

// TestFaultDiskFullOfReaders: who has an old record open keeps its inode, so that
// for a moment a disk has less room than a moment later. A supervisor that can
// write nothing then ends, and a start that has handed over in vain says why.
func TestFaultDiskFullOfReaders(t *testing.T) {
	t.Parallel()
	for n := 8; n <= 12; n++ {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			p := onePlace(fakePlace(t), fmt.Sprintf("nr_inodes=%d", n))
			check(t, os.Mkdir(p.home, 0o700))
			p.keepsReading(20 * time.Millisecond)
			p.startsOnFullDisk()
		})
	}
}

// keepsReading opens each new record until the test's end, and keeps it open for
// a while.
func (p *place) keepsReading(keep time.Duration) {
	p.t.Helper()
	writes, err := fsnotify.NewWatcher()
	check(p.t, err)
	check(p.t, writes.Add(p.home))
	var reads sync.WaitGroup
	reads.Go(func() {
		for event := range writes.Events {
			if filepath.Base(event.Name) != "temporal.state.json" || !event.Has(fsnotify.Create) {
				continue
			}
			if file, err := os.Open(event.Name); err == nil {
				time.AfterFunc(keep, func() { file.Close() })
			}
		}
	})
	p.t.Cleanup(func() { writes.Close(); reads.Wait() })
}
