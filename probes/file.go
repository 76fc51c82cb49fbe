package probes

import (
	"fmt"
	"os"
	"slices"
	"syscall"
)

// FileID is a file's identity, whatever its path: the device and the inode number.
type FileID struct{ Device, Inode uint64 }

// FileIDOf returns the identity of the file that info describes.
func FileIDOf(info os.FileInfo) (FileID, error) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return FileID{}, fmt.Errorf("stat %s: no inode number", info.Name())
	}
	return FileID{deviceNumber(stat), stat.Ino}, nil
}

// FileAt returns the identity of the file that a path leads to. The error is that of stat(2).
func FileAt(path string) (FileID, error) {
	info, err := os.Stat(path)
	if err != nil {
		return FileID{}, err
	}
	return FileIDOf(info)
}

// FileIDOfOpen returns the identity of an open file.
func FileIDOfOpen(file *os.File) (FileID, error) {
	info, err := file.Stat()
	if err != nil {
		return FileID{}, err
	}
	return FileIDOf(info)
}

// IsAt reports whether a path names the file itself, and not a link to it.
func (f FileID) IsAt(path string) bool {
	info, err := os.Lstat(path)
	if err != nil {
		return false
	}
	there, err := FileIDOf(info)
	return err == nil && there == f
}

// LeadsTo reports whether a path names an open file itself, and not a link to it.
func LeadsTo(path string, file *os.File) bool {
	id, err := FileIDOfOpen(file)
	return err == nil && id.IsAt(path)
}

// FileSize returns a regular file's size in bytes, 0 for anything else.
func FileSize(path string) int64 {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return 0
	}
	return info.Size()
}

// openFile is a descriptor of a process that is open on a file.
type openFile struct {
	fd int
	FileID
	// deleted says that the file has no name any more.
	deleted bool
	// path is where the file is or, if it was deleted, was; empty where that is not
	// known. Only openAt fills it.
	path string
	// locked is only known where the system tells it with the rest: ask hasLock.
	locked bool
}

// HasOpen reports whether a process has a file open. Where that cannot be told it is
// true.
func HasOpen(pid int, info os.FileInfo) bool {
	file, err := FileIDOf(info)
	if err != nil {
		return true
	}
	found, err := hasOpen(pid, file)
	return err != nil || found
}

// HasFile reports whether a process has a file open. It returns false where the process's
// descriptors cannot be read.
func HasFile(pid int, file FileID) bool {
	found, err := hasOpen(pid, file)
	return err == nil && found
}

func hasOpen(pid int, file FileID) (found bool, err error) {
	err = eachOpen(pid, func(f openFile) bool {
		found = f.FileID == file
		return !found
	})
	return found, err
}

// Servers returns the Temporal development servers that have the file at path open,
// whatever started them. Other programs with the file open are not among them, and
// whether a server has a lock is not asked.
func Servers(path string) []Holder {
	if unopened(path) {
		return nil
	}
	file, err := FileAt(path)
	if err != nil {
		return nil
	}
	pids, err := processes()
	if err != nil {
		return nil
	}
	return described(slices.DeleteFunc(pids, func(pid int) bool {
		if !IsDevServer(pid) {
			return true
		}
		found, err := hasOpen(pid, file)
		return err != nil || !found
	}))
}
