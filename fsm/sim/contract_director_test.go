package sim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/statefile"
)

// contractPatience bounds each wait for a fact that must come.
const contractPatience = 20 * time.Second

// director plays a trace with real processes, each of which reports to it. What it does
// itself is a move of the trace.
type director struct {
	t       *testing.T
	kind    simKind
	home    statefile.Home
	program string // of Temporal
	news    chan heard
	address string
	procs   map[int]*process
	began   map[string]int // how many of a role
	history []historyLine  // in the order of arrival
	moves   []outsideMove
	holds   bool // the next Temporal does not serve
	hurries bool // the next move does not wait until all is quiet
	// reused are the PIDs that were forged: the start time of the former process, and its name.
	reused map[int][2]string
}

// process is one that plays, for as long as it is connected.
type process struct {
	name  string
	role  string
	conn  net.Conn
	alive bool
	told  bool // of a Temporal that is complete: whether it serves was decided
	report
}

// heard is a report, or the end of a process's line.
type heard struct {
	conn net.Conn
	report
	gone bool
}

type historyLine struct{ name, text string }

// outsideMove is a move of the trace, with the history that was known before it.
type outsideMove struct {
	text   string
	before int
}

func newDirector(t *testing.T, kind simKind) *director {
	dir, err := os.MkdirTemp("", "contract")
	must(t, err)
	home, err := statefile.OpenHome(filepath.Join(dir, "home"))
	must(t, err)
	must(t, home.MakeFolders())
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	d := &director{t: t, kind: kind, home: home, program: filepath.Join(dir, "temporal"), news: make(chan heard, 64), procs: map[int]*process{}, began: map[string]int{}, reused: map[int][2]string{}}
	d.address = listener.Addr().String()
	go d.accept(listener)
	t.Cleanup(func() {
		d.end()
		listener.Close()
		must(t, os.RemoveAll(dir))
	})
	exe, err := os.Executable()
	must(t, err)
	must(t, os.Symlink(exe, d.program))
	schema, err := os.ReadFile("../../cmd/e2e/fake/testdata/fake.db")
	must(t, err)
	settings := d.kind.settings()
	settings.Port, settings.DB, settings.TemporalBin, settings.Headless = quietPort(t), home.DB(), d.program, true
	settings.Policy.Timeout = 20_000 // no probe is late
	wanted, err := json.Marshal(settings)
	must(t, err)
	for name, text := range map[string]string{"control": d.address + "\n" + string(home), "kind": string(kind), "schema": string(schema), "settings": string(wanted)} {
		must(t, os.WriteFile(filepath.Join(string(home), name), []byte(text), 0o600))
	}
	for _, lock := range []string{home.Lock(), home.SupervisorLock()} { // simOnlooker
		file, err := os.OpenFile(lock, os.O_RDWR|os.O_CREATE, 0o600)
		must(t, err)
		t.Cleanup(func() { file.Close() })
	}
	return d
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var lastPort atomic.Int32

// quietPort is one that no process listens on, below those that kernels pick by themselves.
func quietPort(t *testing.T) int {
	lastPort.CompareAndSwap(0, int32(5_000+os.Getpid()%40*100))
	for {
		port := int(lastPort.Add(1))
		if l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port)); err == nil {
			must(t, l.Close())
			return port
		}
	}
}

func (d *director) accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			for in := json.NewDecoder(conn); ; {
				var r report
				if in.Decode(&r) != nil {
					d.news <- heard{conn: conn, gone: true}
					return
				}
				d.news <- heard{conn: conn, report: r}
			}
		}()
	}
}

// hear takes one report, or fails for want of what is wanted.
func (d *director) hear(want string) {
	d.t.Helper()
	var h heard
	select {
	case h = <-d.news:
	case <-time.After(contractPatience):
		d.t.Fatalf("nothing comes, and wanted is: %s\n%s", want, d.report())
	}
	switch {
	case h.gone:
		for _, p := range d.procs {
			p.alive = p.alive && p.conn != h.conn
		}
	case h.Role != "":
		d.enter(h)
	default:
		if p := d.procs[h.PID]; p.role != "server" && p.role != "foreign" && p.role != "bystander" {
			d.history = append(d.history, historyLine{p.name, h.Line})
		} else {
			p.Line = h.Line
		}
	}
}

// enter names a process that begins, and lets a Temporal that is complete go on.
func (d *director) enter(h heard) {
	d.began[h.Role]++
	kind := cmp.Or(map[string]string{"server": "Temporal", evidence.SuperviseVerb: "supervisor"}[h.Role], h.Role)
	d.procs[h.PID] = &process{name: fmt.Sprintf("%s %d", kind, d.began[h.Role]), role: h.Role, conn: h.conn, alive: true, report: h.report}
	for _, leader := range d.procs {
		if leader.role != "server" || leader.PPID == 0 {
			continue
		}
		children := 0
		for _, child := range d.procs {
			if child.PPID == leader.PID {
				child.name = fmt.Sprintf("%s's %s", leader.name, child.role)
				children++
			}
		}
		if children < map[simKind]int{simLeaves: 2, simHides: 2, simSheds: 1}[d.kind] {
			continue
		}
		if !d.holds && !leader.told {
			d.order(leader, "serve")
		}
		leader.told = true
		driver := d.procs[leader.PPID]
		if driver == nil {
			continue // its own first report is on its way
		}
		if driver.alive {
			d.order(driver, "go on")
		}
		leader.PPID = 0
	}
}

// order has a process do something. What has ended hears nothing.
func (d *director) order(p *process, order string) {
	fmt.Fprintln(p.conn, order)
}

// end kills what is left.
func (d *director) end() {
	for _, p := range d.procs {
		if p.alive { // its connection proves that the PID is its own
			unix.Kill(p.PID, unix.SIGKILL)
		}
	}
	for d.alive() != "" {
		d.hear("the end of " + d.alive())
	}
}

var pidInLine = regexp.MustCompile(`‹(\d+) (\d+)›`)

// resolved puts names in the place of PIDs.
func (d *director) resolved(line string) string {
	line = pidInLine.ReplaceAllStringFunc(line, func(text string) string {
		match := pidInLine.FindStringSubmatch(text)
		pid, _ := strconv.Atoi(match[1])
		if former := d.reused[pid]; former[0] == match[2] {
			return former[1]
		}
		if p := d.procs[pid]; p != nil {
			return p.name
		}
		return text
	})
	before, list, _ := strings.Cut(line, "[")
	list, after, found := strings.Cut(list, "]")
	if !found {
		return line
	}
	names := strings.Split(list, ", ")
	slices.Sort(names)
	return before + "[" + strings.Join(names, ", ") + "]" + after
}

// report is all that happened, for people, and what the logs say.
func (d *director) report() string {
	var b strings.Builder
	move := 0
	for i, h := range d.history {
		for ; move < len(d.moves) && d.moves[move].before <= i; move++ {
			fmt.Fprintf(&b, "--- %s\n", d.moves[move].text)
		}
		fmt.Fprintf(&b, "%s %s\n", h.name, d.resolved(h.text))
	}
	for _, log := range []string{d.home.Log(), d.home.SupervisorLog()} {
		text, _ := os.ReadFile(log)
		fmt.Fprintf(&b, "%s:\n%s", filepath.Base(log), text)
	}
	return b.String()
}

// alive names the processes that are left.
func (d *director) alive() string {
	var names []string
	for _, p := range d.procs {
		if p.alive {
			names = append(names, p.name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// settle has the mirror follow the history until nothing more happens by itself. What has
// happened may be reported later than what it has led to.
func (d *director) settle() *mirror {
	d.t.Helper()
	m := follow(d)
	for ; !m.follows; m = follow(d) {
		d.hear(m.problem())
	}
	return m
}

// compare has the mirror follow the history to its end, and compares what is left.
func (d *director) compare() {
	d.t.Helper()
	for m := d.settle(); m.left != d.alive(); m = d.settle() {
		d.hear(m.problem())
	}
}
