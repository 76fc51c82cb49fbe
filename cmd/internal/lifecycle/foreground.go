package lifecycle

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// RunForeground is start --foreground: this process is the supervisor. A second
// instance is refused, since a terminal that shows nothing would help nobody.
func RunForeground(c *cobra.Command, home statefile.Home, command fsm.Command, trace *actions.Trace) error {
	began, v := time.Now(), cli.VoiceOf(c)
	signals := cli.StopSignals(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	lock, err := actions.Acquire(home.SupervisorLock())
	if errors.Is(err, actions.ErrHeld) {
		return secondInstance(home)
	}
	if err != nil {
		return cli.SystemProblem(err, "nothing was started")
	}
	defer lock.Close()
	document, err := actions.Recover(home)
	if err != nil {
		return cli.SystemProblem(err, "nothing was started")
	}
	wanted, refusal := command.Prepare(document.Record, actions.Observe(home, document.Record))
	if refusal.Result != "" {
		return inspect.OutcomeProblem(refusal, command, home)
	}
	document.Record, document.Paths = wanted, home.Paths()
	if err := (statefile.File{Home: home}).Save(document); err != nil {
		return cli.SystemProblem(err, "nothing was started")
	}
	out, err := foregroundLog(home)
	if err != nil {
		return cli.SystemProblem(err, "nothing was started")
	}
	log := v.DriverLog("stigmer", out)
	w := witnesses{trace: trace, manager: newNotifier(log)}
	if w.manager == nil && !v.JSON && !cli.UnderLaunchd() {
		w.person = serves(cli.ProgressOut(c), home, command, began)
	}
	last, err := drive(home, lock, document, log, signals, w)
	if err == nil && last.Failure.Event != "" {
		return inspect.OutcomeProblem(fsm.Outcome{Result: fsm.ResultFailed, Record: last}, command, home)
	}
	return err
}

// foregroundLog is what a supervisor in the foreground logs to: the terminal, or what
// its manager has put there. launchd has no journal, and does not rotate what it puts
// there: under launchd it is the home's own log, which logs --supervisor reads.
func foregroundLog(home statefile.Home) (*os.File, error) {
	if cli.UnderLaunchd() {
		return actions.OpenSupervisorLog(home) // it is closed by the end of the process
	}
	return os.Stderr, nil
}

// serves says, when Temporal first serves, what a start in the background ends with.
// It goes where the log goes, in order with it; a service manager's journal and lines of
// JSON have what they need without it.
func serves(out io.Writer, home statefile.Home, command fsm.Command, began time.Time) func(fsm.Record) {
	said := false
	return func(r fsm.Record) {
		if said || r.State != fsm.Healthy {
			return
		}
		said = true
		fmt.Fprintln(out, startedHow(command, fsm.Outcome{Record: r}, elapsed(began)))
		describe(out, home, r)
		fmt.Fprintf(out, "  Next       %s\n", next(r.Settings, "Ctrl-C to stop it"))
	}
}

func secondInstance(home statefile.Home) error {
	document, _ := (statefile.File{Home: home}).Load()
	driver, stranger := actions.Driver(home, document.Record)
	if stranger == "" && driver.PID == 0 && actions.InOtherPIDNamespace(document.Record) {
		stranger = actions.HiddenHolder
	}
	if stranger != "" {
		return inspect.OutcomeProblem(fsm.Outcome{Result: fsm.ResultSupervisorLockForeign, Holder: stranger}, fsm.Command{}, home)
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
