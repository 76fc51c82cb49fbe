package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/google/renameio/v2"
)

// ReadOwn reads a regular file; one that is not there is empty.
func ReadOwn(path string) ([]byte, error) {
	text, _, err := ReadRegular(path, syscall.O_NOFOLLOW)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

// PutOwn replaces a file in one step, and makes its folders, for their owner alone:
// a profile may hold API keys.
func PutOwn(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	// Not WriteFile: it keeps the mode of a file that is there.
	pending, err := renameio.NewPendingFile(path, renameio.WithTempDir(filepath.Dir(path)), renameio.WithStaticPermissions(0o600))
	if err != nil {
		return err
	}
	defer pending.Cleanup() // nothing is left to clean after a replacement
	if _, err := pending.Write(text); err != nil {
		return err
	}
	return pending.CloseAtomicallyReplace()
}
