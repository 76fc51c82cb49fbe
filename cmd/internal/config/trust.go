package config

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/spf13/pflag"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
)

// readText reads a file by which programs are started, and returns why it is not trusted, nil if
// only its owner can have written it. A link is followed: what counts is which users can write
// to the file that it leads to.
func readText(path string) (text []byte, distrusted *cli.Problem, err error) {
	text, info, err := cli.ReadRegular(path, 0)
	if err != nil {
		return nil, nil, err
	}
	return text, distrust(path, info), nil
}

// distrust returns why a settings file is not trusted, nil if it is: others than its owner
// could have written it.
func distrust(path string, info fs.FileInfo) *cli.Problem {
	p := &cli.Problem{Means: "others could choose what is started, so it was not read; nothing was changed", Exit: cli.ExitPermission}
	switch uid := int(info.Sys().(*syscall.Stat_t).Uid); {
	case uid != 0 && uid != os.Geteuid():
		p.What = fmt.Sprintf("%s belongs to another user (uid %d)", path, uid)
		p.Try = fmt.Sprintf("remove it: rm %s; or keep it, as root: chown %d %[1]s", human.ShellWord(path), os.Geteuid())
	case OpenToOthers(path, info):
		p.What = fmt.Sprintf("%s can be written by others than its owner (mode %04o)", path, info.Mode().Perm())
		p.Try = "chmod go-w " + human.ShellWord(path)
	default:
		return nil
	}
	return p
}

// OpenToOthers reports whether others than its owner may write to a file, which path leads to. The right of a group that
// is not the user's own, which many systems give by default, means nothing in a folder that only its owner may enter. The
// right of all users does not count less there: no system gives it by default.
func OpenToOthers(path string, info fs.FileInfo) bool {
	_, open := openTo(info, os.Geteuid())
	if !open || info.Mode()&0o002 != 0 {
		return open
	}
	itself, err := os.Lstat(path)
	folder, err2 := os.Stat(filepath.Dir(path))
	closed := err == nil && err2 == nil && itself.Mode().IsRegular() && folder.Mode().Perm()&0o077 == 0
	return !closed
}

// ownFileSettings are settings that a file which others can write to may not have, beside all that name
// a path or a URL: others could have a program run, or a file or a variable of this user read,
// overwritten or sent. Temporal has SQLite run a pragma as SQL.
var ownFileSettings = []string{PassEnvFlag, "temporal-arg", pragmaSetting}

// needsOwnFile reports whether a setting counts only in a file that others cannot write to.
func needsOwnFile(f *pflag.Flag) bool {
	return slices.Contains([]string{cli.PathType, "url", "URL"}, f.Value.Type()) || slices.Contains(ownFileSettings, f.Name)
}

// exposure is how others than this user could change a file; both are empty if none could.
type exposure struct {
	// why is the end of a sentence about the file, try the command that ends it, if one does.
	why, try string
}

// exposureOf looks at a file that may lie anywhere: at itself, and at each folder through which it is
// reached, since another file can be put in its place in any of them.
func exposureOf(path string, info fs.FileInfo) exposure {
	if e := exposureBy("this one", path, info); e.why != "" {
		return e
	}
	ways := []string{path}
	if real, err := filepath.EvalSymlinks(path); err == nil && real != path {
		ways = append(ways, real)
	}
	for _, way := range ways {
		for folder := filepath.Dir(way); ; folder = filepath.Dir(folder) {
			info, err := os.Stat(folder)
			if err != nil {
				return exposure{why: fmt.Sprintf("a folder above it cannot be looked at: %v", err)}
			}
			if e := exposureBy("the folder "+folder+" above it", folder, info); e.why != "" {
				return e
			}
			if folder == filepath.Dir(folder) {
				break
			}
		}
	}
	return exposure{}
}

// exposureBy says what others may do to one file or folder, which is called name in the sentence.
func exposureBy(name, path string, info fs.FileInfo) exposure {
	foreign, open := openTo(info, os.Geteuid())
	if !info.IsDir() {
		open = OpenToOthers(path, info)
	}
	switch {
	case foreign:
		return exposure{why: fmt.Sprintf("%s belongs to another user (uid %d)", name, info.Sys().(*syscall.Stat_t).Uid)}
	case open:
		return exposure{
			fmt.Sprintf("%s can be written by others than its owner (mode %04o)", name, info.Mode().Perm()),
			"chmod go-w " + human.ShellWord(path),
		}
	}
	return exposure{}
}

// openTo reports whether a file or folder belongs to another user than this one and root, and whether others may
// write to it. In a folder with the sticky bit others can make files, and replace none. The group
// that has a user's own number is that user's alone (useradd(8), USERGROUPS_ENAB); where it is used, the umask
// is 002, and what git makes has mode 0664.
func openTo(info fs.FileInfo, user int) (foreign, open bool) {
	stat, mode := info.Sys().(*syscall.Stat_t), info.Mode()
	own := stat.Gid != 0 && stat.Gid == stat.Uid
	foreign = stat.Uid != 0 && int(stat.Uid) != user
	open = mode&0o002 != 0 || mode&0o020 != 0 && !own
	return foreign, open && mode&(fs.ModeDir|fs.ModeSticky) != fs.ModeDir|fs.ModeSticky
}
