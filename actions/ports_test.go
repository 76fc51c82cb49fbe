package actions

import (
	"net"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
)

// lastPort is below every system's range for ports that the kernel picks by
// itself (32768 on Linux, 49152 on macOS) and below those that package cmd's tests
// use: a port of ours that is free stays free.
var lastPort atomic.Int32

// quietPorts returns n ports that nobody listens on and that nobody is given by chance.
func quietPorts(t *testing.T, n int) []int {
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
		check(t, listener.Close())
		ports = append(ports, port)
	}
	return ports
}
