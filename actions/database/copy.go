package database

import (
	"errors"
	"io"
	"os"

	"github.com/stigmer/local/statefile"
)

// copyFile copies a file under a new name, with mode 0600, and returns when the copy would
// survive a power cut.
func copyFile(from, to string) error { return copyFileBy(clone, from, to) }

// copyFileBy clones where the file system can: a clone shares the blocks of the first file
// until either of both changes, and is made at once however large it is. Everything that
// keeps a clone from being made is left to the copy to report.
func copyFileBy(clone func(from, to string) error, from, to string) error {
	if clone(from, to) != nil {
		if err := copyContent(from, to); err != nil {
			return err
		}
	}
	file, err := os.Open(to)
	if err != nil {
		return err
	}
	// A clone has the mode of what it was made from.
	return errors.Join(file.Chmod(0o600), statefile.UnlessUnsyncable(file.Sync()), file.Close())
}

func copyContent(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	if closed := target.Close(); err == nil {
		err = closed
	}
	return err
}
