package xnu

import (
	"encoding/binary"
	"time"
)

// Process is what the kernel says of one process.
type Process struct {
	PID, Parent, Group int
	// UIDs are the user IDs: effective, real and saved.
	UIDs [3]int
	// StartedAt is the wall clock at the fork, to the microsecond. A step of the clock
	// does not change it afterwards.
	StartedAt time.Time
	// Unique numbers the processes of this boot in the order of their births. It is kept
	// over exec and never given out again (p_uniqueid, bsd/kern/kern_fork.c).
	Unique uint64
	// ParentUnique is the number of the process that forked it, also when that one has
	// ended (p_puniqueid).
	ParentUnique uint64
	// Version changes with each fork and exec. With the PID it names one program in one
	// process (p_idversion).
	Version uint32
	// Zombie, Stopped and Exiting say what it does: it has ended and was not reaped; it
	// is stopped by a signal or a debugger; it is on its way through exit.
	Zombie, Stopped, Exiting bool
}

// The states of a process (bsd/sys/proc.h, p_stat) and the flag of one that exits
// (bsd/sys/proc_info.h, PROC_FLAG_INEXIT).
const (
	stateStopped = 4
	stateZombie  = 5
	flagExiting  = 4
)

// identitySize is sizeof(struct proc_bsdinfowithuniqid): proc_bsdinfo, 136 bytes, and
// proc_uniqidentifierinfo, 56.
const identitySize = 192

// Process returns what the kernel says of a process. The error is ESRCH for a PID that
// is free or a zombie's, and for a process that is far enough into its exit that nobody
// can refer to it any more, although it may have its descriptors for an instant yet
// (proc_find, P_REF_DEAD, bsd/kern/kern_exit.c); EPERM for another user's process.
func (k Kernel) Process(pid int) (Process, error) {
	raw, err := k.fixed(callPIDInfo, pid, infoIdentity, 0, identitySize)
	if err != nil {
		return Process{}, err
	}
	return parseProcess(raw), nil
}

func parseProcess(raw []byte) Process {
	word := func(at int) int { return int(binary.LittleEndian.Uint32(raw[at:])) }
	long := func(at int) int64 { return int64(binary.LittleEndian.Uint64(raw[at:])) }
	return Process{
		PID: word(12), Parent: word(16), Group: word(100),
		UIDs:      [3]int{word(20), word(28), word(36)},
		StartedAt: time.Unix(long(120), long(128)*int64(time.Microsecond)),
		Unique:    uint64(long(136 + 16)), ParentUnique: uint64(long(136 + 24)), Version: uint32(word(136 + 32)),
		Zombie: word(4) == stateZombie, Stopped: word(4) == stateStopped, Exiting: word(0)&flagExiting != 0,
	}
}

// pathSize is MAXPATHLEN; in a vnode_info_path the path follows 152 bytes of vnode_info.
const (
	pathSize      = 1024
	vnodeInfoSize = 152
)

// WorkFolder returns the folder that a process works in.
func (k Kernel) WorkFolder(pid int) (string, error) {
	raw, err := k.fixed(callPIDInfo, pid, infoWorkFolder, 0, 2*(vnodeInfoSize+pathSize))
	if err != nil {
		return "", err
	}
	return text(raw[vnodeInfoSize : vnodeInfoSize+pathSize]), nil
}
