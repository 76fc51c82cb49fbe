package sim

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/locks"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

// roles are the first arguments with which this binary plays another program.
var roles = map[string]func(*part) error{
	"server": (*part).serve, "member": (*part).linger, "escaped": (*part).linger, "foreign": (*part).intrude, "bystander": (*part).intrude,
	evidence.SuperviseVerb: (*part).supervise, "start": (*part).command, "stop": (*part).command, "restart": (*part).command,
	string(simStopNow): (*part).command, string(simRestartNow): (*part).command, string(verbRun): (*part).run,
}

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == evidence.CaretakeVerb {
		takeCare()
	}
	if len(os.Args) > 1 && roles[os.Args[1]] != nil {
		if err := play(os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(98)
		}
		os.Exit(0)
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0") // a program with the race detector sleeps before it exits
	os.Exit(m.Run())
}

// A report is what a process says to its director: first its role, then its history.
type report struct {
	Role      string `json:",omitempty"`
	PID, PPID int
	Line      string
}

// part is a playing process at its end of the line to the director, which is found by the
// file control in the working folder.
type part struct {
	role   string
	conn   net.Conn
	home   statefile.Home
	db     *os.File // Temporal's, half made before it says that it is there
	lock   sync.Mutex
	orders chan string // those that no other goroutine waits for
	fires  chan string
}

func play(role string) error {
	if home := os.Getenv(statefile.HomeVariable); home != "" { // a caretaker is in no folder of its own
		if err := os.Chdir(home); err != nil {
			return err
		}
	}
	text, err := os.ReadFile("control")
	if err != nil {
		return err
	}
	address, home, _ := strings.Cut(string(text), "\n")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	p := &part{role: role, conn: conn, home: statefile.Home(home), orders: make(chan string, 8), fires: make(chan string, 8)}
	if role == "server" {
		if err := cmp.Or(p.bearChildren(), p.openDatabase()); err != nil {
			return err
		}
	}
	p.report(report{Role: role})
	go func() {
		for lines := bufio.NewScanner(conn); lines.Scan(); {
			if event, fired := strings.CutPrefix(lines.Text(), "fire "); fired {
				p.fires <- event
			} else {
				p.orders <- lines.Text()
			}
		}
		os.Exit(99) // the test is over
	}()
	return roles[role](p)
}

func (p *part) report(r report) {
	p.lock.Lock()
	defer p.lock.Unlock()
	r.PID, r.PPID = os.Getpid(), os.Getppid()
	_ = json.NewEncoder(p.conn).Encode(r)
}

func (p *part) say(line string) { p.report(report{Line: line}) }

// byPID names a process until the director knows a better name.
func byPID(p fsm.Process) string {
	if p.PID == 0 {
		return "none"
	}
	return fmt.Sprintf("‹%d %d›", p.PID, p.StartTicks)
}

// scene looks at the home as any other process would.
func (p *part) scene() scene {
	var s scene
	if document, err := (statefile.File{Home: p.home}).Load(); err == nil {
		s.record = document.Record
	}
	for _, h := range p.owners() {
		s.holders = append(s.holders, h.Process)
	}
	drivers, _ := locks.Holders(p.home.SupervisorLock(), os.Getpid())
	s.drives = slices.ContainsFunc(drivers, func(h proc.Info) bool { return h.Process.PID == os.Getpid() })
	return s
}

// owners are the processes that have temporal.lock. A child of this process has all that it has open until its execve(2):
// such a one, which asks a program for its version, is none.
func (p *part) owners() []proc.Info {
	all, _ := locks.Holders(p.home.Lock())
	if len(all) < 2 {
		return all
	}
	forked := slices.DeleteFunc(slices.Clone(all), func(h proc.Info) bool {
		return proc.Parent(h.Process.PID) != os.Getpid() || !slices.Equal(proc.Args(h.Process.PID), os.Args)
	})
	in := func(list []proc.Info, h proc.Info) bool {
		return slices.ContainsFunc(list, func(o proc.Info) bool { return o.Process.PID == h.Process.PID })
	}
	still, _ := locks.Holders(p.home.Lock()) // without one that has reached its execve meanwhile
	return slices.DeleteFunc(all, func(h proc.Info) bool { return in(forked, h) || !in(still, h) })
}

// linger is a descendant of Temporal, which SIGTERM does not end.
func (p *part) linger() error {
	signal.Ignore(unix.SIGTERM)
	<-p.orders
	return nil
}

// intrude is a foreign process, with temporal.lock or without.
func (p *part) intrude() (err error) {
	if p.role == "foreign" {
		_, err = lockfile.Take(p.home.Lock())
	}
	p.say("is there")
	<-p.orders
	return err
}

// bearChildren starts what this Temporal leaves behind.
func (p *part) bearChildren() error {
	kind, err := os.ReadFile("kind")
	if err != nil {
		return err
	}
	bear := func(role string, env []string, session bool) {
		cmd := exec.Command(os.Args[0], role)
		cmd.Env, cmd.SysProcAttr = env, &syscall.SysProcAttr{Setsid: session}
		err = errors.Join(err, cmd.Start()) // it inherits all that is not close-on-exec
	}
	switch kind := simKind(kind); kind {
	case simLeaves, simHides:
		bear("member", nil, false)
		env := os.Environ()
		if kind == simHides {
			env = []string{"NOTHING=1"}
		}
		bear("escaped", env, true)
	case simSheds:
		unix.CloseOnExec(3)
		unix.CloseOnExec(4)
		bear("member", nil, false)
	}
	return err
}

// openDatabase makes the half of Temporal's database that is there before it is ordered to serve.
func (p *part) openDatabase() (err error) {
	if info, err := os.Stat(p.home.DB()); err == nil && info.Size() == 0 {
		return errors.New("the database has no schema")
	}
	p.db, err = os.OpenFile(p.home.DB(), os.O_RDWR|os.O_CREATE, 0o600)
	return err
}

// serve is Temporal: it makes the other half of its database when it is ordered to serve.
func (p *part) serve() error {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, unix.SIGTERM)
	kind, _ := os.ReadFile("kind")
	port := argument("--port")
	silent := make(chan struct{})
	for {
		select {
		case order := <-p.orders:
			switch order {
			case "serve":
				schema, err := os.ReadFile("schema")
				if info, _ := p.db.Stat(); err == nil && info.Size() == 0 {
					_, err = p.db.Write(schema)
				}
				if err != nil {
					return err
				}
				go func() { fmt.Fprintln(os.Stderr, frontend(silent).serve("127.0.0.1:"+port)) }()
			case "hang":
				close(silent)
				kind = []byte(simStubborn)
			}
			p.say("obeys " + order)
		case <-stop:
			if simKind(kind) != simStubborn {
				return nil
			}
		}
	}
}

func argument(flag string) string { return os.Args[slices.Index(os.Args, flag)+1] }

// frontend answers as Temporal does for as long as it is not closed.
type frontend <-chan struct{}

func (f frontend) serve(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	kind, _ := os.ReadFile("kind")
	var added atomic.Bool
	return grpc.NewServer(grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		if err := stream.RecvMsg(&emptypb.Empty{}); err != nil {
			return err
		}
		switch method, _ := grpc.MethodFromServerStream(stream); path.Base(method) {
		case "Check":
			select {
			case <-f:
				return stream.SendMsg(wrapperspb.Int32(2)) // NOT_SERVING
			default:
				return stream.SendMsg(wrapperspb.Int32(1))
			}
		case "AddSearchAttributes":
			added.Store(true)
		case "ListSearchAttributes": // A, a Keyword or a Text
			var list emptypb.Empty
			switch {
			case simKind(kind) == simRefuses:
				list.ProtoReflect().SetUnknown([]byte("\x0a\x05\x0a\x01A\x10\x01"))
			case added.Load():
				list.ProtoReflect().SetUnknown([]byte("\x0a\x05\x0a\x01A\x10\x02"))
			}
			return stream.SendMsg(&list)
		case "DescribeWorkflowExecution":
			return status.Error(codes.NotFound, "workflow not found for ID: x")
		}
		return stream.SendMsg(&emptypb.Empty{})
	})).Serve(listener)
}

// supervise is a supervisor, as cmd/internal/lifecycle has it.
func (p *part) supervise() error {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, unix.SIGTERM, unix.SIGUSR1)
	lock, err := actions.Inherited(p.home)
	if err != nil {
		return err
	}
	document, err := evidence.Recover(p.home)
	if err != nil {
		return err
	}
	self, err := proc.Identify(os.Getpid())
	if err != nil {
		return err
	}
	world := actions.NewWorld(p.home, lock, document, actions.WorldConfig{Self: self, Log: hclog.NewNullLogger()})
	go func() {
		for sig := range signals {
			if sig == unix.SIGUSR1 {
				world.WantSetup()
			} else if !world.Requested() {
				world.Stop(fsm.Stop, "a signal")
			}
		}
	}()
	fsm.Drive(newHeardWorld(p, world), document.Record, self, fsm.Input{})
	return nil
}

// command is start, stop or restart, with --now or without.
func (p *part) command() error {
	verb, now := strings.CutSuffix(p.role, "-now")
	_, err := p.carryOut(fsm.Command{Verb: fsm.Verb(verb), Now: now})
	return err
}

func (p *part) carryOut(c fsm.Command) (fsm.Record, error) {
	text, err := os.ReadFile("settings")
	if err != nil {
		return fsm.Record{}, err
	}
	c.Patience, c.Grace, c.Cause = 60_000, 300, "a trace"
	if err := json.Unmarshal(text, &c.Want); err != nil {
		return fsm.Record{}, err
	}
	client := actions.NewClient(actions.ClientConfig{Home: p.home, Log: hclog.NewNullLogger(), Supervise: func(lock *os.File) (int, error) {
		return actions.Supervise(p.home, []string{evidence.SuperviseVerb}, os.Environ(), lock)
	}})
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, unix.SIGTERM)
	go func() {
		for range signals {
			client.ForwardStop()
		}
	}()
	o := fsm.RunCommand(newHeardClient(p, client), c)
	client.Leave()
	return o.Record, nil
}
