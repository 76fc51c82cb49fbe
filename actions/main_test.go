package actions

import (
	"errors"
	"os"
	"testing"

	"github.com/stigmer/local/statefile"
)

func TestMain(m *testing.M) {
	os.Exit(Main(m, Commands{
		"wait": AcquireWait, // the answer comes when the lock does
		"inherited": func(home string) (*os.File, error) {
			lock, err := Inherited(statefile.Home(home))
			if err == nil && !closesOnExec(inheritedLock) {
				err = errors.New("it is not close-on-exec")
			}
			return lock, err
		},
	}))
}
