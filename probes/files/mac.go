package files

import "github.com/stigmer/local/probes/xnu"

// mac answers the questions of this package from macOS's kernel.
type mac struct{ xnu.Kernel }

// eachDescriptor calls look for the open files of a process until look returns false.
func (m mac) eachDescriptor(pid int, look func(Descriptor) bool) error {
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

// descriptorAt goes by the call that returns no path: a policy can refuse the other one
// (mac_vnode_check_fsgetpath), and a lock is proven without it.
func (m mac) descriptorAt(pid, fd int) (Descriptor, bool) {
	file, err := m.File(pid, fd)
	if err != nil {
		return Descriptor{}, false
	}
	if at, err := m.FileAt(pid, fd); err == nil && at.Inode == file.Inode && at.Device == file.Device {
		file.Path = at.Path
	}
	return reopenable(opened(fd, file)), true
}

func opened(fd int, f xnu.File) Descriptor {
	return Descriptor{
		ID: ID{uint64(f.Device), f.Inode}, FD: fd, Deleted: f.Links == 0, Locked: f.HasFlock, Name: f.Path,
	}
}

// reopenable adds the path if the file still has its name. The name may have been given to
// another file since the kernel was asked.
func reopenable(file Descriptor) Descriptor {
	if there, err := IDAt(file.Name); err == nil && there == file.ID && !file.Deleted {
		file.Path = file.Name
	}
	return file
}

// programFile is the file that a process was started from. Of one whose environment the
// kernel keeps to itself that is not known.
func (m mac) programFile(pid int) (ID, bool) {
	device, inode, ok := m.Exec(pid).File()
	return ID{uint64(device), inode}, ok
}
