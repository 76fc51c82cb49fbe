package probes

import "github.com/stigmer/local/probes/xnu"

// macFiles answers what is asked of files from macOS's kernel.
type macFiles struct{ xnu.Kernel }

// eachOpen looks at the open files of a process until look returns false.
func (m macFiles) eachOpen(pid int, look func(OpenFile) bool) error {
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
func (m macFiles) openAt(pid, fd int) (OpenFile, bool) {
	file, err := m.File(pid, fd)
	if err != nil {
		return OpenFile{}, false
	}
	if at, err := m.FileAt(pid, fd); err == nil && at.Inode == file.Inode && at.Device == file.Device {
		file.Path = at.Path
	}
	return reopenable(opened(fd, file)), true
}

func opened(fd int, f xnu.File) OpenFile {
	return OpenFile{
		FileID: FileID{uint64(f.Device), f.Inode}, FD: fd, Deleted: f.Links == 0, Locked: f.HasFlock, Name: f.Path,
	}
}

// reopenable adds the path if the file still has its name. The name may have been given to
// another file since the kernel was asked.
func reopenable(file OpenFile) OpenFile {
	if there, err := FileAt(file.Name); err == nil && there == file.FileID && !file.Deleted {
		file.Path = file.Name
	}
	return file
}

// programFile is the file that a process was started from. Of one whose environment the
// kernel keeps to itself that is not known.
func (m macFiles) programFile(pid int) (FileID, bool) {
	device, inode, ok := m.Exec(pid).File()
	return FileID{uint64(device), inode}, ok
}
