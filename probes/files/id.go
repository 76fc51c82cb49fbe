package files

import (
	"fmt"
	"os"
	"syscall"
)

// ID is a file's identity, whatever its path: the device and the inode number.
type ID struct{ Device, Inode uint64 }

// IDOf returns the identity of the file that info describes.
func IDOf(info os.FileInfo) (ID, error) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ID{}, fmt.Errorf("stat %s: no inode number", info.Name())
	}
	return ID{deviceNumber(stat), stat.Ino}, nil
}

// IDAt returns the identity of the file that a path leads to. The error is that of stat(2).
func IDAt(path string) (ID, error) {
	info, err := os.Stat(path)
	if err != nil {
		return ID{}, err
	}
	return IDOf(info)
}

// FileIDOfOpen returns the identity of an open file.
func FileIDOfOpen(file *os.File) (ID, error) {
	info, err := file.Stat()
	if err != nil {
		return ID{}, err
	}
	return IDOf(info)
}

// IsAt reports whether a path names the file itself, and not a link to it.
func (f ID) IsAt(path string) bool {
	info, err := os.Lstat(path)
	if err != nil {
		return false
	}
	there, err := IDOf(info)
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
