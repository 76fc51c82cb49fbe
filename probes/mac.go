package probes

import (
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/xnu"
)

// mac answers the questions of this package from macOS's kernel.
type mac struct{ xnu.Kernel }

// look takes the order of birth for the start time: the wall clock at the fork may be
// set back, so that a child would seem older than its parent.
func (m mac) look(pid int) (fsm.Process, error) {
	p, err := m.Process(pid)
	if err != nil {
		return fsm.Process{}, absent(pid, err)
	}
	boot, err := m.Boot()
	if err != nil {
		return fsm.Process{}, absent(pid, err)
	}
	return fsm.Process{
		PID: pid, PGID: p.Group, Boot: boot, Exe: m.executable(pid),
		StartTicks: p.UniqueID, StartedAt: fsm.Instant(p.StartedAt.UnixMilli()),
	}, nil
}

// executable is the path that was given to exec, which may be a symbolic link. One that
// depends on the folder at that time, as ./stigmer does, is of no use here: where the
// program is now stands for it.
func (m mac) executable(pid int) string {
	given := m.Exec(pid).Path
	if given == "" || filepath.IsAbs(given) {
		return given
	}
	if now, err := m.ProgramPath(pid); err == nil {
		return now
	}
	return given
}

// dying is true of a process that nobody can refer to any more, although its locks may
// be held for an instant yet: in xnu's exit1 that comes before fdt_invalidate.
func (m mac) dying(pid int) bool {
	p, err := m.Process(pid)
	return err != nil || p.Exiting
}

func (m mac) stopped(pid int) bool {
	p, err := m.Process(pid)
	return err == nil && p.Stopped
}

func (m mac) parent(pid int) int {
	p, _ := m.Process(pid)
	return p.Parent
}

// parentUniqueID is the number of the parent at the fork or the last exec, which the kernel
// keeps after that one's end.
func (m mac) parentUniqueID(pid int) uint64 {
	p, _ := m.Process(pid)
	return p.ParentUniqueID
}

func (m mac) group(pgid int) []int {
	pids, _ := m.Group(pgid)
	return pids
}

func (m mac) workFolder(pid int) string {
	folder, _ := m.WorkFolder(pid)
	return folder
}

// sameUserAndFiles reports whether a process is of this user by each of its IDs.
func (m mac) sameUserAndFiles(pid int) bool {
	p, err := m.Process(pid)
	ours := m.EffectiveUID()
	return err == nil && !slices.ContainsFunc(p.UIDs[:], func(id int) bool { return id != ours })
}

// eachOpen looks at the open files of a process until look returns false.
func (m mac) eachOpen(pid int, look func(openFile) bool) error {
	numbers, err := m.Files(pid)
	if err != nil {
		return err
	}
	for _, fd := range numbers {
		file, err := m.File(pid, fd)
		if err == nil && !look(opened(fd, file)) {
			break
		}
	}
	return nil
}

// openAt goes by the call that tells no path: a policy can refuse the other one
// (mac_vnode_check_fsgetpath), and a lock is proven without it.
func (m mac) openAt(pid, fd int) (openFile, bool) {
	file, err := m.File(pid, fd)
	if err != nil {
		return openFile{}, false
	}
	if at, err := m.FileAt(pid, fd); err == nil && at.Inode == file.Inode && at.Device == file.Device {
		file.Path = at.Path
	}
	return opened(fd, file), true
}

func opened(fd int, f xnu.File) openFile {
	return openFile{
		fd: fd, FileID: FileID{uint64(f.Device), f.Inode}, deleted: f.Links == 0, path: f.Path, locked: f.HasFlock,
	}
}

// reopenPathOf is where an open file has a name now. The name may have been given to
// another file since the kernel was asked.
func reopenPathOf(file openFile) string {
	if file.deleted {
		return ""
	}
	if there, err := FileAt(file.path); err != nil || there != file.FileID {
		return ""
	}
	return file.path
}

// knownUnlocked reports whether it is certain that nobody has a lock on the file at path.
func (m mac) knownUnlocked(path string) bool {
	held, err := m.lockedAt(path)
	return err == nil && !held
}

// listed says whether a file is locked, by whomever: another user as well.
func (m mac) listed(path string) (LockState, error) {
	held, err := m.lockedAt(path)
	switch {
	case err != nil:
		return LockUnknown, err
	case held:
		return LockHeld, nil
	}
	return LockFree, nil
}

// lockedAt opens the file for an instant. The locks that flock(2) gives belong to
// descriptions, so that no lock is lost when this one is closed.
func (m mac) lockedAt(path string) (bool, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return false, err
	}
	defer file.Close()
	return m.AnyLock(int(file.Fd()))
}

// programFile is the file that a process was started from. Of one whose environment the
// kernel keeps to itself that is not known.
func (m mac) programFile(pid int) (FileID, bool) {
	device, inode, ok := m.Exec(pid).File()
	return FileID{uint64(device), inode}, ok
}
