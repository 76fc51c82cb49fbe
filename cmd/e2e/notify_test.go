package e2e_test

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestNotifiesServiceManager: the words of sd_notify(3), as a service manager
// reads them, from the start to a crash and to the end.
func TestNotifiesServiceManager(t *testing.T) {
	inPlaces(t, func(p *place) {
		m := newManager(p.t)
		c := m.starts(p, 1500*time.Millisecond)
		m.hears("STATUS=Locking: ", "STATUS=Starting: ", "STATUS=Healthy: ", "READY=1", "WATCHDOG=1")
		if have := p.ask(".state"); have != "Healthy" {
			p.t.Errorf("READY is said while the record says %s", have)
		}
		temporal := p.pid("temporal")
		m.untold(temporal)

		p.kill9(temporal)
		m.hears("STATUS=Restarting: Temporal (pid "+strconv.Itoa(temporal)+") was ended by signal SIGKILL", "STATUS=Healthy: ", "WATCHDOG=1")
		m.hears("WATCHDOG=1", "WATCHDOG=1")

		p.signal(c.Process.Pid, syscall.SIGTERM)
		m.hears("STATUS=Stopping: ", "STATUS=Stopped: ")
		check(p.t, c.Wait())
		m.said("READY=1", 1)
		m.said("STOPPING=1", 0)
		if log := m.log.String(); strings.Contains(log, "Started in") || !strings.Contains(log, "to=Healthy") {
			p.t.Errorf("the journal has\n%s", log)
		}
	})
}

// TestNoWatchdogOfAHungSupervisor: a loop that stands is not vouched for by a
// process that runs. It is hung by a log that takes no more.
func TestNoWatchdogOfAHungSupervisor(t *testing.T) {
	t.Parallel()
	m, p := newManager(t), fakePlace(t)
	log := filepath.Join(p.dir, "log")
	check(t, syscall.Mkfifo(log, 0o600))
	blocking, err := syscall.Open(log, syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	check(t, err)
	ours, err := syscall.Open(log, syscall.O_RDWR|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0) // the flag is this descriptor's alone
	check(t, err)
	defer syscall.Close(ours)
	c := m.command(p, 100*time.Millisecond)
	its := os.NewFile(uintptr(blocking), log)
	c.Stderr = its
	check(t, c.Start())
	check(t, its.Close())
	m.hears("READY=1", "WATCHDOG=1")

	for err = error(nil); err == nil; {
		_, err = syscall.Write(ours, make([]byte, 1))
	}
	p.kill9(p.pid("temporal")) // it logs that
	m.fallsSilent(300 * time.Millisecond)

	for err = error(nil); err == nil; {
		_, err = syscall.Read(ours, make([]byte, 1<<16))
	}
	m.hears("STATUS=Healthy: ", "WATCHDOG=1")
	p.stop()
	check(t, c.Wait())
}

// TestServiceManagerThatDoesNotRead keeps the supervisor from nothing.
func TestServiceManagerThatDoesNotRead(t *testing.T) {
	t.Parallel()
	m, p := newManager(t), fakePlace(t)
	c := m.starts(p, 3*time.Millisecond) // one message a millisecond: the queue is soon full
	p.await("Healthy")
	p.crash()
	p.stop()
	check(t, c.Wait())
}

// manager is a service manager's end of $NOTIFY_SOCKET.
type manager struct {
	t      *testing.T
	socket string
	conn   *net.UnixConn
	heard  []string
	// log is what the service says besides, which goes to the journal.
	log bytes.Buffer
}

func newManager(t *testing.T) *manager {
	t.Helper()
	dir, err := os.MkdirTemp("", "n") // a socket's path has room for some hundred bytes
	check(t, err)
	m := &manager{t: t, socket: filepath.Join(dir, "s")}
	m.conn, err = net.ListenUnixgram("unixgram", &net.UnixAddr{Name: m.socket, Net: "unixgram"})
	check(t, err)
	t.Cleanup(func() { m.conn.Close(); os.RemoveAll(dir) })
	return m
}

func (m *manager) starts(p *place, watchdog time.Duration) *exec.Cmd {
	m.t.Helper()
	c := m.command(p, watchdog)
	check(m.t, c.Start())
	return c
}

func (m *manager) command(p *place, watchdog time.Duration) *exec.Cmd {
	c := exec.Command(p.bin, "local", "start", "--foreground")
	c.Env = append(p.env, "NOTIFY_SOCKET="+m.socket, "WATCHDOG_USEC="+strconv.FormatInt(watchdog.Microseconds(), 10))
	c.Stderr = &m.log
	return c
}

// read returns the lines of the next message, none after the timeout.
func (m *manager) read(timeout time.Duration) []string {
	m.t.Helper()
	check(m.t, m.conn.SetReadDeadline(time.Now().Add(timeout)))
	buffer := make([]byte, 4096)
	n, err := m.conn.Read(buffer)
	if err != nil {
		return nil
	}
	lines := strings.Split(string(buffer[:n]), "\n")
	m.heard = append(m.heard, lines...)
	return lines
}

// hears waits for lines that begin so, in this order; others may come between them.
func (m *manager) hears(beginnings ...string) {
	m.t.Helper()
	for len(beginnings) > 0 {
		lines := m.read(awaitDefault)
		if lines == nil {
			m.t.Fatalf("not heard: %q, but\n%s", beginnings, strings.Join(m.heard, "\n"))
		}
		for _, line := range lines {
			if len(beginnings) > 0 && strings.HasPrefix(line, beginnings[0]) {
				beginnings = beginnings[1:]
			}
		}
	}
}

// fallsSilent waits until nothing has been said for a while.
func (m *manager) fallsSilent(pause time.Duration) {
	m.t.Helper()
	for range 100 {
		if m.read(pause) == nil {
			return
		}
	}
	m.t.Errorf("it goes on: %q", m.heard)
}

// said checks how often a line was said.
func (m *manager) said(line string, times int) {
	m.t.Helper()
	if n := len(slices.DeleteFunc(slices.Clone(m.heard), func(heard string) bool { return heard != line })); n != times {
		m.t.Errorf("%s is said %d times, not %d", line, n, times)
	}
}

// untold checks that Temporal knows nothing of the service manager.
func (m *manager) untold(pid int) {
	m.t.Helper()
	environment, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	if err != nil {
		return // no Linux; TestTemporalIsNotToldOfOurServiceManager sees the list itself
	}
	for _, name := range []string{"NOTIFY_SOCKET=", "WATCHDOG_"} {
		if strings.Contains(string(environment), name) {
			m.t.Errorf("Temporal's environment has %s", name)
		}
	}
	if !strings.Contains(string(environment), "STIGMER_INSTANCE=") {
		m.t.Error("its environment was not read")
	}
}
