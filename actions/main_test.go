package actions

import (
	"errors"
	"os"
	"testing"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/statefile"
)

func TestMain(m *testing.M) {
	os.Exit(stage.Main(m, stage.Commands{
		"inherited": func(home string) (*os.File, error) {
			lock, err := Inherited(statefile.Home(home))
			if err == nil && !stage.ClosesOnExec(inheritedLock) {
				err = errors.New("it is not close-on-exec")
			}
			return lock, err
		},
	}))
}
