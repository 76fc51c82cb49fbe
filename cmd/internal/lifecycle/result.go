package lifecycle

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/fsm"
)

// ResultSchema is the version of Result. It grows when a field changes its meaning or goes away.
const ResultSchema = 1

// Result is what start, stop and restart print with -o json. docs/result.schema.json describes it.
type Result struct {
	Schema  int     `json:"schema" jsonschema:"version of this format; it grows when a field changes its meaning or goes away"`
	Command string  `json:"command" jsonschema:"start, stop or restart"`
	Outcome Outcome `json:"outcome" jsonschema:"what the command has come to"`
	Killed  bool    `json:"killed" jsonschema:"the server that ran was ended by SIGKILL, as --now asks: its database has what was committed"`
	TookMS  int64   `json:"took_ms" jsonschema:"how long the command took"`
	// HomeReport is as list has it: read after the command, and Temporal is not asked again.
	inspect.HomeReport
	Next  []string     `json:"next" jsonschema:"commands that a user may type next"`
	Error *ErrorReport `json:"error" jsonschema:"why the command failed; null if it did not"`
}

// Outcome is what a command has come to.
type Outcome string

// The outcomes.
const (
	OutcomeStarted        Outcome = "started"
	OutcomeAdopted        Outcome = "adopted"  // a server that had outlived its supervisor goes on
	OutcomeReplaced       Outcome = "replaced" // the supervisor, by one of this version; the server goes on
	OutcomeRestarted      Outcome = "restarted"
	OutcomeAlreadyRunning Outcome = "already_running"
	OutcomeStopped        Outcome = "stopped"
	OutcomeNothingRan     Outcome = "nothing_ran"
	OutcomeFailed         Outcome = "failed" // Error says why
)

// Outcomes are all of them.
var Outcomes = []Outcome{
	OutcomeStarted, OutcomeAdopted, OutcomeReplaced, OutcomeRestarted, OutcomeAlreadyRunning, OutcomeStopped, OutcomeNothingRan, OutcomeFailed,
}

// ErrorReport is an error in three lines, for programs.
type ErrorReport struct {
	Code    string   `json:"code" jsonschema:"the cause in one word: usage, permission, no_binary, interrupted, timed_out, settings_differ, port_conflict and the like, or a code of a failure as state -o json has it; newer versions may have more of them"`
	What    string   `json:"what" jsonschema:"what happened"`
	Means   string   `json:"means" jsonschema:"what it means"`
	Try     string   `json:"try" jsonschema:"what to do"`
	Details []string `json:"details" jsonschema:"the last lines of a log, where they say more"`
	Exit    int      `json:"exit" jsonschema:"exit status of the command"`
}

// ending is the end of the protocol of a command, for its result.
type ending struct {
	reached bool
	command fsm.Command
	outcome fsm.Outcome
}

// endingKey is the key of the ending in a command's context.
type endingKey struct{}

// WithResult runs a command, and prints its result if it was asked for as JSON. An error is printed
// as well, and returned: its three lines go to standard error, as they do without JSON.
func WithResult(c *cobra.Command, run func() error) error {
	began, end := time.Now(), &ending{}
	c.SetContext(context.WithValue(c.Context(), endingKey{}, end))
	err := run()
	if !cli.PrintsJSON(c) {
		return err
	}
	result := end.result(c.Name(), err)
	result.TookMS = time.Since(began).Milliseconds()
	if printed := cli.PrintJSON(c.OutOrStdout(), result); err == nil {
		err = printed
	}
	return err
}

// PrintUnrun prints the result of a command that has failed before it ran, if its arguments ask for JSON: they may not
// be understood, or a settings file may not.
func PrintUnrun(c *cobra.Command, args []string, err error) {
	began := c.Context() != nil // else no command was found
	if err == nil || !began || c.Context().Value(endingKey{}) != nil || !cli.AsksForResult(c, args) {
		return
	}
	_ = cli.PrintJSON(c.OutOrStdout(), (&ending{}).result(c.Name(), err)) // the error itself is reported in any case
}

// noteEnding notes the end of the protocol for the result of the command, if that has one.
func noteEnding(c *cobra.Command, command fsm.Command, o fsm.Outcome) {
	if end, ok := c.Context().Value(endingKey{}).(*ending); ok {
		*end = ending{reached: true, command: command, outcome: o}
	}
}

// result describes the home as it is now, and what the command has come to.
func (e *ending) result(command string, err error) Result {
	r := Result{Schema: ResultSchema, Command: command, Outcome: e.word(), Killed: e.outcome.Killed, Next: []string{}}
	path, homeless := cli.HomePath()
	snapshot := inspect.Unseen()
	if homeless == nil {
		path = cli.RealHome(path)
		snapshot = inspect.TakeHomeSnapshot(path, false)
	}
	r.HomeReport = snapshot.HomeReport(cli.NameOf(path))
	r.Home = path
	switch {
	case err != nil:
		r.Outcome, r.Error = OutcomeFailed, e.errorReport(err)
	case r.Outcome == OutcomeStopped || r.Outcome == OutcomeNothingRan:
		r.Next = []string{cli.ForThisHome("stigmer local start")}
	default:
		for _, next := range nextCommands(e.outcome.Record.Settings, "stigmer local stop") {
			r.Next = append(r.Next, cli.ForThisHome(next))
		}
	}
	return r
}

// word is the outcome of a command that has not failed.
func (e *ending) word() Outcome {
	switch e.outcome.Result {
	case fsm.ResultStarted:
		return startedOutcome(e.command, e.outcome)
	case fsm.ResultAlreadyRunning:
		return OutcomeAlreadyRunning
	case fsm.ResultStopped:
		return OutcomeStopped
	}
	return OutcomeNothingRan // of a stop that found no home as well
}

// resultCodes are the codes of the ends of the protocol that are failures.
var resultCodes = map[fsm.CommandResult]string{
	fsm.ResultSettingsDiffer: "settings_differ", fsm.ResultStoppedByOther: "stopped_by_other", fsm.ResultDatabaseLost: "database_lost", fsm.ResultTimedOut: "timed_out",
	fsm.ResultTemporalLockForeign: "temporal_lock_foreign", fsm.ResultSupervisorLockForeign: "supervisor_lock_foreign", fsm.ResultNoSupervisor: "no_supervisor",
	fsm.ResultSupervisorUnresponsive: "supervisor_unresponsive", fsm.ResultSystemRefused: "system_refused", fsm.ResultNoBinary: "no_binary",
	fsm.ResultPortConflict: "port_conflict", fsm.ResultAddressUnusable: "address_unusable",
	fsm.ResultSetupFailed: "setup_failed",
}

// exitCodes are the codes of errors that came before the protocol, or broke it off.
var exitCodes = map[int]string{cli.ExitUsage: "usage", cli.ExitPermission: "permission", cli.ExitNoBinary: "no_binary", cli.ExitInterrupted: "interrupted"}

func (e *ending) errorReport(err error) *ErrorReport {
	p, ok := errors.AsType[*cli.Problem](err)
	if status, printed := errors.AsType[cli.Status](err); printed { // by a process that this one ran
		p, ok = &cli.Problem{What: err.Error(), Means: "what went wrong is on standard error", Exit: int(status)}, true
	}
	if !ok {
		p = cli.UsageProblem(err)
	}
	report := &ErrorReport{Code: exitCodes[p.Exit], What: p.What, Means: p.Means, Try: cli.ForThisHome(p.Try), Details: append([]string{}, p.Details...), Exit: p.Exit}
	switch {
	case e.outcome.Result == fsm.ResultFailed:
		report.Code = string(e.outcome.Record.Failure.Cause())
	case e.reached && resultCodes[e.outcome.Result] != "":
		report.Code = resultCodes[e.outcome.Result]
	case report.Code == "":
		report.Code = "failed"
	}
	return report
}
