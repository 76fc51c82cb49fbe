package doctor

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/probes/host"
	"github.com/stigmer/local/statefile"
)

// checkHome checks the home itself, and says whether there is one to examine.
func checkHome(path string) (report CheckReport, there bool) {
	const name = "home"
	home, there, err := statefile.FindHome(path)
	loose, isLoose := errors.AsType[statefile.LooseHomeError](err)
	switch {
	case isLoose && !ownFolder(loose.Path):
		return fail(name, anotherHome, "others could plant files in it, and it is not a home's alone, so it is left as it is: %v", err), false
	case isLoose:
		return fail(name, "look what others have put there, then: chmod 0700 "+human.ShellWord(loose.Path),
			"others could plant files in it: %v", err).mendedBy(chmodRepair(loose.Path, 0o700)), false
	case err != nil:
		problem := cli.SystemProblem(err, "")
		return fail(name, problem.Try, "%v", err), false
	case !there:
		return checkPlace(path), false
	}
	if err := unix.Access(string(home), unix.R_OK|unix.X_OK); err != nil {
		return fail(name, cmp.Or(cli.OpenFolder(), "look at it again"), "%s cannot be looked into by its own user, so nothing in it was: %v", home, err), false
	}
	if err := home.CheckLinks(); err != nil {
		return fail(name, cli.SystemProblem(err, "").Try, "%v", err), true
	}
	info, err := os.Stat(string(home))
	if err != nil {
		return fail(name, "look at it again", "%v", err), false
	}
	switch mode := info.Mode().Perm(); {
	case mode&0o077 != 0 && !ownFolder(string(home)):
		return fail(name, anotherHome, "%s can be read by others (mode %04o), and is not a home's alone", home, mode), true
	case mode&0o077 != 0:
		return fail(name, "chmod 0700 "+human.ShellWord(string(home)), "%s can be read by others (mode %04o)", home, mode).
			mendedBy(chmodRepair(string(home), 0o700)), true
	}
	return pass(name, "%s, mode %04o%s", home, info.Mode().Perm(), cli.Behind("; ", cli.RelativeHome(string(home)))), true
}

// anotherHome is the advice where a folder is not for stigmer to change.
const anotherHome = "a folder of its own: STIGMER_HOME=DIR"

// checkPlace checks whether a home that is not there can be made.
func checkPlace(path string) CheckReport {
	const name = "home"
	if home := statefile.Gone(path); evidence.HasServerWithoutHome(home) {
		return fail(name, "stigmer local stop, which ends it", "%s was deleted, and its Temporal runs on", home)
	}
	above, err := filepath.Abs(path)
	for err == nil && !cli.Exists(above) {
		above = filepath.Dir(above)
	}
	if err = errors.Join(err, host.Writable(above)); err != nil {
		return fail(name, anotherHome+", or look at the owner and the mode of "+human.ShellWord(above), "%s is not there and cannot be made: %v", path, err)
	}
	return pass(name, "%s is not there yet; the first start makes it%s", path, cli.Behind("; ", cli.RelativeHome(path)))
}

// ownFolder reports whether a folder is a home's alone as far as can be seen, so that it may be
// closed to others: a folder to which other users have access, or which has other things than a
// home's, has another purpose.
func ownFolder(path string) bool {
	info, err := os.Stat(path)
	entries, failed := os.ReadDir(path)
	if err != nil || failed != nil || info.Mode()&fs.ModeSticky != 0 {
		return false
	}
	home := statefile.Home(path)
	ours := len(entries) == 0 || cli.Exists(home.SupervisorLock()) || cli.Exists(home.State())
	for _, entry := range entries {
		info, err := entry.Info()
		ours = ours && err == nil && int(info.Sys().(*syscall.Stat_t).Uid) == os.Geteuid() &&
			(filepath.Base(path) == cli.DefaultHomeName || isHomeName(home, entry.Name()))
	}
	return ours
}

// isHomeName reports whether a name, directly in a home, is one that stigmer local or the
// Stigmer CLI gives. Any other is the user's: a project's folder may be a home as well.
func isHomeName(home statefile.Home, name string) bool {
	own := []string{config.FileName, config.CliName, "bin"}
	for _, path := range []string{home.Logs(), filepath.Dir(home.DB())} {
		own = append(own, filepath.Base(path))
	}
	return slices.Contains(own, name) || isOwnFile(name)
}

// isOwnFile reports whether a file in a home or in its logs has a name of ours, with
// whatever stands behind it in a file that is rotated, set aside or being written.
func isOwnFile(name string) bool {
	return strings.HasPrefix(name, "temporal.") || strings.HasPrefix(name, "supervisor.")
}

// checkPrivate checks the files in the home: each is its owner's alone. Of the
// programs in bin and of the settings it is only the right to write that matters.
func checkPrivate(home statefile.Home) CheckReport {
	const name = "permissions"
	var open, foreign []string
	var repairs []repair
	for path, forbidden := range privateFiles(home) {
		info, err := os.Lstat(path)
		if err != nil || info.Mode()&fs.ModeSymlink != 0 {
			continue // a link has no rights of its own, and what it leads to may be another's
		}
		if filepath.Base(path) == config.CliName {
			continue // another program's
		}
		if int(info.Sys().(*syscall.Stat_t).Uid) != os.Geteuid() {
			foreign = append(foreign, path)
			continue
		}
		if filepath.Base(path) == config.FileName && !config.OpenToOthers(path, info) {
			continue // a group's right that lets in no other user: start reads it
		}
		if mode := info.Mode().Perm(); mode&forbidden != 0 {
			open = append(open, fmt.Sprintf("%s (%04o)", path, mode))
			repairs = append(repairs, chmodRepair(path, mode&^forbidden))
		}
	}
	switch {
	case len(foreign) > 0:
		return fail(name, "chown them, or another home: STIGMER_HOME=DIR", "another user's: %s", strings.Join(foreign, ", ")).mendedBy(repairs...)
	case len(open) > 0:
		return fail(name, "chmod go-rwx on them", "open to others: %s", strings.Join(open, ", ")).mendedBy(repairs...)
	}
	return pass(name, "nothing in it is open to others")
}

// checkFiles checks whether each name that is there is what it must be, and this user's to
// write: a start finds it out one by one.
func checkFiles(home statefile.Home, db string) CheckReport {
	const name = "files"
	folders := []string{home.Logs(), filepath.Dir(home.DB())}
	files := []string{home.Lock(), home.SupervisorLock(), home.State(), home.PID(), home.Request(), home.Log(), home.SupervisorLog(), home.Output()}
	if db != "" {
		files = append(files, db+".lock") // the database itself has its own check
	}
	for i, path := range append(folders, files...) {
		info, err := os.Stat(path)
		wanted, is := "file", err == nil && info.Mode().IsRegular()
		if i < len(folders) {
			wanted, is = "folder", err == nil && info.IsDir()
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return fail(name, "look at its owner and the modes of the folders above it", "%v", err)
		case !is:
			return fail(name, inspect.MoveAway(path), "%s is not a %s", path, wanted)
		}
		if err := cli.Accessible(path, info.IsDir()); errors.Is(err, unix.EROFS) {
			return fail(name, "mount its file system writable", "%s cannot be written: %v", path, err)
		} else if err != nil {
			return fail(name, "chmod u+rwX "+human.ShellWord(path)+", or look at its owner", "%s cannot be read and written: %v", path, err)
		}
	}
	return pass(name, "what is there is what it must be, and can be written")
}

// privateFiles yields what is stigmer's in a home, in order, with the rights to it that only
// its owner may have. Other things there have the rights that the user gave them.
func privateFiles(home statefile.Home) func(yield func(string, fs.FileMode) bool) {
	own := ownFolder(string(home))
	return func(yield func(string, fs.FileMode) bool) {
		for _, folder := range []string{"", filepath.Base(home.Logs()), filepath.Base(filepath.Dir(home.DB())), "bin"} {
			path := filepath.Join(string(home), folder)
			forbidden := fs.FileMode(0o077)
			if !own {
				forbidden = 0 // a project has its own bin and logs
			}
			if folder != "" && !yield(path, forbidden) {
				return
			}
			entries, _ := os.ReadDir(path) // one that is not there has nothing in it
			for _, entry := range entries {
				file, forbidden := filepath.Join(path, entry.Name()), fs.FileMode(0o077)
				if folder == "bin" || entry.Name() == config.FileName {
					forbidden = 0o022
				}
				known := own || isOwnFile(entry.Name()) || entry.Name() == config.FileName || file == home.Bin()
				if known && !entry.IsDir() && !yield(file, forbidden) {
					return
				}
			}
		}
	}
}

// chmodRepair takes rights away by the open file, so that a link that is put in
// its place meanwhile leads nowhere.
func chmodRepair(path string, mode fs.FileMode) repair {
	return repair{
		act: fmt.Sprintf("chmod %04o %s", mode, human.ShellWord(path)),
		do: func() error {
			file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
			if err != nil {
				return err
			}
			defer file.Close()
			return file.Chmod(mode)
		},
	}
}
