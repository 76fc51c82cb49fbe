package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

const (
	// logAnew names the one thing that gives a lost log a file at its path again.
	logAnew        = "stigmer local restart writes it anew"
	lostLogWarning = "%s; " + logAnew
)

// lostLog says where a running Temporal writes its log if that is not the file at the log's
// path. It is empty if it is, or if nothing runs.
func lostLog(home statefile.Home, temporal, driver fsm.Process) string {
	file, detached := actions.DetachedLog(home, temporal, driver)
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
func (s *seen) logEvidence() []Evidence {
	var list []Evidence
	if lost := s.lostLog(); lost != "" {
		list = append(list, Evidence{"log", false, lost + ": " + logAnew})
	}
	if actions.DetachedSupervisorLog(s.home, s.driver) {
		list = append(list, Evidence{"supervisor's log", false, s.home.SupervisorLog() + " was deleted; the supervisor makes it anew with its next probe"})
	}
	if logs := s.home.Logs(); accessible(logs, true) == unix.EACCES { // a supervisor that cannot open its log begins nothing, and keeps nothing of that
		list = append(list, Evidence{"logs", false, logs + " may not be written to by this user, so nothing can be started"})
	}
	return list
}

// lostLog is the function of that name for what was seen.
func (s *seen) lostLog() string {
	if !s.running() {
		return ""
	}
	return lostLog(s.home, s.evidence.Leader, s.driver)
}

// checkLog reports a log that is not at its path; it returns nil for one that is.
func (p *patient) checkLog() []CheckReport {
	lost := p.lostLog()
	if lost == "" {
		return nil
	}
	return []CheckReport{wrong("log", "stigmer local restart", "%s", lost)}
}
