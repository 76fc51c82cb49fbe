package cmd

import (
	"cmp"
	"os/exec"
	"strings"
	"time"
)

// told is what a service manager says of the service.
type told struct {
	asked  bool // the manager could be asked
	active bool // it runs, or is being started or stopped
	// runs says that its process is there and is to stay. One that is active and does not
	// run waits for a start, with the file as the manager read it, or is on its way out.
	runs  bool
	lines []string
}

// asks has the manager say how the service is.
func (m manager) asks() told {
	if _, err := exec.LookPath(m.tool); err != nil {
		return told{lines: []string{"cannot be asked: " + m.tool + " is not here"}}
	}
	said, err := output(m.ask, 5*time.Second)
	if err != nil && exitStatus(err) == m.absent {
		return told{asked: true, lines: []string{"not loaded: it is not started before the next login"}}
	}
	if err != nil {
		first, _, _ := strings.Cut(said, "\n")
		return told{lines: []string{"cannot be asked: " + cmp.Or(first, err.Error())}}
	}
	t := m.told(said)
	t.asked = true
	return t
}

// systemdTold reads what systemctl show says (org.freedesktop.systemd1(5)).
func systemdTold(said string) told {
	has := map[string]string{}
	for line := range strings.Lines(said) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		has[name] = value
	}
	if has["LoadState"] != "loaded" {
		return told{lines: []string{"it knows no such service yet (" + has["LoadState"] + "): systemctl --user daemon-reload"}}
	}
	t := told{active: has["ActiveState"] != "inactive" && has["ActiveState"] != "failed"}
	t.runs = t.active && has["ActiveState"] != "deactivating" && !strings.HasPrefix(has["SubState"], "auto-restart")
	first := has["ActiveState"]
	switch {
	case t.active:
		first += " (" + has["SubState"] + "), pid " + cmp.Or(strings.TrimLeft(has["MainPID"], "0"), "not known")
	case has["Result"] != "success":
		first += " (" + has["Result"] + ")"
	}
	t.lines = append(t.lines, first)
	if text := has["StatusText"]; text != "" && t.active {
		t.lines = append(t.lines, text)
	}
	if has["UnitFileState"] == "enabled" {
		t.lines = append(t.lines, "enabled: it is started at login")
	} else {
		t.lines = append(t.lines, cmp.Or(has["UnitFileState"], "not enabled")+": it is not started at login; systemctl --user enable "+systemdUnit)
	}
	if has["NeedDaemonReload"] == "yes" {
		t.lines = append(t.lines, "the file has changed since systemd read it: systemctl --user daemon-reload")
	}
	return t
}
