package actions

import (
	"os"
	"strings"
	"testing"

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
		check(t, os.MkdirAll(path, 0o700))
		return path + "/" + strings.Repeat("z", n-len(path)-1)
	}
	check(t, Unfit(long(longestDatabase)))
	is(t, "longer", CodeOf(Unfit(long(longestDatabase+1))), fsm.CodeDatabasePath)
	has(t, Unfit(dir+"/\xff.db").Error(), "not UTF-8", `\xff.db`)
	check(t, os.Symlink(long(longestDatabase+1), dir+"/short"))
	has(t, Unfit(dir+"/short").Error(), "too long")
	if err := DatabaseName(dir + "/\xff/db"); err == nil {
		t.Error("a relative name in such a folder is taken")
	}
	check(t, Unfit(dir+"/none/db"))
	if os.Geteuid() == 0 {
		return // may write everywhere
	}
	check(t, os.Mkdir(dir+"/closed", 0o500))
	is(t, "in a closed folder", CodeOf(Unfit(dir+"/closed/db")), fsm.CodeDatabaseFolderClosed)
}
