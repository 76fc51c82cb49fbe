package stage

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
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
	"golang.org/x/sys/unix"
)

// Patience bounds each wait for a fact that must come.
const Patience = 20 * time.Second

// Stage is where actors report. Each ends when its connection does, at the
// latest with the test.
type Stage struct {
	T        *testing.T
	listener *net.TCPListener
}

// Actor is the test's end of the line to a process; the line's end is the
// process's.
type Actor struct {
	t    *testing.T
	conn *net.TCPConn
	in   *bufio.Reader
	gone bool
	// exited is closed when a child of the test's process has been reaped; it is nil for others.
	exited chan struct{}
	greeting
}

// New opens a stage for the processes of one test.
func New(t *testing.T) Stage {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	Check(t, err)
	t.Cleanup(func() { l.Close() })
	return Stage{t, l.(*net.TCPListener)}
}

// Address is where a process finds the stage.
func (s Stage) Address() string { return s.listener.Addr().String() }

// Enter waits for the next process to report.
func (s Stage) Enter() *Actor {
	s.T.Helper()
	Check(s.T, s.listener.SetDeadline(time.Now().Add(Patience)))
	conn, err := s.listener.AcceptTCP()
	Check(s.T, err)
	a := &Actor{t: s.T, conn: conn, in: bufio.NewReader(conn)}
	Check(s.T, conn.SetReadDeadline(time.Now().Add(Patience)))
	line, err := a.in.ReadString('\n')
	Check(s.T, err)
	Check(s.T, json.Unmarshal([]byte(line), &a.greeting))
	s.T.Cleanup(a.end)
	return a
}

// Start starts an actor in a group of its own, with files inherited.
func (s Stage) Start(role string, env []string, inherit ...*os.File) *Actor {
	s.T.Helper()
	cmd := exec.Command(os.Args[0], role, s.Address())
	cmd.Env, cmd.ExtraFiles = append(os.Environ(), env...), inherit
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return s.run(cmd)
}

// StartServer starts an actor in the place of a home's Temporal: with its command line, its mark
// and its folder, in a session of its own, with files inherited.
func (s Stage) StartServer(home statefile.Home, args []string, inherit ...*os.File) *Actor {
	s.T.Helper()
	s.Direct(home)
	cmd := exec.Command(os.Args[0], args...)
	cmd.Dir, cmd.Env, cmd.ExtraFiles = string(home), append(os.Environ(), proc.InstanceVariable+"="+string(home)), inherit
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return s.run(cmd)
}

// Direct has what is spawned as a home's Temporal enter this stage.
func (s Stage) Direct(home statefile.Home) {
	s.T.Helper()
	Check(s.T, os.WriteFile(filepath.Join(string(home), "control"), []byte(s.Address()), 0o600))
}

func (s Stage) run(cmd *exec.Cmd) *Actor {
	s.T.Helper()
	Check(s.T, cmd.Start())
	a := s.Enter()
	a.exited = make(chan struct{})
	go func() {
		cmd.Wait()
		close(a.exited)
	}()
	return a
}

// Call gives an order and returns the answer.
func (a *Actor) Call(words ...string) string {
	a.t.Helper()
	a.Send(words...)
	return a.Receive()
}

// Send gives an order and does not wait.
func (a *Actor) Send(words ...string) {
	a.t.Helper()
	_, err := io.WriteString(a.conn, strings.Join(words, "\t")+"\n")
	Check(a.t, err)
}

// Receive returns the next line, empty once the process is gone.
func (a *Actor) Receive() string {
	a.t.Helper()
	Check(a.t, a.conn.SetReadDeadline(time.Now().Add(Patience)))
	line, err := a.in.ReadString('\n')
	if err != nil && os.IsTimeout(err) {
		a.t.Fatalf("process %d says nothing", a.PID)
	}
	a.gone = a.gone || err != nil
	return strings.TrimSuffix(line, "\n")
}

// Must is Call with an answer that must be ok.
func (a *Actor) Must(words ...string) {
	a.t.Helper()
	if answer := a.Call(words...); answer != "ok" {
		a.t.Fatalf("%q: %s", words, answer)
	}
}

// Spawn has the actor start a child, which enters.
func (a *Actor) Spawn(s Stage, words ...string) *Actor {
	a.t.Helper()
	a.Must(append([]string{"child"}, words...)...)
	return s.Enter()
}

// Untouched fails if the process got a signal that ends it: one that was sent
// earlier is delivered before the answer.
func (a *Actor) Untouched() {
	a.t.Helper()
	if answer := a.Call("ping"); answer != "pong" {
		a.t.Errorf("process %d was touched: %q", a.PID, answer)
	}
}

// AwaitEnd returns when the process is gone, and has been reaped if that is for the test's
// process to do.
func (a *Actor) AwaitEnd() {
	a.t.Helper()
	for !a.gone {
		a.Receive()
	}
	if a.exited != nil {
		<-a.exited
	}
}

// end has the process exit, and kills one that is stopped: the connection is
// the proof that the PID is still its own.
func (a *Actor) end() {
	if a.gone {
		return
	}
	unix.Kill(a.PID, unix.SIGKILL)
	a.AwaitEnd()
}

// Identity is the process as probes identifies it.
func (a *Actor) Identity() fsm.Process {
	a.t.Helper()
	p, err := proc.Identify(a.PID)
	Check(a.t, err)
	return p
}
