package service

import (
	"cmp"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// managerStatus is what a service manager says of the service.
type managerStatus struct {
	known  bool // the manager could be asked
	active bool // it runs, or is being started or stopped
	// runs says that its process is there and is to stay. One that is active and does not
	// run waits for a start, with the file as the manager read it, or is on its way out.
	runs bool
	// lines are the manager's own.
	lines []string
}

// status has the manager say how the service is.
func (m manager) status() managerStatus {
	if _, err := exec.LookPath(m.tool); err != nil {
		return managerStatus{lines: []string{"cannot be asked: " + m.tool + " is not here"}}
	}
	said, err := output(m.query, 5*time.Second)
	switch exit := exitStatus(err); {
	case exit == m.absent:
		return managerStatus{known: true, lines: []string{m.absentWords}}
	case exit != 0 && !slices.Contains(m.inactive, exit):
		first, _, _ := strings.Cut(said, "\n")
		return managerStatus{lines: []string{"cannot be asked: " + cmp.Or(first, err.Error())}}
	}
	s := m.read(said)
	s.known = true
	return s
}

// readSystemd reads what systemctl status says. Its words are kept as they are, and the
// line "Active: STATE (SUBSTATE) since ..." is read: the states are those of
// org.freedesktop.systemd1(5), in no language but English.
func readSystemd(said string) managerStatus {
	s := managerStatus{}
	for line := range strings.Lines(said) {
		line = strings.TrimSpace(line)
		s.lines = append(s.lines, line)
		if words := strings.Fields(line); len(words) > 1 && words[0] == "Active:" {
			s.active = words[1] != "inactive" && words[1] != "failed"
			s.runs = s.active && words[1] != "deactivating" && !(len(words) > 2 && strings.HasPrefix(words[2], "(auto-restart"))
		}
	}
	return s
}
