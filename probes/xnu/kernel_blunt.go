//go:build linux && blunt

package xnu

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// This file makes a Mac of Linux for the tests (build tag blunt): it answers in macOS's
// formats, from /proc, what a Mac would answer, and nothing more. So a process that
// exits is out of sight before its locks are free, a program of the system has no
// environment, the owner of a socket is not reported, and a list of processes takes time.

// Calls counts the calls that were made, Lists those of them that list processes.
var Calls, Lists atomic.Int64

// listTime is what a list of all processes and their descriptors takes on a busy Mac.
const listTime = 20 * time.Millisecond

// System is the kernel of this machine, as macOS would show it.
func System() Kernel {
	return Kernel{Info: procInfo, Sysctl: sysctl, AnyLock: locked, EffectiveUID: os.Geteuid}
}

func procInfo(call, pid, flavor int, arg uint64, answer []byte) (int, error) {
	Calls.Add(1)
	switch call {
	case callListPIDs:
		return listPIDs(pid, flavor, answer)
	case callSignalByID:
		return 0, signalVersion(answer, syscall.Signal(flavor))
	}
	p, err := visible(pid)
	if err != nil {
		return 0, err
	}
	switch {
	case call == callPIDInfo && flavor == infoIdentity:
		return p.identity(answer), nil
	case call == callPIDInfo && flavor == infoWorkFolder:
		folder, _ := os.Readlink(p.path("cwd"))
		copy(answer[vnodeInfoSize:], strings.TrimSuffix(folder, " (deleted)"))
		return len(answer), nil
	case call == callPIDInfo && flavor == infoProgramPath:
		program, err := os.Readlink(p.path("exe"))
		copy(answer, strings.TrimSuffix(program, " (deleted)"))
		return 0, err
	case call == callPIDInfo && flavor == infoDescriptors:
		return p.descriptors(answer)
	case call == callFDInfo && flavor == fdSocket:
		return p.socket(int(arg), answer)
	case call == callFDInfo:
		return p.file(int(arg), answer)
	}
	return 0, syscall.EINVAL
}

// shown is a process of /proc: the fields of its stat from the state on, and its users.
type shown struct {
	pid    int
	fields []string
	uids   [3]int
}

// exitingFlag is PF_EXITING (include/linux/sched.h).
const exitingFlag = 0x4

// visible fails as proc_find and the same-user rule of macOS do.
func visible(pid int) (shown, error) {
	p := shown{pid: pid}
	stat, err := os.ReadFile(p.path("stat"))
	status, err2 := os.ReadFile(p.path("status"))
	if err != nil || err2 != nil {
		return p, syscall.ESRCH
	}
	p.fields = strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	flags, _ := strconv.ParseUint(p.fields[6], 10, 64)
	if state := p.fields[0]; flags&exitingFlag != 0 || state == "X" || state == "Z" && p.number(17) <= 1 {
		return p, syscall.ESRCH
	}
	tgid := 0
	for line := range strings.Lines(string(status)) {
		fmt.Sscanf(line, "Tgid: %d", &tgid)
		fmt.Sscanf(line, "Uid: %d %d %d", &p.uids[1], &p.uids[0], &p.uids[2])
	}
	switch us := os.Geteuid(); {
	case tgid != pid:
		return p, syscall.ESRCH // a thread
	case us != 0 && us != p.uids[0]:
		return p, syscall.EPERM
	}
	return p, nil
}

func (p shown) path(name string) string { return "/proc/" + strconv.Itoa(p.pid) + "/" + name }

func (p shown) number(field int) uint64 {
	n, _ := strconv.ParseUint(p.fields[field], 10, 64)
	return n
}

// version changes with an exec, as p_idversion does.
func (p shown) version() uint32 {
	var exe unix.Stat_t
	unix.Stat(p.path("exe"), &exe)
	return uint32(p.number(19)) ^ uint32(exe.Ino)
}

func (p shown) identity(answer []byte) int {
	word := func(at int, value uint32) { binary.LittleEndian.PutUint32(answer[at:], value) }
	state, ticks := uint32(2), p.number(19) // SRUN
	if p.fields[0] == "T" || p.fields[0] == "t" {
		state = stateStopped
	}
	word(4, state)
	word(12, uint32(p.pid))
	word(16, uint32(p.number(1)))
	word(20, uint32(p.uids[0]))
	word(28, uint32(p.uids[1]))
	word(36, uint32(p.uids[2]))
	word(100, uint32(p.number(2)))
	var up unix.Timespec
	unix.ClockGettime(unix.CLOCK_BOOTTIME, &up)
	began := time.Now().Add(time.Duration(ticks)*10*time.Millisecond - time.Duration(up.Nano()))
	binary.LittleEndian.PutUint64(answer[120:], uint64(began.Unix()))
	binary.LittleEndian.PutUint64(answer[128:], uint64(began.Nanosecond()/1000))
	binary.LittleEndian.PutUint64(answer[152:], ticks<<22|uint64(p.pid))
	if parent, err := visible(int(p.number(1))); err == nil && parent.pid > 1 { // a Mac knows it after its end, too
		binary.LittleEndian.PutUint64(answer[160:], parent.number(19)<<22|uint64(parent.pid))
	}
	word(168, p.version())
	return len(answer)
}

func (p shown) descriptors(answer []byte) (int, error) {
	entries, err := os.ReadDir(p.path("fd"))
	if answer == nil || err != nil {
		return (len(entries) + 20) * fdSize, err
	}
	p.forget()
	n := 0
	for _, entry := range entries {
		if n+fdSize > len(answer) {
			break
		}
		fd, _ := strconv.Atoi(entry.Name())
		kind := uint32(kindVnode)
		switch leads, err := os.Readlink(p.path("fd/" + entry.Name())); {
		case err != nil:
			continue
		case strings.HasPrefix(leads, "socket:"):
			kind = kindSocket
		case !strings.HasPrefix(leads, "/"):
			kind = 5 // a kqueue, a pipe: nothing that is asked about
		}
		binary.LittleEndian.PutUint32(answer[n:], uint32(fd))
		binary.LittleEndian.PutUint32(answer[n+4:], kind)
		n += fdSize
	}
	return n, nil
}

func (p shown) file(fd int, answer []byte) (int, error) {
	name := strconv.Itoa(fd)
	leads, err := os.Readlink(p.path("fd/" + name))
	var stat unix.Statx_t
	err2 := unix.Statx(unix.AT_FDCWD, p.path("fd/"+name), unix.AT_STATX_DONT_SYNC, unix.STATX_BASIC_STATS, &stat)
	if err != nil || err2 != nil || !strings.HasPrefix(leads, "/") {
		return 0, syscall.EBADF
	}
	info, _ := os.ReadFile(p.path("fdinfo/" + name))
	if bytes.Contains(info, []byte("FLOCK  ADVISORY")) {
		binary.LittleEndian.PutUint32(answer, wasLocked)
	}
	binary.LittleEndian.PutUint32(answer[24:], uint32(unix.Mkdev(stat.Dev_major, stat.Dev_minor)))
	binary.LittleEndian.PutUint16(answer[30:], uint16(stat.Nlink))
	binary.LittleEndian.PutUint64(answer[32:], stat.Ino)
	if len(answer) > vnodeFileSize {
		copy(answer[vnodeFileSize:], strings.TrimSuffix(leads, " (deleted)"))
	}
	return len(answer), nil
}

func (p shown) socket(fd int, answer []byte) (int, error) {
	leads, err := os.Readlink(p.path("fd/" + strconv.Itoa(fd)))
	if err != nil || !strings.HasPrefix(leads, "socket:") {
		return 0, syscall.ENOTSOCK
	}
	inode := strings.TrimSuffix(strings.TrimPrefix(leads, "socket:["), "]")
	if row, ok := p.tcpRow(inode); ok {
		binary.LittleEndian.PutUint32(answer[socketKind:], kindTCP)
		row.put(answer[socketPort:], &answer[socketFamilies], answer[socketLocal:])
		binary.LittleEndian.PutUint32(answer[socketState:], row.state())
	}
	return len(answer), nil
}

func listPIDs(kind, of int, answer []byte) (int, error) {
	if Lists.Add(1); answer != nil && kind != listGroup {
		time.Sleep(listTime)
	}
	entries, err := os.ReadDir("/proc")
	if answer == nil || err != nil {
		return (len(entries) + 20) * 4, err
	}
	n, listed := 0, map[int]bool{}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || n+4 > len(answer) {
			continue
		}
		if group, err := unix.Getpgid(pid); kind == listGroup && (err != nil || group != of) {
			continue
		}
		if _, err := visible(pid); kind == listUser && err == syscall.EPERM {
			continue
		}
		binary.LittleEndian.PutUint32(answer[n:], uint32(pid))
		n, listed[pid] = n+4, true
	}
	startSearch(listed)
	return n, nil
}

func signalVersion(token []byte, signal syscall.Signal) error {
	pid, version := int(binary.LittleEndian.Uint32(token[20:])), binary.LittleEndian.Uint32(token[28:])
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	p, err := visible(pid)
	if err != nil || p.version() != version {
		return syscall.ESRCH
	}
	return unix.PidfdSendSignal(fd, signal, nil, 0)
}

func sysctl(name string, more ...int) ([]byte, error) {
	Calls.Add(1)
	switch name {
	case "kern.bootsessionuuid":
		id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
		return bytes.TrimSpace(id), err
	case "kern.procargs2":
		return procargs(more[0])
	case "net.inet.tcp.pcblist_n":
		return pcblist(), nil
	}
	return nil, syscall.ENOENT
}

func procargs(pid int) ([]byte, error) {
	p, err := visible(pid)
	if err != nil {
		return nil, syscall.EINVAL
	}
	exe, _ := os.Readlink(p.path("exe"))
	args, _ := os.ReadFile(p.path("cmdline"))
	environ, _ := os.ReadFile(p.path("environ"))
	if exe == "" || len(args) == 0 {
		return nil, syscall.EINVAL
	}
	for _, protected := range []string{"/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/"} {
		if strings.HasPrefix(exe, protected) {
			environ = nil
		}
	}
	raw := binary.LittleEndian.AppendUint32(nil, uint32(bytes.Count(args, []byte{0})))
	raw = append(raw, strings.TrimSuffix(exe, " (deleted)")+"\x00\x00\x00"...)
	raw = append(append(raw, args...), environ...)
	var file unix.Stat_t
	unix.Stat(p.path("exe"), &file)
	return fmt.Appendf(raw, "executable_file=0x%x,0x%x\x00", uint32(file.Dev), file.Ino), nil
}

// locked finds the file in /proc/locks by its inode alone, as far as a test needs it.
// The table is read a page at a time, and leaves lines out that move meanwhile: what is
// not there is searched for again. macOS answers for one file, at once.
func locked(fd int) (held bool, err error) {
	Calls.Add(1)
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return false, err
	}
	ending := ":" + strconv.FormatUint(stat.Ino, 10) + " 0 EOF\n"
	for tries := 0; !held && err == nil && tries < 10; tries++ {
		var table []byte
		table, err = os.ReadFile("/proc/locks")
		for line := range strings.Lines(string(table)) {
			held = held || strings.Contains(line, " FLOCK ") && strings.HasSuffix(line, ending)
		}
	}
	return held, err
}
