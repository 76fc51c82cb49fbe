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
	// UniqueID numbers the processes of this boot in the order of their births. It is kept
	// over exec and never given out again (p_uniqueid, bsd/kern/kern_fork.c).
	UniqueID uint64
	// ParentUniqueID is the number of its parent at its fork or its last exec, also when
	// that one has ended (p_puniqueid; pinsertchild, bsd/kern/kern_proc.c).
	ParentUniqueID uint64
	// PIDVersion changes with each fork and exec. With the PID it names one program in one
	// process (p_idversion).
	PIDVersion uint32
	// Stopped says that a signal or a debugger has stopped it, Exiting that it is on its
	// way through exit.
	Stopped, Exiting bool
}

// The state of a stopped process (bsd/sys/proc.h, SSTOP) and the flag of one that exits
// (bsd/sys/proc_info.h, PROC_FLAG_INEXIT).
const (
	stateStopped = 4
	flagExiting  = 4
)

// identitySize is sizeof(struct proc_bsdinfowithuniqid): proc_bsdinfo, 136 bytes, and
// proc_uniqidentifierinfo, 56.
const identitySize = 192

// Process returns what the kernel says of a process. The error is ESRCH for a PID that
// is free or a zombie's, and for an exiting process that proc_find no longer returns
// (P_REF_DEAD, bsd/kern/kern_exit.c), although it may have its descriptors for an instant
// yet; EPERM for another user's process.
func (k Kernel) Process(pid int) (Process, error) {
	raw, err := k.readStruct(callPIDInfo, pid, infoIdentity, 0, identitySize)
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
		UniqueID:  uint64(long(136 + 16)), ParentUniqueID: uint64(long(136 + 24)), PIDVersion: uint32(word(136 + 32)),
		Stopped: word(4) == stateStopped, Exiting: word(0)&flagExiting != 0,
	}
}

// pathSize is MAXPATHLEN; in a vnode_info_path the path follows 152 bytes of vnode_info.
const (
	pathSize      = 1024
	vnodeInfoSize = 152
)

// WorkFolder returns the folder that a process works in.
func (k Kernel) WorkFolder(pid int) (string, error) {
	raw, err := k.readStruct(callPIDInfo, pid, infoWorkFolder, 0, 2*(vnodeInfoSize+pathSize))
	if err != nil {
		return "", err
	}
	return cString(raw[vnodeInfoSize : vnodeInfoSize+pathSize]), nil
}

// ProgramPath returns where the file of a process's program is now, also of another user's
// process. It fails for a program that was deleted. The kernel leaves the length of its
// answer open (proc_pidpathinfo, bsd/kern/proc_info.c).
func (k Kernel) ProgramPath(pid int) (string, error) {
	answer := make([]byte, pathSize)
	_, err := k.Info(callPIDInfo, pid, infoProgramPath, 0, answer)
	return cString(answer), err
}
