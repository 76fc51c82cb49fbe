package actions

import (
	"os"
	"strings"
	"testing"
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
	is(t, "as long as SQLite takes", Unfit(long(longestDatabase)), "")
	has(t, Unfit(long(longestDatabase+1)), TooLong)
	has(t, Unfit(dir+"/\xff.db"), NotUTF8, `\xff.db`)
	check(t, os.Symlink(long(longestDatabase+1), dir+"/short"))
	has(t, Unfit(dir+"/short"), TooLong)
	is(t, "of a folder that is not there", Unfit(dir+"/none/db"), "")
	if os.Geteuid() == 0 {
		return // may write everywhere
	}
	check(t, os.Mkdir(dir+"/closed", 0o500))
	has(t, Unfit(dir+"/closed/db"), ClosedFolder, dir+"/closed")
}
