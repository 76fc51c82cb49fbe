package cmd

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/host"
	"github.com/stigmer/local/probes/temporal"
	"github.com/stigmer/local/statefile"
)

func startCommand() *cobra.Command {
	o := &options{}
	c := &cobra.Command{
		Use:   "start",
		Short: "Start Temporal, and return when a client can work",
		Long: `Start Temporal, and return when a client can work: its health is SERVING, and every
namespace and the services that run a workflow answer. A Temporal that runs already is
left as it is, one that lost its supervisor is adopted without a restart. A supervisor
stays behind and restarts Temporal after a crash. What was asked for at an earlier start
counts for nothing: it is restart that keeps it. Where there is no Temporal CLI, one is
installed first, as stigmer local install does it without flags.

Every flag is also read from the environment, --ui-port is STIGMER_UI_PORT, and from
local.yaml in the home: see config --help. Either counts as asked for.

Temporal gets the variables of this environment that any program needs (PATH, HOME, the
language, certificates, proxies, GOMAXPROCS and the like), and those that --pass-env
names. Restarts keep these variables. Presets of the Temporal CLI are ignored.

` + exitHelp,
		Example: `  stigmer local start
  stigmer local start --port 7333 --namespace orders --namespace billing
  stigmer local start --ephemeral --headless
  stigmer local start --pass-env 'AWS_*'
  stigmer local start --foreground`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return endRetries(runStart(c, o)) },
	}
	o.startFlags(c.Flags())
	return c
}

func restartCommand() *cobra.Command {
	o := &options{restarts: true}
	var grace time.Duration
	c := &cobra.Command{
		Use:   "restart",
		Short: "Stop Temporal and start it with the same settings",
		Long: `Stop Temporal if it runs, then start it with the recorded settings. Flags,
their environment variables and local.yaml change just what they name. Temporal gets
the recorded variables again; with --pass-env they are taken from this environment.

` + exitHelp,
		Example: `  stigmer local restart
  stigmer local restart --port 7333`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return runRestart(c, o, grace) },
	}
	o.addFlags(c.Flags())
	graceFlag(c, "grace", &grace)
	return c
}

// prepare parses, then opens the home: a command that was not understood makes nothing.
func (o *options) prepare(c *cobra.Command) (statefile.Home, error) {
	if err := o.parse(c.Flags()); err != nil {
		return "", err
	}
	if err := checkHomeText(); err != nil {
		return "", err
	}
	home, err := openHome()
	if err != nil {
		return "", err
	}
	if text := relativeHome(string(home)); text != "" {
		note(c, "Note: %s", text)
	}
	o.config.noteBeside(c)
	warnOfLinks(c)
	warnOfMisspelt(c)
	warnOpen(c, o.settings)
	o.warnUIPort(c)
	if err := checkShared(c, home); err != nil {
		return "", err
	}
	return home, o.locate(home)
}

func runStart(c *cobra.Command, o *options) error {
	home, err := o.prepare(c)
	if err != nil {
		return err
	}
	lent, err := o.lent()
	if err != nil {
		return err
	}
	if err := o.tryForStart(c, home, lent); err != nil {
		return err
	}
	trace, err := newTrace(o.trace)
	if err != nil {
		return err
	}
	defer trace.Close()
	return o.withBinary(c, home, fsm.VerbStart, func() error {
		command := fsm.Command{
			Verb: fsm.VerbStart, Want: o.settings, Given: o.given, Environment: lent,
			Patience: fsm.Millis(o.timeout.Milliseconds()), Cause: cause("start"),
		}
		if o.foreground {
			return runForeground(c, home, command, trace)
		}
		return run(c, home, command, trace)
	})
}

func runRestart(c *cobra.Command, o *options, grace time.Duration) error {
	home, err := o.prepare(c)
	if err != nil {
		return err
	}
	if grace < time.Millisecond {
		return usage(badFlag("grace", "--grace %s is not a time of at least a millisecond", grace))
	}
	lent, err := o.lent()
	if err != nil {
		return err
	}
	// What is missing is provided before the stop, not after it.
	return o.withBinary(c, home, fsm.VerbRestart, func() error { return o.restart(c, home, lent, grace) })
}

func (o *options) restart(c *cobra.Command, home statefile.Home, lent fsm.Environment, grace time.Duration) error {
	document, _ := (statefile.File{Home: home}).Load() // run reports what is wrong with it
	if err := o.checkUIPort(document.Generation > 0); err != nil {
		return o.blame(err)
	}
	o.keepLent(document.Record)
	recorded := document.Settings.TemporalBin
	switch _, err := runnable(recorded); {
	case o.settings.TemporalBin == "" && err != nil:
		return noBinary(home)
	case recorded != "" && err != nil:
		o.given = fsm.MakeNames(append(o.given.List(), "temporal-bin"))
	}
	command := fsm.Command{
		Verb: fsm.VerbRestart, Want: o.settings, Given: o.given, Environment: lent, Grace: fsm.Millis(grace.Milliseconds()),
		Patience: fsm.Millis(o.timeout.Milliseconds()), Cause: cause("restart"),
	}
	// These checks come before the stop: with a program that does not run, a file that Temporal
	// cannot serve from, or a port that another program has, nothing would run after it.
	next := command.Next(document.Record)
	if err := checkDatabase(next.Settings.DB); err != nil {
		return err
	}
	if err := tryProgram(c, home, next); err != nil {
		return err
	}
	if err := checkObstacle(home, next.Settings); err != nil {
		return err
	}
	if err := checkLogFiles(home, false); err != nil {
		return err
	}
	return run(c, home, command, nil)
}

// checkObstacle refuses a restart of a Temporal that runs where another program has what
// the next one would need.
func checkObstacle(home statefile.Home, wanted fsm.Settings) error {
	seen, err := glance(string(home))
	if err != nil || seen == nil || seen.evidence.Owner != fsm.OwnerOurs {
		return nil // nothing would be stopped: the start says what is wrong
	}
	event, reason := actions.Obstacle(home, seen.document.Record, wanted)
	if event == "" {
		return nil
	}
	_, try := remedy(fsm.Record{Settings: wanted, Failure: fsm.Failure{Event: event, Reason: reason}}, home)
	return &Problem{
		What:  reason,
		Means: "Temporal could not be started again; nothing was stopped or started",
		Try:   try, Exit: ExitFailed,
	}
}

// checkDatabase refuses a file that Temporal cannot serve from.
func checkDatabase(db string) error {
	if db == "" {
		return nil
	}
	reason := either(actions.Unfit(db), actions.Foreign(db))
	if reason == "" {
		return nil
	}
	return &Problem{
		What:  reason,
		Means: "Temporal cannot serve from it; nothing was stopped or started, and it was not touched",
		Try:   fit(db, reason), Exit: ExitFailed,
	}
}

// tryForStart is checkLogFiles and tryProgram if the start will spawn. If Temporal runs
// already, neither is needed, and trying a wrapper may be slow.
func (o *options) tryForStart(c *cobra.Command, home statefile.Home, lent fsm.Environment) error {
	log := checkLogFiles(home, o.foreground)
	if log == nil && temporal.IsTemporal(o.settings.TemporalBin) {
		return nil
	}
	if seen, err := glance(string(home)); err != nil || seen != nil && seen.evidence.Owner != fsm.OwnerNone {
		return nil // the start reports what is wrong
	}
	if log != nil {
		return log
	}
	return tryProgram(c, home, fsm.Record{Settings: o.settings, Environment: lent})
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

func warnOpen(c *cobra.Command, s fsm.Settings) {
	if !loopback(s.IP) {
		warn(c, "--ip %s can be reached from other machines, and Temporal's development server asks nobody for a password", s.IP)
	}
}

// warnUIPort warns of a port that browsers refuse, where it was asked for.
func (o *options) warnUIPort(c *cobra.Command) {
	if o.given.Has("ui-port") && uiBlocked(o.settings) {
		warn(c, "%s", blockedWords(o.settings, ""))
	}
}

// checkShared warns of a home that other hosts may use as well, and refuses one
// where a lock does not even keep this host's processes apart.
func checkShared(c *cobra.Command, home statefile.Home) error {
	kind := host.SharedFileSystem(string(home))
	if kind == "" {
		return nil
	}
	if err := actions.TryLocks(home); err != nil {
		return &Problem{
			What:  fmt.Sprintf("the home %s is on %s: %v", home, kind, err),
			Means: "nothing could keep a second Temporal away; nothing was started or stopped",
			Try:   "a home on a local disk: STIGMER_HOME=DIR", Exit: ExitFailed,
		}
	}
	warn(c, "the home %s is on %s: its locks may not keep other hosts away", home, kind)
	return nil
}

// cause says in the history who asked.
func cause(verb string) string { return fmt.Sprintf("stigmer local %s (pid %d)", verb, os.Getpid()) }
