package lifecycle

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/actions/environment"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// Run drives a command to its end and reports the end. An interruption ends it at once, wherever
// it is: the next command goes on from what it leaves.
func Run(c *cobra.Command, home statefile.Home, command fsm.Command, trace *actions.Trace) error {
	log := cli.VoiceOf(c).CommandLog(c.ErrOrStderr())
	progress := newProgress(c.ErrOrStderr(), cli.VoiceOf(c), log)
	client := actions.NewClient(actions.ClientConfig{
		Home: home, Log: log, Observer: actions.Observer{Recorded: progress.saw, Took: trace.Took}, Outdated: inspect.Outdated,
		Supervise: func(lock *os.File) (int, error) {
			began := time.Now()
			pid, err := supervise(c, home, lock, trace)
			trace.Took(actions.Span{PID: os.Getpid(), Name: "spawn supervisor", Began: began, Ended: time.Now()})
			return pid, err
		},
	})
	signals := cli.StopSignals(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	done := make(chan fsm.Outcome, 1)
	// The goroutine ends with the command, or with the process after an interruption.
	go func() { done <- fsm.RunCommand(client, command) }()
	for {
		select {
		case <-progress.beat:
			progress.draw()
		case outcome := <-done:
			progress.done()
			return report(c, home, command, outcome, client, progress.elapsed())
		case sig := <-signals:
			if sig == syscall.SIGTERM && client.ForwardStop() {
				continue
			}
			progress.done()
			return interrupted(command)
		}
	}
}

// Stop is Run of a stop, for the command of a verb.
func Stop(c *cobra.Command, home statefile.Home, verb string, grace time.Duration) error {
	return Run(c, home, fsm.Command{Verb: fsm.VerbStop, Grace: fsm.Millis(grace.Milliseconds()), Cause: Cause(verb)}, nil)
}

func interrupted(c fsm.Command) *cli.Problem {
	return &cli.Problem{
		What: string(c.Verb) + " was interrupted", Exit: cli.ExitInterrupted,
		Means: "what it had begun goes on in the supervisor, or is finished by the next command",
		Try:   "stigmer local state, stigmer local stop",
	}
}

// supervise starts this program's hidden supervise command.
func supervise(c *cobra.Command, home statefile.Home, lock *os.File, trace *actions.Trace) (pid int, err error) {
	args, env := hidden(c, home, evidence.SuperviseVerb)
	return actions.Supervise(home, args, append(env, trace.Env()), lock)
}

// hidden is the command line after the program's name, and the environment, of a hidden command beside c, wherever the tree
// is mounted.
func hidden(c *cobra.Command, home statefile.Home, verb string) (args, env []string) {
	v := cli.VoiceOf(c)
	v.Quiet = false // the log is read when something has gone wrong
	// The hidden command comes last: evidence.InBackground knows a supervisor by that.
	return append(append(cli.WordsTo(c.Parent()), v.Args()...), verb), cli.WithHome(environment.ForSupervisor(os.Environ()), home)
}

// report puts every result into words: it prints a success, and how long it took, or returns the
// problem.
func report(c *cobra.Command, home statefile.Home, command fsm.Command, o fsm.Outcome, client *actions.Client, took string) error {
	noteEnding(c, command, o)
	out, r := cli.Success(c), o.Record
	switch o.Result {
	case fsm.ResultStarted:
		printStarted(out, home, command, o, took, "stigmer local stop")
	case fsm.ResultAlreadyRunning:
		fmt.Fprintf(out, "Temporal is already running, for %s.\n", human.Ago(r.Temporal.StartedAt))
		printInstance(out, home, r)
		if words := inspect.SkewWords(inspect.SkewFrom(r.Supervisor), r.Supervisor); words != "" {
			fmt.Fprintf(out, "Note: the supervisor is %s.\n", words)
		}
	case fsm.ResultStopped:
		fmt.Fprintln(out, "Stopped: nothing of Temporal is left.")
		if o.Killed {
			fmt.Fprintf(out, "It was ended by SIGKILL: %s.\n", keptAfterKill(r))
		}
		if o.Detail != "" {
			fmt.Fprintln(out, "Note:", o.Detail+".")
		}
	case fsm.ResultNothingRan:
		fmt.Fprintln(out, "Nothing runs.")
	default:
		return problemOf(home, command, o, client)
	}
	return nil
}

// problemOf puts a result that is no success into words.
func problemOf(home statefile.Home, command fsm.Command, o fsm.Outcome, client *actions.Client) error {
	switch o.Result {
	case fsm.ResultSystemRefused:
		did := "the command ended where it was; what runs was not touched"
		switch {
		case o.Stopped:
			did = "Temporal was stopped before that, and not started again"
		case o.Asked.PID != 0:
			did = "the supervisor was asked to stop Temporal; how far that came is not known"
		}
		return cli.SystemProblem(client.Err(), did)
	case fsm.ResultNoSupervisor:
		return inspect.NoHandover(o, home, client.Words())
	case fsm.ResultTimedOut:
		o.Detail = missing(o.Record)
	}
	return inspect.OutcomeProblem(o, command, home)
}

// printStarted prints a success, and after a start what to do next, up to what ends it.
func printStarted(out io.Writer, home statefile.Home, command fsm.Command, o fsm.Outcome, took, end string) {
	fmt.Fprintln(out, startedPhrase(command, o, took))
	printInstance(out, home, o.Record)
	if o.Killed {
		fmt.Fprintln(out, "  Note       the Temporal before this one was ended by SIGKILL: what it had committed is there")
	}
	if command.Verb == fsm.VerbStart {
		fmt.Fprintf(out, "  Next       %s\n", cli.ForThisHome(strings.Join(nextCommands(o.Record.Settings, end), ", ")))
	}
}

// keptAfterKill says what of the data of a Temporal is left that SIGKILL has ended.
func keptAfterKill(r fsm.Record) string {
	if r.Settings.DB == "" {
		return "its database was in memory"
	}
	return "the next start finds all that was committed"
}

// startedOutcome distinguishes a start from an adoption.
func startedOutcome(c fsm.Command, o fsm.Outcome) Outcome {
	switch {
	case o.Record.Adopted && o.Replaced.PID != 0:
		return OutcomeReplaced
	case c.Verb == fsm.VerbRestart:
		return OutcomeRestarted
	case o.Record.Adopted:
		return OutcomeAdopted
	}
	return OutcomeStarted
}

func startedPhrase(c fsm.Command, o fsm.Outcome, took string) string {
	switch startedOutcome(c, o) {
	case OutcomeReplaced:
		return fmt.Sprintf("Replaced the supervisor of stigmer %s (pid %d) by one of %s: Temporal goes on with the same pid.",
			cmp.Or(o.Replaced.Version, "of another version"), o.Replaced.PID, o.Record.Supervisor.Version)
	case OutcomeRestarted:
		return "Restarted in " + took + "."
	case OutcomeAdopted:
		return "Adopted: Temporal had outlived its supervisor and goes on with the same pid."
	}
	return "Started in " + took + "."
}

// nextCommands are what a user does with a Temporal that has been started, in the shell of the start, up
// to what ends it.
func nextCommands(s fsm.Settings, end string) []string {
	sh, _ := human.FindShell(os.Getenv("SHELL"))
	commands := []string{"stigmer local open", fmt.Sprintf(sh.Hint, "stigmer local env"), end}
	if s.Headless {
		commands = commands[1:] // there is nothing to open
	}
	return commands
}

// missing asks once more what a Temporal lacks that did not become Healthy in time.
func missing(r fsm.Record) string {
	if evidence.InOtherPIDNamespace(r) {
		return "it is driven by " + evidence.HiddenHolder
	}
	if r.State != fsm.Starting && r.State != fsm.Degraded && r.State != fsm.Healthy {
		return r.Reason
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	answer := inspect.AskOnce(ctx, r.Settings, r.Temporal.PID)
	if r.State == fsm.Degraded {
		return r.Reason
	}
	return cmp.Or(answer.Detail, "it has just begun to answer")
}

func printInstance(out io.Writer, home statefile.Home, r fsm.Record) {
	fmt.Fprintf(out, "  Temporal   %s  (%s%s)\n", launch.Address(r.Settings), inspect.PIDOf(r), inspect.VersionPhrase(r.Temporal.Program))
	if !r.Settings.Headless {
		fmt.Fprintf(out, "  UI         %s\n", human.UIURL(r.Settings))
	}
	inspect.PrintSideURLs(out, human.HTTPURL(r), human.MetricsURL(r))
	fmt.Fprintf(out, "  Data       %s\n", inspect.DescribeDatabase(r.Settings.DB))
	if r.Database.Backup != "" {
		fmt.Fprintf(out, "  Backup     %s  (another version of Temporal had made the database)\n", r.Database.Backup)
	}
	fmt.Fprintf(out, "  Log        %s\n", home.Log())
}
