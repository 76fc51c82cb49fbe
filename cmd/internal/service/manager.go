package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
)

// manager is a service manager.
type manager struct {
	name string // systemd or launchd
	tool string // the program that speaks with it
	// path is the file that the service is described in, in the manager's language. log is
	// the file for what the supervisor writes to standard error, empty where the manager
	// has a journal.
	path, log string
	describe  func(service) string
	verbs     verbs
	query     query
	byHand    byHand
}

// verbs are what a manager's tool is called for.
type verbs struct {
	// reach fails where the manager cannot be spoken with.
	reach toolCall
	// enable has the service started at each login, and restart starts it anew from its
	// file, whether it runs or not. disable ends it, and reload has the manager read its files.
	enable, restart, disable, reload []toolCall
}

// query is how a manager is asked for the state of the service.
type query struct {
	words []string
	read  func(said string) managerStatus
	// inactive are the exit statuses, besides 0, of a service that does not run. absent is that
	// of one which the manager does not have: absentWords says what that means.
	inactive    []int
	absent      int
	absentWords string
}

// byHand is what a user can do without this program.
type byHand struct {
	// enable are the commands that enable and start the service, end those that end a
	// service whose file is gone.
	enable, end [][]string
	// hint says where to look when a call has failed, alone what can be done where the
	// manager does not run for this user, also what else is to be known of an enabled service.
	hint, alone, also string
	// pass says how the service gets variables.
	pass func(names []string) string
}

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

// status has the manager say how the service is.
func (m manager) status() managerStatus {
	if _, err := exec.LookPath(m.tool); err != nil {
		return managerStatus{lines: []string{"cannot be asked: " + m.tool + " is not here"}}
	}
	said, err := commandOutput(m.query.words, 5*time.Second)
	switch exit := exitStatus(err); {
	case exit == m.query.absent:
		return managerStatus{known: true, lines: []string{m.query.absentWords}}
	case exit != 0 && !slices.Contains(m.query.inactive, exit):
		first, _, _ := strings.Cut(said, "\n")
		return managerStatus{lines: []string{"cannot be asked: " + cmp.Or(first, err.Error())}}
	}
	s := m.query.read(said)
	s.known = true
	return s
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
	return m.run([]toolCall{m.verbs.reach}, m.name+" does not answer for this user; nothing was changed")
}

// run makes the calls one after the other. did is what has been done if one fails.
func (m manager) run(calls []toolCall, did string) error {
	for _, call := range calls {
		out, err := call.run()
		if err == nil {
			continue
		}
		p := &cli.Problem{What: fmt.Sprintf("%s: %v", strings.Join(call.words, " "), err), Means: did, Try: m.byHand.hint, Exit: cli.ExitFailed}
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

// toolCall is one call of the manager's tool, and what its exit statuses mean.
type toolCall struct {
	words []string
	// done are the exit statuses of success, 0 alone if there are none.
	done []int
	// busy are the statuses for which the call is repeated, for as long as within says,
	// and unmet is the error after that: a tool that does not wait is waited for.
	busy   []int
	within time.Duration
	unmet  string
}

// toolPause is the pause before a call is repeated.
const toolPause = 100 * time.Millisecond

// toolPatience bounds what the manager's tool may take: a stop that it waits for
// lasts as long as Temporal's grace period.
func toolPatience() time.Duration { return time.Duration(stopWithin())*time.Second + 30*time.Second }

// run makes the call until it is done, and returns what the tool says against it.
func (call toolCall) run() (string, error) {
	for began := time.Now(); ; time.Sleep(toolPause) {
		out, err := commandOutput(call.words, toolPatience())
		status := exitStatus(err)
		switch busy := slices.Contains(call.busy, status); {
		case busy && time.Since(began) < call.within:
			continue
		case busy && err == nil:
			return "", fmt.Errorf("%s, after %s", call.unmet, human.FormatDuration(call.within))
		case busy:
			return out, fmt.Errorf("%w: %s, after %s", err, call.unmet, human.FormatDuration(call.within))
		case err == nil, slices.Contains(call.done, status):
			return "", nil
		}
		return out, err
	}
}

// exitStatus is that of a program which returned err, -1 for one that did not exit.
func exitStatus(err error) int {
	if err == nil {
		return 0
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	return -1
}

// commandOutput runs a program and returns what it says.
func commandOutput(command []string, patience time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.WaitDelay = time.Second
	out, err := c.CombinedOutput()
	switch {
	case errors.Is(err, exec.ErrWaitDelay):
		err = nil // it has ended well, and left a child that has its output open
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		err = fmt.Errorf("it did not end within %s", patience)
	}
	return strings.TrimSpace(string(out)), err
}
