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
	case OpenToOthers(path, info.Mode()):
		p.What = fmt.Sprintf("%s can be written by others than its owner (mode %04o)", path, info.Mode().Perm())
		p.Try = "chmod go-w " + human.ShellWord(path)
	default:
		return nil
	}
	return p
}

// OpenToOthers reports whether others may write to a file. The group's right,
// which many systems give by default, means nothing in a folder that only its
// owner may enter.
func OpenToOthers(path string, mode fs.FileMode) bool {
	if mode.Perm()&0o022 == 0 {
		return false
	}
	itself, err := os.Lstat(path)
	folder, err2 := os.Stat(filepath.Dir(path))
	closed := err == nil && err2 == nil && itself.Mode().IsRegular() && folder.Mode().Perm()&0o077 == 0
	return mode.Perm()&0o002 != 0 || !closed
}

// ownFileSettings are settings that a file which others can write to may not have, beside all that name
// a path or a URL: others could have a program run, or a file or a variable of this user read,
// overwritten or sent. A pragma reaches SQLite as SQL, which attaches and writes any file.
var ownFileSettings = []string{PassEnvFlag, "temporal-arg", pragmaSetting}

// needsOwnFile reports whether a setting counts only in a file that others cannot write to.
func needsOwnFile(f *pflag.Flag) bool {
	return slices.Contains([]string{cli.PathType, "url", "URL"}, f.Value.Type()) || slices.Contains(ownFileSettings, f.Name)
}

// OwnFileSettings names the settings that count only in a file that others cannot write to.
func OwnFileSettings() (names []string) {
	knownFlags().VisitAll(func(f *pflag.Flag) {
		if needsOwnFile(f) {
			names = append(names, f.Name)
		}
	})
	return names
}

// exposure is how others than this user could change a file; both are empty if none could.
type exposure struct {
	// why is the end of a sentence about the file, try the command that ends it, if one does.
	why, try string
}

// exposureOf looks at a file that may lie anywhere: at itself, and at each folder through which it is
// reached, since who can write to one of them can put another file in its place.
func exposureOf(path string, info fs.FileInfo) exposure {
	if why := openedBy(info); why != "" {
		e := exposure{why: "it " + why}
		if !foreign(info) {
			e.try = "chmod go-w " + human.ShellWord(path)
		}
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
				return exposure{why: fmt.Sprintf("its folder cannot be looked at: %v", err)}
			}
			if why := openedBy(info); why != "" {
				e := exposure{why: fmt.Sprintf("its folder %s %s", folder, why)}
				if !foreign(info) {
					e.try = "chmod go-w " + human.ShellWord(folder)
				}
				return e
			}
			if folder == filepath.Dir(folder) {
				break
			}
		}
	}
	return exposure{}
}

// openedBy says which right others have to a file or folder, empty for none. A folder with the sticky
// bit lets others make files, and not replace them. The group that has a user's own number is that
// user's alone (useradd(8), USERGROUPS_ENAB), and with it go a umask of 002 and files of mode 0664.
func openedBy(info fs.FileInfo) string {
	stat := info.Sys().(*syscall.Stat_t)
	mode := info.Mode()
	byGroup := mode&0o020 != 0 && (stat.Gid == 0 || stat.Gid != stat.Uid)
	switch {
	case foreign(info):
		return fmt.Sprintf("belongs to another user (uid %d)", stat.Uid)
	case mode.IsDir() && mode&fs.ModeSticky != 0:
		return ""
	case mode&0o002 != 0 || byGroup:
		return fmt.Sprintf("can be written by others than its owner (mode %04o)", mode.Perm())
	}
	return ""
}

// foreign reports whether a file belongs to another user, who is not root.
func foreign(info fs.FileInfo) bool {
	uid := int(info.Sys().(*syscall.Stat_t).Uid)
	return uid != 0 && uid != os.Geteuid()
}
