package cmd

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// runForeground is start --foreground: this process is the supervisor. A second
// instance is refused, since a terminal that shows nothing would help nobody.
func runForeground(v voice, home statefile.Home, command fsm.Command, trace *actions.Trace) error {
	signals := stopSignals(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	lock, err := actions.Acquire(home.SupervisorLock())
	if errors.Is(err, actions.ErrHeld) {
		return secondInstance(home)
	}
	if err != nil {
		return systemProblem(err, "nothing was started")
	}
	defer lock.Close()
	document, err := actions.Recover(home)
	if err != nil {
		return systemProblem(err, "nothing was started")
	}
	wanted, refusal := command.Prepare(document.Record, actions.Observe(home, document.Record))
	if refusal.End != "" {
		return problemOf(refusal, command, home)
	}
	document.Record, document.Paths = wanted, home.Paths()
	if err := (statefile.File{Home: home}).Save(document); err != nil {
		return systemProblem(err, "nothing was started")
	}
	log := v.driverLog("stigmer", os.Stderr)
	last, err := drive(home, lock, document, log, signals, witnesses{trace, newNotifier(log)})
	if err == nil && last.Failure.Event != "" {
		return problemOf(fsm.Outcome{End: fsm.EndFailed, Record: last}, command, home)
	}
	return err
}

func secondInstance(home statefile.Home) error {
	document, _ := (statefile.File{Home: home}).Load()
	driver, stranger := actions.Driver(home, document.Record)
	if stranger != "" {
		return problemOf(fsm.Outcome{End: fsm.EndUnknown, Holder: stranger}, fsm.Command{}, home)
	}
	return &Problem{
		What:  "another instance is running: supervisor.lock is held by " + pidText(driver, "a command that is at work") + ", Temporal is " + pidText(document.Temporal, "not up"),
		Means: "there is one supervisor for a home; nothing was changed",
		Try:   "stigmer local stop first, or another home: STIGMER_HOME=DIR",
		Exit:  ExitFailed,
	}
}

func pidText(p fsm.Process, none string) string {
	if p.PID == 0 {
		return none
	}
	return fmt.Sprintf("pid %d", p.PID)
}
