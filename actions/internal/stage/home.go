package stage

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/stigmer/local/statefile"
	"golang.org/x/sys/unix"
)

// NewHome makes a home, which is removed at the end. A follower waits in the kernel,
// which cannot be cancelled: the end of a test can be what it waits for, and then it may
// make the lock's file anew between the removal of the files and that of their folder.
func NewHome(t *testing.T) statefile.Home {
	t.Helper()
	dir, err := os.MkdirTemp("", "home")
	Check(t, err)
	t.Cleanup(func() {
		err := os.RemoveAll(dir)
		for n := 0; errors.Is(err, unix.ENOTEMPTY) && n < 100; n++ {
			err = os.RemoveAll(dir)
		}
		Check(t, err)
	})
	home, err := statefile.OpenHome(filepath.Join(dir, "home"))
	Check(t, err)
	Check(t, home.MakeFolders())
	return home
}

// QuietPorts returns n ports on which no process listens, and which the kernel gives to none by
// chance.
func QuietPorts(t *testing.T, n int) []int {
	t.Helper()
	lastPort.CompareAndSwap(0, int32(10_000+os.Getpid()%40*100))
	var ports []int
	for len(ports) < n {
		port := int(lastPort.Add(1))
		if port >= 15_000 {
			t.Fatal("no quiet port is left")
		}
		listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			continue
		}
		Check(t, listener.Close())
		ports = append(ports, port)
	}
	return ports
}

// lastPort is below every system's range for ports that the kernel picks by
// itself (32768 on Linux, 49152 on macOS) and below those that package cmd's tests
// use: a port of ours that is free stays free.
var lastPort atomic.Int32
