//go:build !blunt

package proc

import (
	"os"
	"strconv"
)

// Check returns ErrNoProcFS or an IdentityError where processes cannot be identified, nil
// elsewhere. A /proc that was mounted in another PID namespace shows this process under
// the number that it has there (proc_pid(5)), and other processes under those that are known
// here. What can be read of this process can be read of those that it starts.
func Check() error {
	if self, err := os.Readlink("/proc/self"); err != nil || self != strconv.Itoa(os.Getpid()) {
		return ErrNoProcFS
	}
	if _, err := identifyAny(os.Getpid()); err != nil {
		return IdentityError{err}
	}
	all, err := os.Open("/proc")
	if err != nil {
		return IdentityError{err}
	}
	defer all.Close()
	if _, err := all.Readdirnames(1); err != nil {
		return IdentityError{err}
	}
	return nil
}
