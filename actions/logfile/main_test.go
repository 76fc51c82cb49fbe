package logfile

import (
	"os"
	"testing"

	"github.com/stigmer/local/actions/internal/stage"
)

func TestMain(m *testing.M) { os.Exit(stage.Main(m, nil)) }
