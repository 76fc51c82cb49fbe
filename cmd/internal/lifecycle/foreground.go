package lifecycle

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/actions/logfile"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// RunForeground is start --foreground: the same command, but this process becomes the
// supervisor. A second instance is refused, since a terminal that shows nothing is of no use.
func RunForeground(c *cobra.Command, home statefile.Home, command fsm.Command, trace *actions.Trace) error {
	began, v := time.Now(), cli.VoiceOf(c)
	s := supervision{home: home, signals: cli.StopSignals(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGUSR1)}
	// They are never given back: a Ctrl-C too many, between the end of Temporal and that of this process, is no failure.
	out, err := foregroundLog(home)
	if err != nil {
		return cli.SystemProblem(err, "nothing was started")
	}
	s.log, s.trace = v.DriverLog("stigmer", out), trace
	s.manager = newNotifier(s.log)
	if s.manager == nil && !v.JSON && !cli.UnderLaunchd() {
		s.reports = append(s.reports, reportFirstService(cli.ProgressOut(c), home, command, began))
	}
	client := actions.NewClient(actions.ClientConfig{Home: home, Log: s.log, Observer: actions.Observer{Took: trace.Took}, Become: s.drive})
	command.Patience = 0
	outcome := fsm.RunCommand(client, command)
	switch {
	case errors.Is(client.Err(), lockfile.ErrHeld):
		return secondInstance(home)
	case outcome.Result == fsm.ResultSystemRefused:
		return cli.SystemProblem(client.Err(), "nothing was started")
	case outcome.Result == fsm.ResultStoppedByOther:
		return nil
	}
	return inspect.OutcomeProblem(outcome, command, home)
}

// foregroundLog is what a supervisor in the foreground logs to: the terminal, or what
// its manager has put there. launchd has no journal, and does not rotate what it puts
// there: under launchd it is the home's own log, which logs --supervisor reads.
func foregroundLog(home statefile.Home) (*os.File, error) {
	if cli.UnderLaunchd() {
		return logfile.OpenSupervisor(home) // it is closed by the end of the process
	}
	return os.Stderr, nil
}

// reportFirstService says, when Temporal first serves, what a start in the background ends with.
// It goes where the log goes, in order with it; a service manager's journal and lines of
// JSON have what they need without it.
func reportFirstService(out io.Writer, home statefile.Home, command fsm.Command, began time.Time) func(statefile.Document) {
	said := false
	return func(d statefile.Document) {
		if !said && d.State == fsm.Healthy && !d.SetupPending() {
			said = true
			printStarted(out, home, command, fsm.Outcome{Record: d.Record}, elapsed(began), "Ctrl-C to stop it")
			if fault := d.SetupFault(); fault != "" {
				fmt.Fprintf(out, "  Setup      not applied: %s\n", fault)
			}
		}
	}
}

func secondInstance(home statefile.Home) error {
	document, _ := (statefile.File{Home: home}).Load()
	driver, foreign := evidence.Driver(home, document.Record)
	if foreign == "" && driver.PID == 0 && evidence.InOtherPIDNamespace(document.Record) {
		foreign = evidence.HiddenHolder
	}
	if foreign != "" {
		return inspect.OutcomeProblem(fsm.Outcome{Result: fsm.ResultSupervisorLockForeign, Holder: foreign}, fsm.Command{}, home)
	}
	return &cli.Problem{
		What:  "another instance is running: supervisor.lock is held by " + pidText(driver, "a command that is at work") + ", Temporal is " + pidText(document.Temporal, "not up"),
		Means: "there is one supervisor for a home; nothing was changed",
		Try:   "stigmer local stop first, or another home: STIGMER_HOME=DIR",
		Exit:  cli.ExitFailed,

		Lasting: driver.PID != 0,
	}
}

func pidText(p fsm.Process, none string) string {
	if p.PID == 0 {
		return none
	}
	return fmt.Sprintf("pid %d", p.PID)
}
