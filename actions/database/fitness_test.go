package database

import (
	"os"
	"strings"
	"testing"

	"github.com/stigmer/local/actions/cause"
	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/fsm"
)

// A path that the system takes and Temporal does not is refused, whether a file is there or
// not; so are a folder without room for a journal, and a file that nothing may write.
func TestUnfit(t *testing.T) {
	dir := t.TempDir()
	long := func(n int) string {
		path := dir
		for n-len(path) > 300 {
			path += "/" + strings.Repeat("d", 100)
		}
		stage.Check(t, os.MkdirAll(path, 0o700))
		return path + "/" + strings.Repeat("z", n-len(path)-1)
	}
	stage.Check(t, Unfit(long(longestPath)))
	stage.Is(t, "longer", cause.Of(Unfit(long(longestPath+1))), fsm.CodeDatabasePath)
	stage.Has(t, Unfit(dir+"/\xff.db").Error(), "not UTF-8", `\xff.db`)
	stage.Check(t, os.Symlink(long(longestPath+1), dir+"/short"))
	stage.Has(t, Unfit(dir+"/short").Error(), "too long")
	if err := launch.CheckDatabaseName(dir + "/\xff/db"); err == nil {
		t.Error("a relative name in such a folder is taken")
	}
	stage.Check(t, Unfit(dir+"/none/db"))
	if os.Geteuid() == 0 {
		return // may write everywhere
	}
	stage.Check(t, os.Mkdir(dir+"/closed", 0o500))
	stage.Is(t, "in a closed folder", cause.Of(Unfit(dir+"/closed/db")), fsm.CodeDatabaseFolderClosed)
}
