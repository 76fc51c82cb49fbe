package lifecycle

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/actions/cause"
	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/actions/setup"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/host"
	"github.com/stigmer/local/statefile"
)

// Prepare parses, then opens the home: a command that was not understood makes nothing.
func Prepare(c *cobra.Command, o *config.Options) (statefile.Home, error) {
	home, err := OpenWithSettings(c, o, cli.OpenHome)
	if err != nil {
		return "", err
	}
	WarnUIPort(c, o)
	if err := checkShared(c, home); err != nil {
		return "", err
	}
	if err := FinishExchange(c, home, c.Name()); err != nil {
		return "", err
	}
	return home, o.Locate(home)
}

// OpenWithSettings parses, then opens the home whose settings count.
func OpenWithSettings(c *cobra.Command, o *config.Options, open func() (statefile.Home, error)) (statefile.Home, error) {
	o.Config = config.FileOf(c)
	if err := o.Parse(c.Flags()); err != nil {
		return "", err
	}
	if err := config.CheckHomeText(); err != nil {
		return "", err
	}
	home, err := open()
	if err != nil {
		return "", err
	}
	if text := cli.RelativeHome(string(home)); text != "" {
		cli.Note(c, "Note: %s", text)
	}
	o.Config.NoteBeside(c)
	config.WarnOfIgnored(c)
	config.WarnOpen(c, o.Settings)
	config.WarnPragmas(c, o.Settings)
	return home, nil
}

// TryForStart checks the log, the program and the schema of the database if the start will spawn. If
// Temporal runs already, none is needed, and trying a wrapper may be slow.
func TryForStart(c *cobra.Command, o *config.Options, home statefile.Home, lent fsm.Environment) error {
	next := fsm.Record{Settings: o.Settings, Environment: lent}
	log := inspect.CheckLogFiles(home, o.Foreground)
	if _, differs := mayDiffer(c.Context(), home, next); log == nil && config.Proven(home, o.Settings) && !differs {
		return nil
	}
	if seen, err := inspect.TakeQuickSnapshotOf(home); err != nil || seen.Evidence.Owner != fsm.OwnerNone {
		return nil // the start reports what is wrong
	}
	if log != nil {
		return log
	}
	if err := config.TryProgram(c, home, next); err != nil {
		return err
	}
	return CheckSchema(c, home, next)
}

// WarnUIPort warns of a port that browsers refuse, where it was asked for.
func WarnUIPort(c *cobra.Command, o *config.Options) {
	if o.Given.Has("ui-port") && config.UIBlocked(o.Settings) {
		cli.Warn(c, "%s", config.BlockedWords(o.Settings, ""))
	}
}

// checkShared warns of a home that other hosts may use as well, and refuses one
// where a lock does not even keep this host's processes apart.
func checkShared(c *cobra.Command, home statefile.Home) error {
	kind := host.SharedFileSystem(string(home))
	if kind == "" {
		return nil
	}
	if err := lockfile.TryFlock(home); err != nil {
		return &cli.Problem{
			What:  fmt.Sprintf("the home %s is on %s: %v", home, kind, err),
			Means: "nothing could keep a second Temporal away; nothing was started or stopped",
			Try:   "a home on a local disk: STIGMER_HOME=DIR", Exit: cli.ExitFailed,
		}
	}
	cli.Warn(c, "the home %s is on %s: its locks may not keep other hosts away", home, kind)
	return nil
}

// CheckObstacle refuses a restart of a Temporal that runs where another program has what
// the next one would need.
func CheckObstacle(home statefile.Home, wanted fsm.Settings) error {
	seen, err := inspect.TakeQuickSnapshotOf(home)
	if err != nil || seen.Evidence.Owner != fsm.OwnerOurs {
		return nil // nothing would be stopped: the start says what is wrong
	}
	obstacle := actions.Obstacle(home, seen.Document.Record, wanted)
	if obstacle == nil {
		return nil
	}
	_, try := inspect.Remedy(fsm.Record{Settings: wanted, Failure: fsm.Failure{Code: cause.Of(obstacle)}}, home)
	return &cli.Problem{
		What:  obstacle.Error(),
		Means: "Temporal could not be started again; nothing was stopped or started",
		Try:   try, Exit: cli.ExitFailed,
	}
}

// RunningNamespaces are the namespaces of the Temporal that runs in the home that the command is about, empty for none.
func RunningNamespaces() fsm.Names {
	path, err := cli.HomePath()
	if err != nil {
		return ""
	}
	seen, err := inspect.TakeQuickSnapshot(path)
	if err != nil || seen == nil || !seen.Running() {
		return ""
	}
	return seen.Document.Settings.Namespaces
}

// setupWithin bounds how long a Temporal that is to be restarted is asked for its search attributes.
const setupWithin = 2 * time.Second

// CheckSetup refuses a restart that would change the setup, where the Temporal that runs has a search attribute
// with another type. It asks that Temporal: an attribute may have been removed since the record was written.
func CheckSetup(c *cobra.Command, home statefile.Home, was, wanted fsm.Settings) error {
	if wanted.DB == "" || wanted.DB != was.DB || wanted.WantedSetup() == was.WantedSetup() {
		return nil // the next Temporal has another database, or is to have what this one was to have
	}
	seen, err := inspect.TakeQuickSnapshotOf(home)
	if err != nil || !seen.Running() {
		return nil // nothing would be stopped: the start says what is wrong
	}
	ctx, cancel := context.WithTimeout(c.Context(), setupWithin)
	defer cancel()
	differ := setup.Differ(ctx, launch.Address(was), wanted.WantedSetup())
	if len(differ) == 0 {
		return nil
	}
	return &cli.Problem{
		What:  "the setup could not be applied: " + strings.Join(differ, "; "),
		Means: "Temporal goes on as it is; nothing was stopped or started",
		Try:   "the type that is there, or another name; or remove it with the Temporal CLI, then the same restart", Exit: cli.ExitFailed,
	}
}

// CheckDatabase refuses a file that Temporal, as the record has it, cannot serve from.
func CheckDatabase(r fsm.Record) error {
	db := r.Settings.DB
	if db == "" {
		return nil
	}
	refusal := cmp.Or(database.Unfit(db), database.ReadContents(db, r.Known).Refusal)
	if refusal == nil {
		return nil
	}
	return &cli.Problem{
		What:  refusal.Error(),
		Means: "Temporal cannot serve from it; nothing was stopped or started, and it was not touched",
		Try:   inspect.Fit(db, cause.Of(refusal)), Exit: cli.ExitFailed,
	}
}

// Cause names a command and its PID, for the history.
func Cause(verb string) string { return fmt.Sprintf("stigmer local %s (pid %d)", verb, os.Getpid()) }
