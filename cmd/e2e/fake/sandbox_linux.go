package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// refusable are the calls that a sandbox of these tests may refuse.
var refusable = map[string]uint32{
	"pidfd_open": unix.SYS_PIDFD_OPEN, "pidfd_send_signal": unix.SYS_PIDFD_SEND_SIGNAL,
	"inotify_init1": unix.SYS_INOTIFY_INIT1, "fallocate": unix.SYS_FALLOCATE,
	"flock": unix.SYS_FLOCK, "fsync": unix.SYS_FSYNC, "statfs": unix.SYS_STATFS,
	"prlimit64": unix.SYS_PRLIMIT64, "setsid": unix.SYS_SETSID, "umask": unix.SYS_UMASK,
	"utimensat": unix.SYS_UTIMENSAT, "faccessat2": unix.SYS_FACCESSAT2, "uname": unix.SYS_UNAME,
	"clone3": unix.SYS_CLONE3, "getpgid": unix.SYS_GETPGID, "getsockname": unix.SYS_GETSOCKNAME,
	"setsockopt": unix.SYS_SETSOCKOPT, "socket": unix.SYS_SOCKET, "connect": unix.SYS_CONNECT,
	"statx": unix.SYS_STATX, "readlinkat": unix.SYS_READLINKAT,
}

var refusals = map[string]unix.Errno{
	"ENOSYS": unix.ENOSYS, "EPERM": unix.EPERM, "EINVAL": unix.EINVAL, "EIO": unix.EIO,
	"ENOLCK": unix.ENOLCK, "EOPNOTSUPP": unix.EOPNOTSUPP, "EMFILE": unix.EMFILE,
}

// sandbox runs a program in which the kernel refuses calls: sandbox CALL,CALL=ERROR PROGRAM
// ARGUMENTS, as container engines do by seccomp(2). All that the program starts is in it.
func sandbox() int {
	calls, failure, _ := strings.Cut(os.Args[1], "=")
	runtime.LockOSThread() // the filter is this thread's, and goes with exec
	if err := refuseCalls(strings.Split(calls, ","), refusals[failure]); err != nil {
		fmt.Fprintln(os.Stderr, "sandbox:", err)
		return 77
	}
	program, err := exec.LookPath(os.Args[2])
	if err == nil {
		err = syscall.Exec(program, os.Args[2:], os.Environ())
	}
	fmt.Fprintln(os.Stderr, "sandbox:", err)
	return 1
}

func refuseCalls(calls []string, failure unix.Errno) error {
	const load, equal, end = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	const allow, errno = 0x7fff0000, 0x00050000      // SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO
	program := []unix.SockFilter{{Code: load, K: 0}} // seccomp_data.nr
	for _, call := range calls {
		number, ok := refusable[call]
		if !ok || failure == 0 {
			return fmt.Errorf("%s=%d is not known", call, failure)
		}
		program = append(program, unix.SockFilter{Code: equal, K: number, Jf: 1}, unix.SockFilter{Code: end, K: errno | uint32(failure)})
	}
	program = append(program, unix.SockFilter{Code: end, K: allow})
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	filter := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	return unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&filter)), 0, 0)
}
