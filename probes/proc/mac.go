package proc

import (
	"path/filepath"
	"slices"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/xnu"
)

// mac answers the questions of this package from macOS's kernel.
type mac struct{ xnu.Kernel }

// identify takes the order of birth for the start time: the wall clock at the fork may be
// set back, so that a child would seem older than its parent.
func (m mac) identify(pid int) (fsm.Process, error) {
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

// exiting is true of a process that no PID leads to any more, although its locks may be held for
// an instant yet: in xnu's exit1 that comes before fdt_invalidate.
func (m mac) exiting(pid int) bool {
	p, err := m.Process(pid)
	return err != nil || p.Exiting
}

func (m mac) suspended(pid int) bool {
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
