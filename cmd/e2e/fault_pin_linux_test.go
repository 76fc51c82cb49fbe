package e2e_test

import (
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stigmer/local/statefile"
)

// TestFaultDiskFullOfReaders: a process that has an old record open keeps its inode, so that for
// a moment a disk has less room than a moment later. A supervisor that can write nothing then
// ends, and a start that has handed over in vain says why.
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
	writes, stop := watchWrites(p.home)
	var reads sync.WaitGroup
	reads.Go(func() {
		for range writes {
			if file, err := os.Open(statefile.Home(p.home).State()); err == nil {
				time.AfterFunc(keep, func() { file.Close() })
			}
		}
	})
	p.t.Cleanup(func() { stop(); reads.Wait() })
}
