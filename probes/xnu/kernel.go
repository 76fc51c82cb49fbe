package xnu

import (
	"bytes"
	"encoding/binary"
	"errors"
	"syscall"
)

// Kernel makes the system calls that this package reads from.
type Kernel struct {
	// Info is proc_info(2): it fills answer and returns how many bytes of it are
	// valid. A nil answer asks for the size that is needed.
	Info func(call, pid, flavor int, arg uint64, answer []byte) (int, error)
	// Sysctl is sysctl(3) by name; more are the numbers that follow the name.
	Sysctl func(name string, more ...int) ([]byte, error)
	// AnyLock is fcntl(2) with F_GETLK: whether a process has a lock on the file of one of
	// this process's descriptors. On macOS flock and fcntl see each other's locks
	// (lf_getlock, bsd/kern/kern_lockf.c). It takes no lock.
	AnyLock func(fd int) (bool, error)
	// EffectiveUID is the user that this process acts as.
	EffectiveUID func() int
}

// The calls of proc_info(2) (bsd/sys/proc_info_private.h, PROC_INFO_CALL_...).
const (
	callListPIDs   = 1
	callPIDInfo    = 2
	callFDInfo     = 3
	callSignalByID = 0x11 // SIGNAL_AUDITTOKEN, since xnu-10002.61 (macOS 14.2)
)

// What a call can be asked for (bsd/sys/proc_info.h, PROC_...).
const (
	listAll   = 1
	listGroup = 2
	listUser  = 4 // by effective user, which is whose processes may be inspected

	infoDescriptors = 1
	infoWorkFolder  = 9
	infoProgramPath = 11
	infoIdentity    = 18 // BSDINFOWITHUNIQID

	fdVnode     = 1
	fdVnodePath = 2
	fdSocket    = 3
)

// PIDs returns the processes that this one may inspect: those of the same user, and
// all of them for root (proc_security_policy, bsd/kern/proc_info.c). Zombies are among
// them.
func (k Kernel) PIDs() ([]int, error) {
	if uid := k.EffectiveUID(); uid != 0 {
		return k.list(listUser, uid)
	}
	return k.list(listAll, 0)
}

// Group returns the members of a process group, zombies included.
func (k Kernel) Group(pgid int) ([]int, error) { return k.list(listGroup, pgid) }

func (k Kernel) list(kind, of int) ([]int, error) {
	answer, err := k.readList(callListPIDs, kind, of, 4)
	if err != nil {
		return nil, err
	}
	pids := make([]int, 0, len(answer)/4)
	for ; len(answer) >= 4; answer = answer[4:] {
		if pid := int(int32(binary.LittleEndian.Uint32(answer))); pid > 0 { // 0 is the kernel itself
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// maxListRetries bounds how often a list is asked for that grows meanwhile.
const maxListRetries = 8

// readList asks for a list whose length is not known. A list that fills the answer may have
// been cut off, and is asked for again with twice the room.
func (k Kernel) readList(call, pid, flavor, item int) ([]byte, error) {
	need, err := k.Info(call, pid, flavor, 0, nil)
	if err != nil {
		return nil, err
	}
	for size, tries := need+item, 0; ; size, tries = 2*size, tries+1 {
		answer := make([]byte, size)
		n, err := k.Info(call, pid, flavor, 0, answer)
		if err != nil {
			return nil, err
		}
		if n+item <= size || tries == maxListRetries {
			return answer[:n], nil
		}
	}
}

// readStruct asks for one structure of a known size.
func (k Kernel) readStruct(call, pid, flavor int, arg uint64, size int) ([]byte, error) {
	answer := make([]byte, size)
	n, err := k.Info(call, pid, flavor, arg, answer)
	if err == nil && n < size {
		err = errShort
	}
	return answer, err
}

// errShort says that the kernel answered with less than the structure, as an older or a
// newer one with another layout would.
var errShort = errors.New("proc_info: a short answer")

// Signal sends a signal to the process that has both the PID and the version: never to
// one that was given the PID later. It returns ENOTSUP or EINVAL before macOS 14.2,
// which cannot do it (proc_signal_with_audittoken, bsd/kern/proc_info.c), and
// ESRCH where there is no such process any more.
func (k Kernel) Signal(pid int, version uint32, signal syscall.Signal) error {
	token := make([]byte, 32) // audit_token_t: eight words, of which these two count
	binary.LittleEndian.PutUint32(token[5*4:], uint32(pid))
	binary.LittleEndian.PutUint32(token[7*4:], version)
	_, err := k.Info(callSignalByID, 0, int(signal), 0, token)
	return err
}

// Boot names this boot: a random name that neither the clock nor sleep changes.
func (k Kernel) Boot() (string, error) {
	name, err := k.Sysctl("kern.bootsessionuuid")
	return cString(name), err
}

// cString is a C string.
func cString(raw []byte) string {
	raw, _, _ = bytes.Cut(raw, []byte{0})
	return string(raw)
}
