package probes

import (
	"fmt"
	"os"
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
