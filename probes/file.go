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
