package initproc

import (
	"errors"
	"maps"
	"os"
	"os/signal"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// ownProgram leads to the program file of the process that reads it, also when that file
// was deleted or replaced (proc_pid_exe(5)).
const ownProgram = "/proc/self/exe"

// Run does nothing and returns false if this process is not process 1. If it is, Run starts
// this program once more with the same arguments, environment and descriptors, forwards
// signals to that child, and reaps every orphan. Once the child has ended, Run waits until
// no process that runs this program has arguments for which atWork returns true, and returns
// true, and the exit status of the last of them that was an orphan, else the child's. The kernel
// ends what is left when process 1 ends. If the child cannot be started, Run returns false.
func Run(atWork func(args []string) bool) (status int, ended bool) {
	if !mustBeInit(os.Getpid()) {
		return 0, false
	}
	i := initProcess{atWork: atWork}
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, forwarded...)
	signal.Ignore(ignored...) // the child inherits it
	child, err := startAgain(groupOfItsOwn())
	if err != nil { // a terminal may refuse another group
		child, err = startAgain(&syscall.SysProcAttr{Setpgid: true})
	}
	if err != nil {
		signal.Reset(slices.Concat(forwarded, ignored)...)
		return 0, false
	}
	i.child.Store(int64(child.Pid))
	go i.forward(signals) // ends with the process
	return i.linger(i.reapChild()), true
}

// initProcess is process 1 at its work.
type initProcess struct {
	atWork func(args []string) bool
	// child is the PID of the child, 0 once it was reaped.
	child atomic.Int64
	// end is the last signal that asked the child for its end, 0 for none.
	end atomic.Int64
}

// startAgain starts this program with the same arguments and environment. The child inherits
// every descriptor that this process did: exec closes only those that Go has opened.
func startAgain(group *syscall.SysProcAttr) (*os.Process, error) {
	return os.StartProcess(ownProgram, os.Args, &os.ProcAttr{
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr}, Env: os.Environ(), Sys: group,
	})
}

// groupOfItsOwn keeps a terminal's signals from reaching the child twice, by the terminal
// and by process 1.
func groupOfItsOwn() *syscall.SysProcAttr {
	terminal, ok := foregroundTerminal(unix.Getpgrp(), func(fd int) (int, error) {
		return unix.IoctlGetInt(fd, unix.TIOCGPGRP)
	})
	if ok {
		return &syscall.SysProcAttr{Foreground: true, Ctty: terminal}
	}
	return &syscall.SysProcAttr{Setpgid: true}
}

// forward passes signals on to the child, and once that has ended to the others.
func (i *initProcess) forward(signals <-chan os.Signal) {
	for sig := range signals {
		if slices.Contains(ends, sig) {
			i.end.Store(int64(sig.(syscall.Signal)))
		}
		if pid := int(i.child.Load()); pid != 0 {
			unix.Kill(pid, sig.(syscall.Signal))
			continue
		}
		for _, pid := range i.others() {
			unix.Kill(pid, sig.(syscall.Signal))
		}
	}
}

// reapChild reaps each orphan until the child has ended, and returns its exit status.
func (i *initProcess) reapChild() int {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return 1 // no child is left, although none of ours was reaped
		case int64(pid) == i.child.Load():
			i.child.Store(0)
			return exitStatus(status)
		}
	}
}

// linger returns when the others have ended: a stop that was typed beside the child still has
// to report, and a start or restart may have left a supervisor behind. If a signal has asked
// the child to end, linger sends it to each of the others once. It returns the exit status of
// the last of them that this process has reaped, which a supervisor is and a command of docker
// exec is not, else the given one: a container whose supervisor was killed has failed.
func (i *initProcess) linger(status int) int {
	seen, end := map[int]bool{}, syscall.Signal(i.end.Load())
	for pause := shortestPause; ; pause = min(2*pause, longestPause) {
		takeTerminalBack()
		for _, pid := range i.others() {
			if !seen[pid] && end != 0 {
				unix.Kill(pid, end)
			}
			seen[pid] = true
		}
		for _, pid := range zombies() { // one may have come and gone since the last search
			seen[pid] = true
		}
		for {
			var ended syscall.WaitStatus
			pid, err := syscall.Wait4(-1, &ended, syscall.WNOHANG, nil)
			if pid <= 0 && !errors.Is(err, syscall.EINTR) {
				break
			}
			if seen[pid] {
				status = exitStatus(ended)
			}
		}
		maps.DeleteFunc(seen, func(pid int, _ bool) bool { return gone(pid) })
		if len(seen) == 0 { // others does not list one that is about to be a zombie
			return status
		}
		time.Sleep(pause)
	}
}

// The pauses between two searches for what is left: process 1 gets no SIGCHLD for a process that
// a container engine has put into its namespace, since that is not its child.
const (
	shortestPause = 5 * time.Millisecond
	longestPause  = 200 * time.Millisecond
)

// takeTerminalBack makes Ctrl-C reach process 1 once its child, which had the terminal, has
// ended. It does nothing without a terminal.
func takeTerminalBack() {
	for fd := range 3 {
		if unix.IoctlSetPointerInt(fd, unix.TIOCSPGRP, unix.Getpgrp()) == nil {
			return
		}
	}
}

// others are the processes beside process 1 that run this program and are at work.
func (i *initProcess) others() []int {
	ours, err := os.Stat(ownProgram)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(processes(), func(pid int) bool {
		theirs, err := os.Stat(procPath(pid, "exe"))
		return mustBeInit(pid) || err != nil || !os.SameFile(ours, theirs) || !i.atWork(arguments(pid))
	})
}
