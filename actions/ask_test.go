package actions

import (
	"net"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/fsm"
)

// A Temporal that starts is asked again after the pause that fsm says, and no earlier.
func TestAsksAfterThePause(t *testing.T) {
	l := newLife(t)
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(l.record.Settings.Port)))
	stage.Check(t, err)
	defer listener.Close()
	var asked atomic.Int64
	go func() { // ends with the listener
		for {
			wire, err := listener.Accept()
			if err != nil {
				return
			}
			asked.Add(1)
			wire.Close()
		}
	}()
	const pause, timeout = 100, 300
	l.record.Settings.Policy.Timeout = timeout
	l.Perform(fsm.Effect{Do: fsm.DoProbe, Record: l.record, After: pause})
	l.next(fsm.Probed)
	if n := asked.Load(); n < 1 || n > timeout/pause+1 {
		t.Errorf("asked %d times within %d ms, with a pause of %d ms", n, timeout, pause)
	}
}
