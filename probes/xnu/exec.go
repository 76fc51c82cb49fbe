package xnu

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// Exec is what the kernel remembers of a process's exec.
type Exec struct {
	// Path is the program as it was given to exec: it may be a symbolic link.
	Path string
	Args []string
	// Rest is the environment, followed by strings of the kernel's own ("apple"). The
	// kernel leaves the environment out for programs that are protected by System
	// Integrity Protection, as those in /bin and /usr/bin are (sysctl_procargsx,
	// bsd/kern/kern_sysctl.c).
	Environment []string
}

// Exec returns what is remembered of a process's exec, empty for another user's process
// and for one that is in the middle of exec: the kernel answers EINVAL for both.
func (k Kernel) Exec(pid int) Exec {
	raw, err := k.Sysctl("kern.procargs2", pid)
	if err != nil {
		return Exec{}
	}
	return parseExec(raw)
}

// parseExec reads argc as a 32 bit integer, the path given to exec, zeros up to a word's
// end, then argv, envp and apple as zero-terminated strings. It is the zero value for
// anything else.
func parseExec(raw []byte) Exec {
	if len(raw) < 4 {
		return Exec{}
	}
	argc := int(binary.LittleEndian.Uint32(raw))
	path, tail, _ := strings.Cut(string(raw[4:]), "\x00")
	words := strings.Split(strings.TrimLeft(tail, "\x00"), "\x00")
	if argc <= 0 || argc > len(words) {
		return Exec{Path: path}
	}
	return Exec{Path: path, Args: words[:argc], Environment: words[argc:]}
}

// File returns the identity of the program's file at the time of the exec: the kernel
// puts executable_file=0xDEVICE,0xINODE among its own strings (exec_add_apple_strings,
// bsd/kern/kern_exec.c). It is false where that is not there.
func (e Exec) File() (device uint32, inode uint64, ok bool) {
	for i := len(e.Environment) - 1; i >= 0; i-- { // the kernel's strings come last
		var long uint64
		if n, _ := fmt.Sscanf(e.Environment[i], "executable_file=0x%x,0x%x", &long, &inode); n == 2 {
			return uint32(long), inode, true
		}
	}
	return 0, 0, false
}
