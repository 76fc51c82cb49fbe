package actions

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
	"golang.org/x/sys/unix"
)

// patience bounds each wait for a fact that must come.
const patience = 20 * time.Second

// stage is where actors report. Each ends when its connection does, at the
// latest with the test.
type stage struct {
	t        *testing.T
	listener *net.TCPListener
}

// actor is the test's end of the line to a process; the line's end is the
// process's.
type actor struct {
	t    *testing.T
	conn *net.TCPConn
	in   *bufio.Reader
	gone bool
	// exited is closed when a child of the test's process has been reaped; it is nil for others.
	exited chan struct{}
	hello
}

func newStage(t *testing.T) stage {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	t.Cleanup(func() { l.Close() })
	return stage{t, l.(*net.TCPListener)}
}

func (s stage) address() string { return s.listener.Addr().String() }

// enter waits for the next process to say hello.
func (s stage) enter() *actor {
	s.t.Helper()
	check(s.t, s.listener.SetDeadline(time.Now().Add(patience)))
	conn, err := s.listener.AcceptTCP()
	check(s.t, err)
	a := &actor{t: s.t, conn: conn, in: bufio.NewReader(conn)}
	check(s.t, conn.SetReadDeadline(time.Now().Add(patience)))
	line, err := a.in.ReadString('\n')
	check(s.t, err)
	check(s.t, json.Unmarshal([]byte(line), &a.hello))
	s.t.Cleanup(a.end)
	return a
}

// start starts an actor in a group of its own, with files inherited.
func (s stage) start(role string, env []string, inherit ...*os.File) *actor {
	s.t.Helper()
	cmd := exec.Command(os.Args[0], role, s.address())
	cmd.Env, cmd.ExtraFiles = append(os.Environ(), env...), inherit
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return s.run(cmd)
}

// startServer starts an actor in the place of a home's Temporal: with its command line, its mark
// and its folder, in a session of its own, with files inherited.
func (s stage) startServer(home statefile.Home, args []string, inherit ...*os.File) *actor {
	s.t.Helper()
	s.direct(home)
	cmd := exec.Command(os.Args[0], args...)
	cmd.Dir, cmd.Env, cmd.ExtraFiles = string(home), append(os.Environ(), probes.InstanceVariable+"="+string(home)), inherit
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return s.run(cmd)
}

// direct has what is spawned as a home's Temporal enter this stage.
func (s stage) direct(home statefile.Home) {
	s.t.Helper()
	check(s.t, os.WriteFile(filepath.Join(string(home), "control"), []byte(s.address()), 0o600))
}

func (s stage) run(cmd *exec.Cmd) *actor {
	s.t.Helper()
	check(s.t, cmd.Start())
	a := s.enter()
	a.exited = make(chan struct{})
	go func() {
		cmd.Wait()
		close(a.exited)
	}()
	return a
}

// say gives an order and returns the answer.
func (a *actor) say(words ...string) string {
	a.t.Helper()
	a.tell(words...)
	return a.hear()
}

func (a *actor) tell(words ...string) {
	a.t.Helper()
	_, err := io.WriteString(a.conn, strings.Join(words, "\t")+"\n")
	check(a.t, err)
}

// hear returns the next line, empty once the process is gone.
func (a *actor) hear() string {
	a.t.Helper()
	check(a.t, a.conn.SetReadDeadline(time.Now().Add(patience)))
	line, err := a.in.ReadString('\n')
	if err != nil && os.IsTimeout(err) {
		a.t.Fatalf("process %d says nothing", a.PID)
	}
	a.gone = a.gone || err != nil
	return strings.TrimSuffix(line, "\n")
}

// must is say with an answer that must be ok.
func (a *actor) must(words ...string) {
	a.t.Helper()
	if answer := a.say(words...); answer != "ok" {
		a.t.Fatalf("%q: %s", words, answer)
	}
}

// bear has the actor start a child, which enters.
func (a *actor) bear(s stage, words ...string) *actor {
	a.t.Helper()
	a.must(append([]string{"child"}, words...)...)
	return s.enter()
}

// untouched fails if the process got a signal that ends it: one that was sent
// earlier is delivered before the answer.
func (a *actor) untouched() {
	a.t.Helper()
	if answer := a.say("ping"); answer != "pong" {
		a.t.Errorf("process %d was touched: %q", a.PID, answer)
	}
}

// awaitEnd returns when the process is gone, and has been reaped if that is for the test's
// process to do.
func (a *actor) awaitEnd() {
	a.t.Helper()
	for !a.gone {
		a.hear()
	}
	if a.exited != nil {
		<-a.exited
	}
}

// end has the process exit, and kills one that is stopped: the connection is
// the proof that the PID is still its own.
func (a *actor) end() {
	if a.gone {
		return
	}
	unix.Kill(a.PID, unix.SIGKILL)
	a.awaitEnd()
}

func (a *actor) identity() fsm.Process {
	a.t.Helper()
	p, err := probes.Identify(a.PID)
	check(a.t, err)
	return p
}
