package cmd

import (
	"cmp"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/host"
	"github.com/stigmer/local/probes/temporal"
	"github.com/stigmer/local/statefile"
)

// prepare parses, then opens the home: a command that was not understood makes nothing.
func prepare(c *cobra.Command, o *options) (statefile.Home, error) {
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
	warnUIPort(c, o)
	if err := checkShared(c, home); err != nil {
		return "", err
	}
	return home, o.locate(home)
}

// tryForStart is checkLogFiles and tryProgram if the start will spawn. If Temporal runs
// already, neither is needed, and trying a wrapper may be slow.
func tryForStart(c *cobra.Command, o *options, home statefile.Home, lent fsm.Environment) error {
	log := checkLogFiles(home, o.foreground)
	if log == nil && temporal.IsTemporal(o.settings.TemporalBin) {
		return nil
	}
	if seen, err := glance(string(home)); err != nil || seen != nil && seen.evidence.Hold != fsm.HoldFree {
		return nil // the start reports what is wrong
	}
	if log != nil {
		return log
	}
	return tryProgram(c, home, fsm.Record{Settings: o.settings, Environment: lent})
}

// warnUIPort warns of a port that browsers refuse, where it was asked for.
func warnUIPort(c *cobra.Command, o *options) {
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

// checkObstacle refuses a restart of a Temporal that runs where another program has what
// the next one would need.
func checkObstacle(home statefile.Home, wanted fsm.Settings) error {
	seen, err := glance(string(home))
	if err != nil || seen == nil || seen.evidence.Hold != fsm.HoldOurs {
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
	reason := cmp.Or(actions.Unfit(db), actions.Foreign(db))
	if reason == "" {
		return nil
	}
	return &Problem{
		What:  reason,
		Means: "Temporal cannot serve from it; nothing was stopped or started, and it was not touched",
		Try:   fit(db, reason), Exit: ExitFailed,
	}
}

// cause says in the history who asked.
func cause(verb string) string { return fmt.Sprintf("stigmer local %s (pid %d)", verb, os.Getpid()) }
