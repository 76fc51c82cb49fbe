package actions

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"

	"github.com/stigmer/local/actions/cause"
	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/actions/logfile"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/proc"
)

// spawn starts Temporal. It inherits temporal.lock and the database's lock, and
// so does everything that it starts; our copies are then closed, so that the
// kernel keeps the locks exactly as long as the tree lives.
//
// Temporal leads a session of its own, not only a group: it has no terminal
// whose hang-up would end it, and the group cannot become orphaned by the
// supervisor's death, for which the kernel would send SIGHUP to a stopped
// member (setsid(2); kernel/exit.c, will_become_orphaned_pgrp).
func (w *World) spawn(e fsm.Effect) fsm.Input {
	e.Record.Environment = launch.Lent(e.Record)
	cmd, err := w.command(e.Record)
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		if cmd != nil {
			closeOutput(cmd)
		}
		return refused(fsm.SpawnFailed, err)
	}
	w.run.child, w.tree.members = cmd, nil
	w.keepOutput(cmd)
	w.tree.own.Close() //mutation:lock-inherited
	if w.run.dbLock != nil {
		w.run.dbLock.Close()
	}
	w.tree.own, w.run.dbLock = nil, nil
	process := w.identify(cmd, e.Record)
	w.run.reached = w.observer.firstMoments(process.PID)
	spawned := fsm.Input{Event: fsm.Spawned, Process: process, WithSpawn: fsm.WithSpawn{Backup: w.run.backup, Aside: w.run.aside, Lent: e.Record.Environment}}
	w.run.backup, w.run.aside, w.run.database = "", "", nil
	return spawned
}

// keepOutput hands our copies of the files that the child writes to the log keeper, which
// bounds them whatever becomes of their paths. If both are one file, it is the log.
func (w *World) keepOutput(cmd *exec.Cmd) {
	log, _ := cmd.Stderr.(*os.File)
	output, _ := cmd.Stdout.(*os.File)
	if output == log {
		output = nil
	}
	w.logs.Take(log, output)
	w.logs.Start()
}

// closeOutput closes our copies of what the child would have written to.
func closeOutput(cmd *exec.Cmd) {
	for _, w := range []io.Writer{cmd.Stdout, cmd.Stderr} {
		if file, ok := w.(*os.File); ok {
			file.Close() // twice where both are one: the second does nothing
		}
	}
}

// command prepares the process. On error no descriptor is left open.
func (w *World) command(r fsm.Record) (*exec.Cmd, error) {
	s := r.Settings
	// In the foreground this process may have descriptors of its caller.
	if err := closeOnExec(); err != nil {
		return nil, err
	}
	w.tree.closeWaiter()
	var err error
	w.tree.waiter, w.tree.file, err = lockfile.Reopen(w.home.Lock())
	if err != nil {
		return nil, err
	}
	if !files.LeadsTo(w.home.Lock(), w.tree.own) || !files.LeadsTo(w.home.Lock(), w.tree.waiter) {
		return nil, fmt.Errorf("%s was replaced while it was being locked", w.home.Lock())
	}
	output, err := logfile.Open(w.home.Log())
	if err != nil {
		return nil, fsm.Refusal{Code: cmp.Or(cause.Of(err), fsm.CodeLogUnusable), Reason: err.Error()}
	}
	w.run.logFrom = logfile.Size(w.home.Log())
	cmd := exec.Command(s.TemporalBin, launch.Args(s, r.Ports())...)
	cmd.Dir = launch.Folder(w.home, s.DB)
	cmd.Env = launch.Environment(r, w.home)
	cmd.Stderr = output
	if w.programs.Of(w.home, r).Wrapper {
		cmd.Stdout = output // a wrapper, or something else: its words belong together
	} else if own := logfile.OpenOutput(w.home); own != nil {
		cmd.Stdout = own
	}
	cmd.ExtraFiles = []*os.File{w.tree.own} //mutation:lock-passed
	if w.run.dbLock != nil {
		cmd.ExtraFiles = append(cmd.ExtraFiles, w.run.dbLock)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd, nil
}

// identify reads the child's identity. One that has exited already keeps its PID,
// which cannot be given out again before it is reaped.
func (w *World) identify(cmd *exec.Cmd, r fsm.Record) fsm.Process {
	p, err := proc.Identify(cmd.Process.Pid)
	if err != nil {
		p = fsm.Process{PID: cmd.Process.Pid, PGID: cmd.Process.Pid, Exe: cmd.Path}
	}
	p.Program = w.programs.Of(w.home, r)
	return p
}

// spawnedRun is what this driver knows of the Temporal at hand, beside its lock.
type spawnedRun struct {
	// child is nil for one that another supervisor spawned.
	child *exec.Cmd
	// logFrom is where the log of this run begins, in bytes.
	logFrom int64
	// dbLock is held between the taking and the spawn.
	dbLock *os.File
	// reached is called with the first moments of a spawned Temporal; nil for an adopted one.
	reached func(milestone string)
	// database describes the file that Temporal has open, once it serves.
	database *openDatabase
	// backup is the copy of the database that was made before the spawn at hand, and aside
	// the name under which the half-made database was set aside.
	backup, aside string
}
