package rehearsal

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// tie has the kernel end a child with the thread that forks it (prctl(2), PR_SET_PDEATHSIG).
func tie(attr *syscall.SysProcAttr) { attr.Pdeathsig = unix.SIGKILL }
