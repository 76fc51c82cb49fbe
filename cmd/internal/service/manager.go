package service

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
)

// manager is a service manager: where it looks for files, and the calls of its tool.
type manager struct {
	name string // systemd or launchd
	tool string // the program that speaks with it
	// path is the file that the service is described in. log is the file for what the
	// supervisor writes to standard error, empty where the manager has a journal.
	path, log string
	text      func(service) string
	// reach fails where the manager cannot be spoken with.
	reach toolCall
	// enable has the service started at each login, and restart starts it anew from its
	// file, whether it runs or not. disable ends it, and reload has the manager read its files.
	enable, restart, disable, reload []toolCall
	// typed are the commands by which one enables and starts it by hand, and ending
	// those by which one ends a service whose file is gone.
	typed, ending [][]string
	// query has the tool say how the service is, and read reads that. inactive are the exit
	// statuses, besides 0, of a service that does not run. absent is that of one which the
	// manager does not have: absentWords says what that means.
	query       []string
	read        func(said string) managerStatus
	inactive    []int
	absent      int
	absentWords string
	hint        string
	// alone says what can be done where the manager does not run for this user.
	alone string
}

// LaunchdHere says that launchd runs the services of this system, and not systemd.
// Only a test sets it.
var LaunchdHere = runtime.GOOS == "darwin"

// detectManager is the one of this system, with the file of this user.
func detectManager() (manager, error) {
	home, err := cli.UserHome()
	if err != nil {
		return manager{}, &cli.Problem{
			What: err.Error() + ", nor where your services are", Means: "nothing was changed",
			Try: "set HOME", Exit: cli.ExitFailed,
		}
	}
	if LaunchdHere {
		return launchdManager(home, os.Getuid()), nil
	}
	return systemdManager(home, os.Getenv("XDG_CONFIG_HOME")), nil
}

// The exit statuses of systemctl status (systemctl(1), exit status).
const (
	systemctlInactive = 3 // also of a service that is being started or stopped
	systemctlNoUnit   = 4
)

// systemdManager is systemd for one user (systemd.unit(5), "user unit search
// path"). A relative $XDG_CONFIG_HOME is to be ignored (XDG Base Directory).
func systemdManager(home, config string) manager {
	if !filepath.IsAbs(config) {
		config = filepath.Join(home, ".config")
	}
	systemctl := func(args ...string) []string { return append([]string{"systemctl", "--user"}, args...) }
	reload := systemctl("daemon-reload")
	return manager{
		name: "systemd", tool: "systemctl", text: service.systemd,
		path:     filepath.Join(config, "systemd", "user", SystemdUnit),
		reach:    toolCall{words: systemctl("show", "--property=Version")},
		reload:   []toolCall{{words: reload}},
		enable:   []toolCall{{words: reload}, {words: systemctl("enable", SystemdUnit)}},
		restart:  []toolCall{{words: systemctl("restart", SystemdUnit)}},
		disable:  []toolCall{{words: systemctl("disable", "--now", SystemdUnit)}},
		typed:    [][]string{reload, systemctl("enable", "--now", SystemdUnit)},
		ending:   [][]string{systemctl("stop", SystemdUnit), reload},
		query:    systemctl("status", "--no-pager", "--full", "--lines=0", SystemdUnit),
		read:     readSystemd,
		inactive: []int{systemctlInactive},
		absent:   systemctlNoUnit, absentWords: "it knows no such service yet: systemctl --user daemon-reload",
		hint:  "as the user who is logged in: systemctl --user status, journalctl --user -u " + SystemdUnit,
		alone: "log in as this user where systemd runs (su and sudo open no session), or have root allow it without: loginctl enable-linger USER",
	}
}

// present returns why the manager cannot be reached, nil if it can.
func (m manager) present() error {
	if _, err := exec.LookPath(m.tool); err != nil {
		return &cli.Problem{
			What:  m.tool + " is not here, so " + m.name + " cannot be reached",
			Means: "nothing was changed",
			Try:   "the same without --now, which only deals with the file, and the commands that it names where " + m.name + " runs",
			Exit:  cli.ExitFailed,
		}
	}
	return m.run([]toolCall{m.reach}, m.name+" does not answer for this user; nothing was changed")
}

// run makes the calls one after the other. did is what has been done if one fails.
func (m manager) run(calls []toolCall, did string) error {
	for _, call := range calls {
		out, err := call.run()
		if err == nil {
			continue
		}
		p := &cli.Problem{What: fmt.Sprintf("%s: %v", strings.Join(call.words, " "), err), Means: did, Try: m.hint, Exit: cli.ExitFailed}
		if out != "" {
			p.Details = append([]string{m.tool + " says:"}, strings.Split(out, "\n")...)
		}
		return p
	}
	return nil
}

// commandLines are commands as they can be typed.
func commandLines(commands [][]string) string {
	var b strings.Builder
	for _, command := range commands {
		fmt.Fprintf(&b, "  %s\n", human.ShellLine(command))
	}
	return b.String()
}
