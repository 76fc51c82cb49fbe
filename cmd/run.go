package cmd

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/actions/environment"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// run drives a command to its end and tells the end. An interruption ends it at
// once, wherever it is: whatever it leaves, the next command goes on from.
func run(c *cobra.Command, home statefile.Home, command fsm.Command, trace *actions.Trace) error {
	log := voiceOf(c).commandLog(c.ErrOrStderr())
	progress := newProgress(c.ErrOrStderr(), voiceOf(c), log)
	desk := actions.NewDesk(actions.DeskConfig{
		Home: home, Log: log, Progress: progress.saw,
		Outdated: outdated,
		Supervise: func(lock *os.File) (int, error) {
			defer trace.Span(actions.LaneProbe, "spawn supervisor")()
			return supervise(c, home, lock, trace)
		},
	})
	signals := stopSignals(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	done := make(chan fsm.Outcome, 1)
	// The goroutine ends with the command, or with the process after an interruption.
	go func() { done <- fsm.RunCommand(tellCommand(trace.Desk(desk), log), command) }()
	for {
		select {
		case <-progress.beat:
			progress.draw()
		case outcome := <-done:
			progress.done()
			if outcome.Result == fsm.ResultNoSupervisor {
				return noHandover(outcome, home, desk.Words())
			}
			return tell(c, home, command, outcome, desk.Err(), progress.elapsed())
		case sig := <-signals:
			if sig == syscall.SIGTERM && desk.Hurry() {
				continue
			}
			progress.done()
			return interrupted(command)
		}
	}
}

func interrupted(c fsm.Command) *Problem {
	return &Problem{
		What: string(c.Verb) + " was interrupted", Exit: ExitInterrupted,
		Means: "what it had begun goes on in the supervisor, or is finished by the next command",
		Try:   "stigmer local state, stigmer local stop",
	}
}

// supervise starts this program's hidden supervise command, wherever the tree is mounted.
func supervise(c *cobra.Command, home statefile.Home, lock *os.File, trace *actions.Trace) (pid int, err error) {
	v := voiceOf(c)
	v.quiet = false // the log is read when something has gone wrong
	// The hidden command comes last: actions.InBackground knows a supervisor by that.
	args := append(append(wordsTo(c.Parent()), v.args()...), actions.SuperviseVerb)
	return actions.Supervise(home, args, append(withHome(environment.ForSupervisor(os.Environ()), home), trace.Env()), lock)
}

// wordsTo are the words by which this program is told to run c. They are not in
// c.CommandPath, where a program may show itself by a name of several words.
func wordsTo(c *cobra.Command) []string {
	if !c.HasParent() {
		return nil
	}
	return append(wordsTo(c.Parent()), c.Name())
}

func withHome(env []string, home statefile.Home) []string {
	return append(env, "STIGMER_HOME="+string(home))
}

// tell prints a success, and how long it took, or returns the problem.
func tell(c *cobra.Command, home statefile.Home, command fsm.Command, o fsm.Outcome, err error, took string) error {
	out, r := success(c), o.Record
	switch o.Result {
	case fsm.ResultStarted:
		fmt.Fprintln(out, startedHow(command, o, took))
		describe(out, home, r)
		if command.Verb == fsm.VerbStart {
			fmt.Fprintf(out, "  Next       %s\n", next(r.Settings, "stigmer local stop"))
		}
	case fsm.ResultAlreadyRunning:
		fmt.Fprintf(out, "Temporal is already running, for %s.\n", ago(r.Temporal.StartedAt))
		describe(out, home, r)
		if words := skewWords(skewFrom(r.Supervisor), r.Supervisor); words != "" {
			fmt.Fprintf(out, "Note: the supervisor is %s.\n", words)
		}
	case fsm.ResultStopped:
		fmt.Fprintln(out, "Stopped: nothing of Temporal is left.")
		if o.Detail != "" {
			fmt.Fprintln(out, "Note:", o.Detail+".")
		}
	case fsm.ResultNothingRan:
		fmt.Fprintln(out, "Nothing runs.")
	case fsm.ResultSystemRefused:
		did := "the command ended where it was; what runs was not touched"
		switch {
		case o.Stopped:
			did = "Temporal was stopped before that, and not started again"
		case o.Asked.PID != 0:
			did = "the supervisor was asked to stop Temporal; how far that came is not known"
		}
		return systemProblem(err, did)
	case fsm.ResultTimedOut:
		o.Detail = missing(r)
		return problemOf(o, command, home)
	default:
		return problemOf(o, command, home)
	}
	return nil
}

// startedHow tells a start from an adoption.
func startedHow(c fsm.Command, o fsm.Outcome, took string) string {
	r := o.Record
	switch {
	case r.Adopted && o.Replaced.PID != 0:
		return fmt.Sprintf("Replaced the supervisor of stigmer %s (pid %d) by one of %s: Temporal goes on with the same pid.",
			either(o.Replaced.Version, "of another version"), o.Replaced.PID, r.Supervisor.Version)
	case c.Verb == fsm.VerbRestart:
		return "Restarted in " + took + "."
	case r.Adopted:
		return "Adopted: Temporal had outlived its supervisor and goes on with the same pid."
	}
	return "Started in " + took + "."
}

// next is what one does with a Temporal that has been started, in the shell of
// whoever started it, up to what ends it.
func next(s fsm.Settings, end string) string {
	sh, _ := findShell(os.Getenv("SHELL"))
	commands := []string{"stigmer local open", fmt.Sprintf(sh.hint, "stigmer local env"), end}
	if s.Headless {
		commands = commands[1:] // there is nothing to open
	}
	return strings.Join(commands, ", ")
}

// missing asks once more what a Temporal lacks that did not become Healthy in time.
func missing(r fsm.Record) string {
	if actions.Elsewhere(r) {
		return "it is driven by " + actions.Unseen
	}
	if r.State != fsm.Starting && r.State != fsm.Degraded && r.State != fsm.Healthy {
		return r.Reason
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	answer := askOnce(ctx, r.Settings, r.Temporal.PID)
	if r.State == fsm.Degraded {
		return r.Reason
	}
	return either(answer.Detail, "it has just begun to answer")
}

func describe(out io.Writer, home statefile.Home, r fsm.Record) {
	fmt.Fprintf(out, "  Temporal   %s  (%s%s)\n", address(r.Settings), pidOf(r), version(r.Temporal))
	if !r.Settings.Headless {
		fmt.Fprintf(out, "  UI         %s\n", uiURL(r.Settings))
	}
	fmt.Fprintf(out, "  Data       %s\n", dataWords(r.Settings.DB))
	if r.Database.Backup != "" {
		fmt.Fprintf(out, "  Backup     %s  (another version of Temporal had made the database)\n", r.Database.Backup)
	}
	fmt.Fprintf(out, "  Log        %s\n", home.Log())
}

func dataWords(db string) string { return either(db, "in memory (--ephemeral)") }

func version(p fsm.Process) string {
	if p.Version == "" {
		return ""
	}
	return ", version " + p.Version
}

// uiURL is the web UI's, as a browser on this machine opens it.
func uiURL(s fsm.Settings) string { return "http://" + dialable(s.IP, s.UIPort) }

func loopback(ip string) bool {
	addr, err := netip.ParseAddr(ip)
	return err == nil && addr.IsLoopback()
}

func ago(at fsm.Instant) string { return roundly(time.Since(time.UnixMilli(int64(at)))) }

func seconds(m fsm.Millis) string { return roundly(time.Duration(m) * time.Millisecond) }

func roundly(d time.Duration) string {
	switch {
	case d < 0:
		return "0s" // the clock was set back
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
