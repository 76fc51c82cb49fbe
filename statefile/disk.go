package statefile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/google/renameio/v2"
)

// replace puts data at path by temporary file, fsync and rename: a reader finds
// the old file or the new one. The rename takes the place of a symlink, it does
// not follow it. The folder is not synced: see SyncFolder.
func replace(path string, data []byte) (Stamp, error) {
	return pend(path, data, func(pending *renameio.PendingFile) error {
		if err := UnlessUnsyncable(pending.Sync()); err != nil {
			return err
		}
		return closeAndRename(pending, path)
	})
}

// put is replace without any fsync: the new file is there for every process at
// once, and a process that is killed loses nothing of it, but a power cut may.
func put(path string, data []byte) (Stamp, error) {
	return pend(path, data, func(pending *renameio.PendingFile) error { return closeAndRename(pending, path) })
}

// closeAndRename closes a pending file without a sync, and gives it its name.
func closeAndRename(pending *renameio.PendingFile, path string) error {
	if err := pending.File.Close(); err != nil {
		return err
	}
	return os.Rename(pending.Name(), path)
}

// UnlessUnsyncable returns the error of an fsync, and nil if the file system or a sandbox has
// no fsync (EINVAL, ENOTSUP, ENOSYS): then nothing more can be done. Any other error means
// that data may be lost.
func UnlessUnsyncable(err error) error {
	for _, none := range []error{syscall.EINVAL, syscall.ENOTSUP, syscall.ENOSYS} {
		if errors.Is(err, none) {
			return nil
		}
	}
	return err
}

// pend writes a temporary file and lets finish put it in its place. It lies in the
// same folder (renameio would else try $TMPDIR) and is removed on an error. The stamp is
// the file's before any other process could see it.
func pend(path string, data []byte, finish func(*renameio.PendingFile) error) (Stamp, error) {
	pending, err := renameio.NewPendingFile(path,
		renameio.WithTempDir(filepath.Dir(path)),
		renameio.WithStaticPermissions(0o600))
	if err != nil {
		return Stamp{}, bare(err)
	}
	var info fs.FileInfo
	_, err = pending.Write(data)
	if err == nil {
		ownTime(pending.Name())
		info, err = pending.Stat()
	}
	if err == nil {
		err = finish(pending)
	}
	if err != nil {
		undone := pending.Cleanup()
		if errors.Is(undone, fs.ErrClosed) {
			undone = nil // the temporary file is removed all the same
		}
		return Stamp{}, errors.Join(bare(err), undone)
	}
	return stampOf(info), nil
}

// ownTime sets the modification time of a file to the nanosecond of now. The kernel's own is
// that of the last clock tick, up to 10 ms ago (Linux before 6.13: current_time, fs/inode.c),
// and ext4 gives the inode number of a file that was replaced to the next one: a record and
// the second one after it could have the same Stamp. A file system that has no such call
// keeps the kernel's time, and the save is as good.
func ownTime(path string) {
	now := time.Now()
	os.Chtimes(path, now, now)
}

// SyncFolder makes renames in a folder survive a power cut: fsync of a file says
// nothing of the folder entry that names it (fsync(2)). File systems that cannot
// sync a folder answer EINVAL or ENOTSUP; there is nothing more to be done on them.
func SyncFolder(folder string) error {
	dir, err := os.Open(folder)
	if err != nil {
		return bare(err)
	}
	return errors.Join(syncOpenFolder(dir), dir.Close())
}

func syncOpenFolder(folder *os.File) error { return bare(UnlessUnsyncable(folder.Sync())) }

// bare takes off the operation and path that package os puts on an error: ours
// name the file that was meant, not its temporary one.
func bare(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	if link, ok := errors.AsType[*os.LinkError](err); ok {
		return link.Err
	}
	return err
}

// slurp reads a regular file of at most sizeLimit bytes. O_NOFOLLOW refuses a
// symlink as the last element; O_NONBLOCK keeps a named pipe without a writer
// from blocking the open, and changes nothing for a regular file.
func slurp(path string) ([]byte, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, because(path, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, bare(err)
	}
	if !info.Mode().IsRegular() {
		return nil, irregular(path, info.Mode())
	}
	data, err := io.ReadAll(io.LimitReader(file, sizeLimit+1))
	if err != nil {
		return nil, bare(err)
	}
	if len(data) > sizeLimit {
		return nil, CorruptError{Reason: "larger than 4 MiB"}
	}
	return data, nil
}

// because examines what stands at path when open refused it: the error numbers
// for a symlink (ELOOP) and a socket (ENXIO, on macOS EOPNOTSUPP) can mean other
// things as well.
func because(path string, err error) error {
	info, look := os.Lstat(path)
	if look != nil || info.Mode().IsRegular() {
		return bare(err)
	}
	return irregular(path, info.Mode())
}

func irregular(path string, mode fs.FileMode) error {
	switch mode.Type() {
	case fs.ModeSymlink:
		return SymlinkError{Path: path}
	case fs.ModeDir:
		return CorruptError{Reason: "a folder, not a file"}
	case fs.ModeNamedPipe:
		return CorruptError{Reason: "a named pipe, not a file"}
	case fs.ModeSocket:
		return CorruptError{Reason: "a socket, not a file"}
	}
	return CorruptError{Reason: fmt.Sprintf("not a file (%s)", mode.Type())}
}
