package cli

import (
	"cmp"
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"

	"github.com/stigmer/local/actions/cause"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
	"golang.org/x/sys/unix"
)

// SystemProblem puts an error of the system, or of a file that is not as it
// should be, into words.
func SystemProblem(err error, did string) *Problem {
	p := &Problem{What: err.Error(), Means: did, Try: "stigmer local state --explain, or another home: STIGMER_HOME=DIR", Exit: ExitFailed}
	says := func(exit int, means, try string) { p.Exit, p.Means, p.Try = exit, means+"; "+did, try }
	lock, isLock := errors.AsType[lockfile.NotFileError](err)
	switch {
	case isA[proc.IdentityError](err):
		lack, _ := LackOf(cause.Of(err))
		says(ExitFailed, "without it no process can be identified", cmp.Or(lack.Try, p.Try))
	case errors.Is(err, proc.ErrNoProcFS):
		says(ExitFailed, "without it no process can be identified", "mount it: mount -t proc proc /proc")
	case errors.Is(err, ErrHidden):
		p.Try = TryHidden
	case isA[statefile.NewerError](err):
		p.Means = "the record was written by a newer stigmer; it was not changed"
		p.Try = "use that newer stigmer, or another home: STIGMER_HOME=DIR"
	case isLock:
		p.Means = "a lock must be a regular file; this was neither followed nor changed, and " + did
		p.Try = "move it away: mv " + lock.Path + " " + lock.Path + ".old"
	case isA[statefile.NotFolderError](err):
		says(ExitFailed, "the home and what is in it must be folders, or not be there yet", "another home: STIGMER_HOME=DIR")
	case isA[statefile.ForeignHomeError](err):
		says(ExitPermission, "a home, and where its links lead, belongs to one user", "run it as the owner, or use another home: STIGMER_HOME=DIR")
	case isA[statefile.LooseHomeError](err):
		says(ExitPermission, "others could plant files there", "chmod go-w on the folder, or another home: STIGMER_HOME=DIR")
	case errors.Is(err, syscall.EFBIG):
		says(ExitFailed, "files may not grow beyond a limit of this shell or service (RLIMIT_FSIZE), or of the file system", "raise it: ulimit -f unlimited")
	case errors.Is(err, syscall.ENOLCK), errors.Is(err, syscall.ENOSYS), errors.Is(err, syscall.EOPNOTSUPP):
		says(ExitFailed, "the file system of the home, or a sandbox, does not have what a home needs, such as locks", "a home on a local disk: STIGMER_HOME=DIR")
	case errors.Is(err, fs.ErrPermission):
		says(ExitPermission, "this user may not", TryOwner())
	default:
		if lack, ok := LackOf(cause.Of(err)); ok {
			says(ExitFailed, lack.Means, lack.Try)
		}
	}
	return p
}

func isA[T error](err error) bool {
	_, is := errors.AsType[T](err)
	return is
}

// TryOwner says what helps where this user may not open a file that an error names.
func TryOwner() string {
	if path, err := HomePath(); err == nil {
		// A user without a name often has / for a home folder, in which only root may make one.
		if _, there, err := statefile.FindHome(path); err == nil && !there {
			return "another home, in a folder that this user may write to: STIGMER_HOME=DIR"
		}
	}
	return cmp.Or(OpenFolder(), "look at the owner and mode of the path that is named")
}

// OpenFolder says how the home, or a folder in it, that is closed to its own user is
// opened again, empty if none is: an error names the file in it that was wanted.
func OpenFolder() string {
	path, err := HomePath()
	if err != nil {
		return ""
	}
	home, there, err := statefile.FindHome(path)
	if err != nil || !there {
		return ""
	}
	for _, folder := range []string{string(home), home.Logs(), filepath.Dir(home.DB())} {
		if Accessible(folder, true) == unix.EACCES {
			return "open it to yourself again: chmod 0700 " + human.ShellWord(folder)
		}
	}
	return ""
}

// ErrHidden is the trouble of a home that a container has used, or still uses.
var ErrHidden = errors.New("the record names processes of another PID namespace (a container), which cannot be seen from here")

// TryHidden is what helps then.
const TryHidden = "the same command in that container; if it has ended, stigmer local start or stop go on from the record"
