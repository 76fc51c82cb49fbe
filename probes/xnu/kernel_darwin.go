package xnu

import (
	"io"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// System is the kernel of this machine.
func System() Kernel {
	return Kernel{Info: procInfo, Sysctl: sysctl, AnyLock: locked, EffectiveUID: os.Geteuid}
}

// procInfoNumber is SYS_proc_info (bsd/kern/syscalls.master), since Mac OS X 10.5.
const procInfoNumber = 336

// procInfo makes the call itself: libproc(3) would need cgo.
func procInfo(call, pid, flavor int, arg uint64, answer []byte) (int, error) {
	n, _, errno := syscall.Syscall6(procInfoNumber, uintptr(call), uintptr(pid), uintptr(flavor),
		uintptr(arg), uintptr(unsafe.Pointer(unsafe.SliceData(answer))), uintptr(len(answer)))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

func sysctl(name string, more ...int) ([]byte, error) { return unix.SysctlRaw(name, more...) }

func locked(fd int) (bool, error) {
	lock := unix.Flock_t{Type: unix.F_WRLCK, Whence: io.SeekStart} // the whole file
	err := unix.FcntlFlock(uintptr(fd), unix.F_GETLK, &lock)
	return lock.Type != unix.F_UNLCK, err
}
