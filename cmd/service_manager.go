package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// manager is a service manager: where it looks for files, and how it is told.
type manager struct {
	name string // systemd or launchd
	tool string // the program that speaks with it
	// path is the file that the service is described in.
	path string
	text func(service) string
	// reach fails where the manager cannot be spoken with.
	reach []string
	// enable makes the service start, now and at each login; disable undoes that.
	// apply has one that runs start anew, and reload has the manager read its files.
	enable, disable, apply, reload [][]string
	// ask has the tool tell how the service is, and told reads what it says.
	ask  []string
	told func(said string) told
	// absent is what it says of a service that it does not have, if it fails for that.
	absent string
	hint   string
	// alone says what can be done where the manager does not run for this user.
	alone string
}

// launchdHere says that launchd runs the services of this system, and not systemd.
// Only a test sets it.
var launchdHere = runtime.GOOS == "darwin"

// theManager is the one of this system, with the file of this user.
func theManager() (manager, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return manager{}, &Problem{
			What: "HOME is not set, so where your services are cannot be told", Means: "nothing was changed",
			Try: "set HOME", Exit: ExitFailed,
		}
	}
	if launchdHere {
		return launchdManager(home, os.Getuid()), nil
	}
	return systemdManager(home, os.Getenv("XDG_CONFIG_HOME")), nil
}

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
		path:    filepath.Join(config, "systemd", "user", systemdUnit),
		reach:   systemctl("show", "--property=Version"),
		reload:  [][]string{reload},
		enable:  [][]string{reload, systemctl("enable", "--now", systemdUnit)},
		disable: [][]string{systemctl("disable", "--now", systemdUnit)},
		apply:   [][]string{reload, systemctl("restart", systemdUnit)},
		ask:     systemctl("show", systemdUnit, "--property=LoadState,ActiveState,SubState,Result,UnitFileState,MainPID,StatusText,NeedDaemonReload"),
		told:    systemdTold,
		hint:    "as the user who is logged in: systemctl --user status, journalctl --user -u " + systemdUnit,
		alone:   "log in as this user where systemd runs (su and sudo open no session), or have root allow it without: loginctl enable-linger USER",
	}
}

// launchdManager is launchd in one user's graphical session (launchctl(1)).
func launchdManager(home string, uid int) manager {
	domain := fmt.Sprintf("gui/%d", uid)
	target := domain + "/" + launchdName
	path := filepath.Join(home, "Library", "LaunchAgents", launchdName+".plist")
	bootstrap, bootout := []string{"launchctl", "bootstrap", domain, path}, []string{"launchctl", "bootout", target}
	return manager{
		name: "launchd", tool: "launchctl", text: service.launchd, path: path,
		reach:   []string{"launchctl", "print", domain},
		enable:  [][]string{bootstrap},
		disable: [][]string{bootout},
		apply:   [][]string{bootout, bootstrap},
		ask:     []string{"launchctl", "print", target},
		told:    launchdTold,
		absent:  "Could not find service",
		hint:    "in Terminal on the Mac itself: launchctl print " + target,
		alone:   "log in on the Mac itself, where launchd reads the file",
	}
}

// toolPatience bounds what the manager's tool may take: a stop that it waits for
// lasts as long as Temporal's grace period.
func toolPatience() time.Duration { return time.Duration(stopWithin())*time.Second + 30*time.Second }

// present says why the manager cannot be told anything, if so.
func (m manager) present() error {
	if _, err := exec.LookPath(m.tool); err != nil {
		return &Problem{
			What:  m.tool + " is not here, so " + m.name + " cannot be told",
			Means: "nothing was changed",
			Try:   "the same without --now, which only deals with the file, and the commands that it names where " + m.name + " runs",
			Exit:  ExitFailed,
		}
	}
	return m.tells([][]string{m.reach}, m.name+" cannot be told anything for this user; nothing was changed")
}

// tells runs the tool's commands one after the other. did is what is so if one fails.
func (m manager) tells(commands [][]string, did string) error {
	for _, command := range commands {
		out, err := output(command, toolPatience())
		if err == nil {
			continue
		}
		p := &Problem{What: fmt.Sprintf("%s: %v", strings.Join(command, " "), err), Means: did, Try: m.hint, Exit: ExitFailed}
		if out != "" {
			p.Details = append([]string{m.tool + " says:"}, strings.Split(out, "\n")...)
		}
		return p
	}
	return nil
}

// output runs a program and returns what it says.
func output(command []string, patience time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.WaitDelay = time.Second
	out, err := c.CombinedOutput()
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = fmt.Errorf("it did not end within %s", patience)
	}
	return strings.TrimSpace(string(out)), err
}

// commandLines are commands as they can be typed.
func commandLines(commands [][]string) string {
	var b strings.Builder
	for _, command := range commands {
		fmt.Fprintf(&b, "  %s\n", shellLine(command))
	}
	return b.String()
}
