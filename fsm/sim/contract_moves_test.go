package sim

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"

	"github.com/stigmer/local/actions/procs"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
	"golang.org/x/sys/unix"
)

// play makes one move of a trace.
func (d *director) play(move string) {
	d.t.Helper()
	verb, rest, _ := strings.Cut(move, " ")
	if verb == "fire" || verb != "await" && verb != "serve" && !d.hurries {
		d.settle()
	}
	d.hurries = verb == "await" || strings.HasSuffix(move, "&")
	before := len(d.history)
	if verb != "await" {
		d.moves = append(d.moves, outsideMove{move, before})
	}
	name, text, _ := strings.Cut(rest, ": ")
	switch verb = strings.TrimSuffix(verb, "&"); verb {
	case "start", "stop", "restart", string(verbRun), string(simStopNow), string(simRestartNow), "foreign", "bystander":
		d.begin(verb, move)
	case "kill":
		d.kill(d.named(name))
	case "suspend":
		p := d.named(name)
		must(d.t, unix.Kill(p.PID, unix.SIGSTOP))
		for !proc.Suspended(p.PID) {
		}
	case "hang":
		p := d.named(name)
		for d.order(p, "hang"); p.Line != "obeys hang"; {
			d.hear("the answer of " + name)
		}
	case "fire":
		d.order(d.named(name), "fire "+text)
	case "hold":
		d.holds = true
	case "serve":
		d.holds = false
		d.order(d.named(name), "serve")
	case "forge":
		d.forge(rest)
	case "lose":
		must(d.t, os.Remove(d.home.DB()))
	case "tear":
		must(d.t, os.WriteFile(d.home.State(), []byte("rubbish"), 0o600))
	case "break": // Temporal's program
		must(d.t, os.Remove(d.program))
	case "await":
		d.await(name, text)
	default:
		d.t.Fatalf("unknown move %q", move)
	}
}

// begin starts a process, and waits for the end of a command, unless the move ends with &.
func (d *director) begin(role, move string) {
	d.t.Helper()
	cmd := exec.Command(os.Args[0], role, strings.TrimSuffix(role, "-now")) // the verb is what a holder of the lock is known by
	cmd.Dir, cmd.SysProcAttr = string(d.home), &syscall.SysProcAttr{Setpgid: true}
	must(d.t, cmd.Start())
	go cmd.Wait() // ends with the process
	for d.procs[cmd.Process.Pid] == nil {
		d.hear(move)
	}
	p := d.procs[cmd.Process.Pid]
	switch {
	case role == "foreign" || role == "bystander":
		for p.Line == "" {
			d.hear(move)
		}
	case !strings.HasSuffix(move, "&"):
		d.await(p.name, "finishes")
	}
}

// kill returns when the process has exited.
func (d *director) kill(p *process) {
	d.t.Helper()
	now, err := proc.Identify(p.PID)
	must(d.t, err)
	must(d.t, unix.Kill(p.PID, unix.SIGKILL))
	_, _, err = procs.AwaitExit(now, -1)
	must(d.t, err)
}

// forge gives the PID of the recorded Temporal, which has ended, to a foreign process.
func (d *director) forge(name string) {
	d.t.Helper()
	file, p := statefile.File{Home: d.home}, d.named(name)
	document, err := file.Load()
	must(d.t, err)
	former := d.procs[document.Temporal.PID]
	document.Temporal.PID, document.Temporal.PGID = p.PID, p.PID
	must(d.t, file.Save(document))
	d.reused[p.PID] = [2]string{fmt.Sprint(document.Temporal.StartTicks), former.name}
}

// await waits for a line of a process that came after the latest move.
func (d *director) await(name, text string) {
	d.t.Helper()
	for from := d.moves[len(d.moves)-1].before; ; d.hear(name + ": " + text) {
		for ; from < len(d.history); from++ {
			if h := d.history[from]; h.name == name && strings.Contains(d.resolved(h.text), text) {
				return
			}
		}
	}
}

// outside makes a move of the trace, nil if it cannot be made yet.
func (n *mirrorNode) outside(text string) *simWorld {
	verb, rest, _ := strings.Cut(strings.TrimSuffix(text, "&"), " ")
	name, event, _ := strings.Cut(rest, ": ")
	w, uid := n.w, n.uid(name)
	index := func(op byte) *simWorld {
		for i, t := range w.trees {
			if t.uid == uid {
				return w.apply(simMove{op, uint8(i), 0})
			}
		}
		return nil
	}
	driver := slices.IndexFunc(w.drivers, func(d *simDriver) bool { return d.uid == uid })
	command := slices.IndexFunc(w.cmds, func(c *simCmd) bool { return c.uid == uid && !c.over })
	switch {
	case slices.Contains([]string{"start", "stop", "restart", string(verbRun), string(simStopNow), string(simRestartNow)}, verb):
		next := w.clone()
		next.cmds = append(next.cmds, next.newCommand(fsm.Verb(verb)))
		return next
	case verb == "kill" && driver >= 0:
		return w.apply(simMove{opCrashDrv, uint8(driver), 0})
	case verb == "kill" && command >= 0:
		return w.apply(simMove{opCrashCmd, uint8(command), 0})
	case verb == "kill" && strings.HasSuffix(name, "'s member"):
		uid = n.uid(strings.TrimSuffix(name, "'s member"))
		next := w.clone()
		next.tree(slices.IndexFunc(w.trees, func(t *simTree) bool { return t.uid == uid })).member = false
		return next
	case verb == "kill":
		return index(opMishap)
	case verb == "hang":
		return index(opHang)
	case verb == "lose":
		return index(opLose)
	case verb == "suspend" && driver >= 0:
		return w.apply(simMove{opFreeze, uint8(driver), 0})
	case verb == "fire" && driver >= 0:
		if k := slices.IndexFunc(w.drivers[driver].timers, func(t simTimer) bool { return string(t.event) == event }); k >= 0 {
			return w.apply(simMove{opDriverTmr, uint8(driver), uint8(k)})
		}
	case verb == "fire" && command >= 0:
		if k := slices.IndexFunc(w.cmds[command].timers, func(t simArmed) bool { return string(t.saw) == event }); k >= 0 {
			return w.apply(simMove{opCmdTmr, uint8(command), uint8(k)})
		}
	case verb == "tear":
		return w.apply(simMove{opTear, 0, 0})
	case verb == "foreign":
		return w.apply(simMove{opForeign, 0, 2})
	case verb == "bystander":
		next := w.clone()
		next.foreignProcs = with(next.foreignProcs, simForeign{proc: next.process(next.newProcess())})
		return next
	case verb == "forge":
		next := w.clone()
		next.foreignProcs = slices.Clone(next.foreignProcs)
		i := slices.IndexFunc(next.foreignProcs, func(s simForeign) bool { return s.proc.uid == n.uid(rest) })
		next.foreignProcs[i].proc.pid = next.disk.Rec.Temporal.PID
		return next
	case verb == "break":
		n.broken = true
		return w.clone()
	case verb == "hold" || verb == "serve":
		return w.clone()
	}
	return nil
}

// named waits for the process of a name.
func (d *director) named(name string) *process {
	d.t.Helper()
	for ; ; d.hear(name) {
		for _, p := range d.procs {
			if p.name == name {
				return p
			}
		}
	}
}
