package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/stigmer/local/cmd/internal/human"
	"golang.org/x/sys/unix"
)

// Exists reports whether there is anything at a path; a link counts, wherever it leads.
func Exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// IsFolder reports whether path, or what a link there leads to, is a folder.
func IsFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Executable reports whether a path leads to a regular file that some user may execute.
func Executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// SameFile reports whether two paths lead to one file. It is false if either leads nowhere.
func SameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// Accessible returns why this user may not read and write a file, or a folder and look into it; nil if it may (access(2)).
func Accessible(path string, folder bool) error {
	need := uint32(unix.R_OK | unix.W_OK)
	if folder {
		need |= unix.X_OK
	}
	return unix.Access(path, need)
}

// TotalSize formats the size of some files together. One that is not there counts nothing.
func TotalSize(files []string) string {
	var bytes int64
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			bytes += info.Size()
		}
	}
	return human.FormatSize(bytes)
}

// BareExec returns the cause of an error of package exec, without the name of the program.
func BareExec(err error) error {
	if e, ok := errors.AsType[*exec.Error](err); ok {
		return e.Err
	}
	return err
}

// ReadRegular reads a file that is a regular one of bearable size. O_NONBLOCK keeps a named
// pipe from hanging the open.
func ReadRegular(path string, flags int) ([]byte, fs.FileInfo, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|flags, 0)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, nil, err
	case !info.Mode().IsRegular():
		return nil, nil, fmt.Errorf("%s is not a file", path)
	case info.Size() > settingsSize:
		return nil, nil, fmt.Errorf("%s is larger than 1 MiB", path)
	}
	text, err := io.ReadAll(file)
	return text, info, err
}

// errNoUserHome is userHome's error where HOME is not set.
var errNoUserHome = errors.New("HOME is not set, so your home is not known")

// UserHome returns the user's own home folder, an absolute path that need not exist. Its error
// is a sentence for people.
func UserHome() (string, error) {
	home, err := os.UserHomeDir()
	switch {
	case err != nil:
		return "", errNoUserHome
	case !filepath.IsAbs(home):
		return "", fmt.Errorf("HOME is %q, which is no absolute path, so your home is not known", home)
	}
	return home, nil
}

// settingsSize, in bytes, bounds a file of settings that is read.
const settingsSize = 1 << 20
