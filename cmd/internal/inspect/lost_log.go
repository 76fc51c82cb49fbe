package inspect

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/actions/logfile"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// LogRestart is the command that gives a lost log a file at its path again. It first moves
// away what is no regular file there: a log is never opened through a link.
func LogRestart(home statefile.Home) string {
	if path := home.Log(); !mayBeLog(path) {
		return human.ShellLine([]string{"mv", path, path + ".old"}) + " && stigmer local restart"
	}
	return "stigmer local restart"
}

// LogAnew names that command and what it does.
func LogAnew(home statefile.Home) string { return LogRestart(home) + " writes it anew" }

// mayBeLog reports whether a log can be opened at a path, or made there.
func mayBeLog(path string) bool {
	info, err := os.Lstat(path)
	return err != nil || info.Mode().IsRegular()
}

// CheckLogFiles refuses a spawn, or a stop that precedes one, if a log cannot be opened:
// Temporal's, and that of a supervisor in the background.
func CheckLogFiles(home statefile.Home, foreground bool) error {
	paths := []string{home.Log()}
	if !foreground {
		paths = append(paths, home.SupervisorLog())
	}
	for _, path := range paths {
		if !mayBeLog(path) {
			return &cli.Problem{
				What:  path + " is not a file",
				Means: "a log is opened through no link, so Temporal could not be started; nothing was started or stopped",
				Try:   "move it away: " + human.ShellLine([]string{"mv", path, path + ".old"}), Exit: cli.ExitFailed,
			}
		}
	}
	return nil
}

// LostLog says where a running Temporal writes its log if that is not the file at the log's
// path. It is empty if it is, or if nothing runs.
func LostLog(home statefile.Home, temporal, driver fsm.Process) string {
	file, detached := logfile.Detached(home, temporal, driver)
	if !detached {
		return ""
	}
	where := "to a file without a name"
	if !file.Deleted && file.Name != "" {
		where = "to " + file.Name
	}
	return fmt.Sprintf("%s %s while Temporal runs, which writes %s", home.Log(), lossOf(home.Log()), where)
}

// lossOf says what happened to a log's path.
func lossOf(path string) string {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "was deleted or moved"
	case err == nil && info.Mode()&fs.ModeSymlink != 0:
		return "was replaced by a link"
	}
	return "was replaced"
}

// logEvidence is the evidence on logs that are lost or cannot be written. A log that is where
// it should be has none.
func (s *Snapshot) logEvidence() []Evidence {
	var list []Evidence
	if lost := s.LostLog(); lost != "" {
		list = append(list, Evidence{"log", false, lost + ": " + LogAnew(s.Home)})
	}
	if logfile.SupervisorDeleted(s.Home, s.Driver) {
		list = append(list, Evidence{"supervisor's log", false, s.Home.SupervisorLog() + " was deleted; the supervisor makes it anew with its next probe"})
	}
	if logs := s.Home.Logs(); cli.Accessible(logs, true) == unix.EACCES { // a supervisor that cannot open its log begins nothing, and keeps nothing of that
		list = append(list, Evidence{"logs", false, logs + " may not be written to by this user, so nothing can be started"})
	}
	return list
}

// LostLog is the function of that name for what was seen.
func (s *Snapshot) LostLog() string {
	if !s.Running() {
		return ""
	}
	return LostLog(s.Home, s.Evidence.Leader, s.Driver)
}
