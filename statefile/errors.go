package statefile

import (
	"errors"
	"fmt"
	"io/fs"
)

// NotFolderError says that the path of a home, or of a folder in it, names something that is not a folder.
type NotFolderError struct {
	Path string
	// Dangling says that it is a symlink to nothing.
	Dangling bool
}

func (e NotFolderError) Error() string {
	if e.Dangling {
		return fmt.Sprintf("%s: a symlink to nothing", e.Path)
	}
	return fmt.Sprintf("%s: not a folder", e.Path)
}

// ForeignHomeError says that a home, or where a link in it leads, belongs to another user.
type ForeignHomeError struct {
	Path string
	// UID is the owner's.
	UID int
}

func (e ForeignHomeError) Error() string {
	return fmt.Sprintf("%s: belongs to another user (uid %d)", e.Path, e.UID)
}

// LooseHomeError says that others than its owner can write to a home, or to where
// a link in it leads.
type LooseHomeError struct {
	Path string
	// Mode has the permission bits only.
	Mode fs.FileMode
}

func (e LooseHomeError) Error() string {
	return fmt.Sprintf("%s: writable by others than its owner (mode %04o)", e.Path, e.Mode)
}

// SymlinkError says that a symlink stands where one of our files belongs. It was
// not followed.
type SymlinkError struct {
	Path string
}

func (e SymlinkError) Error() string { return "a symlink, which is not followed" }

// CorruptError says that a file is there but is not what it should be.
type CorruptError struct {
	// Reason says in a few words what is wrong with it.
	Reason string
}

func (e CorruptError) Error() string { return "damaged: " + e.Reason }

// NewerError says that a file was written by a later version of this program,
// which may mean things by it that this one does not know.
type NewerError struct {
	// Schema is the file's; ours is the constant Schema.
	Schema int
}

func (e NewerError) Error() string {
	return fmt.Sprintf("schema %d is newer than %d, the latest that this version knows", e.Schema, Schema)
}

// Damaged reports whether an error of Load says that what stands in the record's place is no
// record: its writer sets it aside.
func Damaged(err error) bool {
	_, corrupt := errors.AsType[CorruptError](err)
	_, link := errors.AsType[SymlinkError](err)
	return corrupt || link
}
