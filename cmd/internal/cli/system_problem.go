package cli

import (
	"cmp"
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
	"golang.org/x/sys/unix"
)

// SystemProblem puts an error of the system, or of a file that is not as it
// should be, into words.
func SystemProblem(err error, did string) *Problem {
	var newer statefile.NewerError
	var loose statefile.LooseHomeError
	var foreign statefile.ForeignHomeError
	var folder statefile.NotFolderError
	var lock actions.NotLockError
	var unidentified probes.IdentityError
	p := &Problem{What: err.Error(), Means: did, Try: "stigmer local state --explain, or another home: STIGMER_HOME=DIR", Exit: ExitFailed}
	switch {
	case errors.As(err, &unidentified):
		p.Means = "without it no process can be identified; " + did
		if lack, ok := LackOf(actions.CodeOf(err)); ok {
			p.Try = lack.Try
		}
	case errors.Is(err, probes.ErrNoProc):
		p.Means = "without it no process can be identified; " + did
		p.Try = "mount it: mount -t proc proc /proc"
	case errors.Is(err, ErrHidden):
		p.Try = TryHidden
	case errors.As(err, &newer):
		p.Means = "the record was written by a newer stigmer; it was not changed"
		p.Try = "use that newer stigmer, or another home: STIGMER_HOME=DIR"
	case errors.As(err, &lock):
		p.Means = "a lock must be a regular file; this was neither followed nor changed, and " + did
		p.Try = "move it away: mv " + lock.Path + " " + lock.Path + ".old"
	case errors.As(err, &folder):
		p.Means = "the home and what is in it must be folders, or not be there yet; " + did
		p.Try = "another home: STIGMER_HOME=DIR"
	case errors.As(err, &foreign):
		p.Exit = ExitPermission
		p.Means = "a home, and where its links lead, belongs to one user; " + did
		p.Try = "run it as the owner, or use another home: STIGMER_HOME=DIR"
	case errors.As(err, &loose):
		p.Exit = ExitPermission
		p.Means = "others could plant files there; " + did
		p.Try = "chmod go-w on the folder, or another home: STIGMER_HOME=DIR"
	default:
		fileSystemProblem(p, err, did)
	}
	return p
}

// fileSystemProblem is systemProblem for an error number of the home's file system.
func fileSystemProblem(p *Problem, err error, did string) {
	switch {
	case errors.Is(err, syscall.EFBIG):
		p.Means = "files may not grow beyond a limit of this shell or service (RLIMIT_FSIZE), or of the file system; " + did
		p.Try = "raise it: ulimit -f unlimited"
	case errors.Is(err, syscall.ENOLCK), errors.Is(err, syscall.ENOSYS), errors.Is(err, syscall.EOPNOTSUPP):
		p.Means = "the file system of the home, or a sandbox, does not have what a home needs, such as locks; " + did
		p.Try = "a home on a local disk: STIGMER_HOME=DIR"
	case errors.Is(err, fs.ErrPermission):
		p.Exit = ExitPermission
		p.Means = "this user may not; " + did
		p.Try = TryOwner()
	default:
		if lack, ok := LackOf(actions.CodeOf(err)); ok {
			p.Means, p.Try = lack.Means+"; "+did, lack.Try
		}
	}
}

// TryOwner says what helps where this user may not open a file that an error names.
func TryOwner() string {
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
