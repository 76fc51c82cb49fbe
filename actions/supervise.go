package actions

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"

	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/actions/logfile"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/statefile"
	"golang.org/x/sys/unix"
)

// inheritedLock is the descriptor at which a supervisor finds its lock: the first
// after the three standard ones.
const inheritedLock = 3

// Supervise starts a supervisor that inherits the locked file: this same program, args after its
// name, in a session of its own. It keeps nothing of the caller's open, so a reader of the
// caller's output through a pipe sees its end. It returns the supervisor's PID.
func Supervise(home statefile.Home, args, env []string, lock *os.File) (pid int, err error) {
	log, err := logfile.OpenSupervisor(home)
	if err != nil {
		return 0, err
	}
	defer log.Close()
	cmd, err := startBackground(string(home), args, env, lock, log)
	if err != nil {
		return 0, fmt.Errorf("start the supervisor: %w", err)
	}
	go cmd.Wait() // a process that outlives it keeps no zombie
	return cmd.Process.Pid, nil
}

// startBackground starts this same program in a folder, in a session of its own, with args after its name. It
// inherits one file, and writes to output, nil for nowhere.
func startBackground(folder string, args, env []string, inherited *os.File, output io.Writer) (*exec.Cmd, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	if err := closeOnExec(); err != nil {
		return nil, err
	}
	cmd := &exec.Cmd{
		Path: exe, Args: append([]string{os.Args[0]}, args...), Env: env, Dir: folder,
		Stdout: output, Stderr: output, ExtraFiles: []*os.File{inherited},
		SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	return cmd, cmd.Start()
}

// Inherited returns the supervisor.lock that Supervise handed on. It marks it close-on-exec
// before anything can be spawned: Temporal must never inherit it.
func Inherited(home statefile.Home) (*os.File, error) {
	lock := os.NewFile(inheritedLock, home.SupervisorLock())
	if err := lockfile.Flock(lock, unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, fmt.Errorf("no locked supervisor.lock was handed over: %w", err)
	}
	if !files.LeadsTo(home.SupervisorLock(), lock) {
		return nil, errors.New("what was handed over is not this home's supervisor.lock")
	}
	return lock, closeOnExec()
}

// closeOnExec marks every descriptor beyond the standard ones: a caller may have
// left some open that are not ours to pass on.
func closeOnExec() error {
	fds, err := descriptors()
	for _, fd := range fds {
		unix.CloseOnExec(fd)
	}
	return err
}

// Inheritable returns the descriptors beyond the standard ones that a program which this process starts would
// inherit: its caller has left them open for that.
func Inheritable() []int {
	fds, _ := descriptors() // without a list none is known
	return slices.DeleteFunc(fds, func(fd int) bool {
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		return err != nil || flags&unix.FD_CLOEXEC != 0
	})
}

// LetInherit undoes for some descriptors what the start of a supervisor has done to them.
func LetInherit(fds []int) {
	for _, fd := range fds {
		_, _ = unix.FcntlInt(uintptr(fd), unix.F_SETFD, 0) // one that is closed by now is no loss
	}
}

// descriptors lists those that are open, beyond the standard ones.
func descriptors() (fds []int, err error) {
	folder, err := os.Open("/proc/self/fd")
	if errors.Is(err, fs.ErrNotExist) { // macOS; on Linux /dev/fd is a link, which a small /dev lacks
		folder, err = os.Open("/dev/fd")
	}
	if err != nil {
		return nil, fmt.Errorf("list descriptors: %w", err)
	}
	defer folder.Close()
	// The names alone: os.ReadDir asks what each of them is as well, which fails on
	// macOS for a kqueue, and every Go program has one (fdesc_attr,
	// bsd/miscfs/devfs/devfs_fdesc_support.c).
	names, err := folder.Readdirnames(-1)
	if err != nil {
		return nil, fmt.Errorf("list descriptors: %w", err)
	}
	for _, name := range names {
		if fd, err := strconv.Atoi(name); err == nil && fd > unix.Stderr {
			fds = append(fds, fd)
		}
	}
	return fds, nil
}
