package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"github.com/stigmer/local/actions/environment"
	"github.com/stigmer/local/actions/install"
	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// Options is what the flags of start and restart say.
type Options struct {
	Settings   fsm.Settings
	Given      fsm.Names
	namespaces []string
	passEnv    []string
	Ephemeral  bool
	Timeout    time.Duration
	Foreground bool
	Trace      string
	team       string // the file of --config, as it was given
	NoInstall  bool
	// Restarts says that the command is restart: settings that were not given are the record's.
	Restarts bool
	// Running returns the namespaces of the Temporal that runs, which a start that is given none means; nil for
	// a command that starts none.
	Running func() fsm.Names
	// origins says where each flag that has a value got it, and config is the
	// settings file as it was read for that.
	origins Origins
	Config  File
}

// StartFlags declares the flags of start: those of restart and its own.
func (o *Options) StartFlags(f *pflag.FlagSet) {
	o.AddFlags(f)
	addGroup(f, groupDaily, func(f *pflag.FlagSet) {
		f.BoolVar(&o.Foreground, "foreground", false, "run the supervisor in this terminal, whatever --timeout; Ctrl-C stops Temporal")
	})
	addGroup(f, groupOutput, func(f *pflag.FlagSet) {
		cli.PathVar(f, &o.Trace, "trace", "write what took how long to this file, for chrome://tracing or ui.perfetto.dev")
	})
}

// ProgramFlags declares the flags of a command that takes a program and no other setting: the rest have
// the values of the weaker layers.
func (o *Options) ProgramFlags(f *pflag.FlagSet) {
	o.AddFlags(f)
	f.VisitAll(func(flag *pflag.Flag) {
		flag.Hidden = !slices.Contains([]string{TeamFlag, "temporal-bin", VersionFlag, "no-install", "timeout"}, flag.Name)
	})
}

// CheckProgramFlags refuses a setting that ProgramFlags has declared for its default alone.
func CheckProgramFlags(f *pflag.FlagSet) (err error) {
	f.Visit(func(flag *pflag.Flag) {
		if flag.Hidden {
			err = cli.UsageProblem(cli.BadFlag(flag.Name, "--%s is for start and restart", flag.Name))
		}
	})
	return err
}

// AddFlags declares the flags of start and restart, by their groups, with the letters and the other name that
// start-dev has.
func (o *Options) AddFlags(f *pflag.FlagSet) {
	f.SetNormalizeFunc(AsStartDev)
	addGroup(f, groupDaily, o.dailyFlags)
	addGroup(f, groupSetup, o.setupFlags)
	addGroup(f, groupServer, o.serverFlags)
	addGroup(f, groupPolicy, o.policyFlags)
}

func (o *Options) dailyFlags(f *pflag.FlagSet) {
	s := &o.Settings
	cli.PathVar(f, &o.team, TeamFlag, "settings file of a team, over local.yaml: the same keys; see stigmer local config --help")
	cli.PortVar(f, &s.Port, "port", 7233, "port of the gRPC frontend; 0 for a free one, which is kept")
	cli.PortVar(f, &s.UIPort, "ui-port", 8233, "port of the web UI; 0 for a free one, which is kept; a start with --port alone takes that plus 1000, and with --port 0 a free one")
	f.StringVar(&s.IP, "ip", "127.0.0.1", "address to listen on: this one, or 0.0.0.0 or :: for all that the machine has")
	cli.PathVar(f, &s.DB, "db", "database file (default temporal-data/temporal.db in the home)")
	f.BoolVar(&o.Ephemeral, "ephemeral", false, "keep nothing: the database is in memory")
	f.BoolVar(&s.Headless, "headless", false, "without the web UI")
	f.StringArrayVar(&o.passEnv, PassEnvFlag, nil, "variable of this environment that Temporal gets as well, or a pattern of names such as AWS_*; may be repeated")
	cli.PathVar(f, &s.TemporalBin, "temporal-bin", "Temporal CLI to run (default bin/temporal in the home, then PATH, else one is installed)")
	f.Var(&cli.Value[string]{To: &s.TemporalVersion, Kind: "version", Parse: func(text string) (string, error) {
		v, err := install.ParseVersion(text)
		return string(v), err
	}}, VersionFlag, "version of the Temporal CLI to run, in bin/versions in the home, and installed where it is missing")
	f.BoolVar(&o.NoInstall, "no-install", false, "fail where there is no Temporal CLI, rather than install one: see stigmer local install --help")
	f.DurationVar(&o.Timeout, "timeout", 60*time.Second, "how long to wait for Healthy")
}

func (o *Options) policyFlags(f *pflag.FlagSet) {
	p := &o.Settings.Policy
	*p = fsm.DefaultPolicy()
	millisVar(f, &p.StartDeadline, "start-deadline", "how long one Temporal may take to serve before it is started anew")
	millisVar(f, &p.Period, "probe-period", "pause between two probes")
	millisVar(f, &p.Timeout, "probe-timeout", "how long the answer to a probe may take; a later one counts as slow")
	f.IntVar(&p.Threshold, "failure-threshold", p.Threshold, "failed probes in a row that make it Degraded")
	millisVar(f, &p.LivenessDeadline, "liveness-deadline", "how long Temporal may leave every probe unanswered before a restart, from --probe-timeout on; longer if it is slow or waits for a processor")
	millisVar(f, &p.BackoffBase, "backoff-base", "first pause before a restart that follows an unstable run")
	millisVar(f, &p.BackoffMax, "backoff-max", "longest such pause")
	millisVar(f, &p.StableAfter, "stable-after", "serving this long makes a run stable: the next restart is immediate")
	f.IntVar(&p.RestartLimit, "restart-limit", p.RestartLimit, "restarts within --restart-window before it gives up")
	millisVar(f, &p.RestartWindow, "restart-window", "window of --restart-limit")
}

// VersionFlag names the flag that pins the version of the Temporal CLI.
const VersionFlag = "temporal-version"

// millisVar declares a flag for a duration of at least a millisecond.
func millisVar(f *pflag.FlagSet, to *fsm.Millis, name, usage string) {
	f.Var(&cli.Value[fsm.Millis]{To: to, Kind: "duration", Parse: func(text string) (fsm.Millis, error) {
		d, err := time.ParseDuration(text)
		if err == nil && d < time.Millisecond {
			err = fmt.Errorf("%s is not a time of at least a millisecond", text)
		}
		return fsm.Millis(d.Milliseconds()), err
	}, Show: func(m fsm.Millis) string { return (time.Duration(m) * time.Millisecond).String() }}, name, usage)
}

// Parse reads the environment and the settings file and checks what was asked
// for, before anything is made.
func (o *Options) Parse(flags *pflag.FlagSet) error {
	if err := o.Layers(flags); err != nil {
		return err
	}
	if err := o.settle(flags); err != nil {
		return o.Blame(err)
	}
	return nil
}

// settle makes the settings of flags that have their values, and checks them.
func (o *Options) settle(flags *pflag.FlagSet) error {
	var given []string
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Changed {
			given = append(given, f.Name)
		}
	})
	if o.Ephemeral {
		given = append(given, "db")
	}
	o.Given = fsm.MakeNames(given)
	if o.derivesUIPort() {
		o.Settings.UIPort = 0 // as --port 0 is any free one
		if o.Settings.Port != 0 {
			o.Settings.UIPort = o.Settings.Port + 1000
		}
	}
	if slices.Equal(o.namespaces, []string{""}) {
		o.namespaces = nil // none is what was asked for
	}
	o.Settings.Namespaces = fsm.MakeNames(o.namespaces)
	o.Settings.PassEnv = fsm.MakeNames(slices.Compact(slices.Sorted(slices.Values(o.passEnv))))
	if err := o.check(); err != nil {
		return err
	}
	return o.database()
}

// derivesUIPort reports whether the web UI's port follows from the other one: that plus 1000.
func (o *Options) derivesUIPort() bool { return o.Given.Has("port") && !o.Given.Has("ui-port") }

// Locate fills in what is found by the home.
func (o *Options) Locate(home statefile.Home) error {
	if o.Settings.DB == "" && !o.Ephemeral {
		o.Settings.DB = home.DB()
	}
	return o.Binary(home)
}

func (o *Options) database() error {
	if o.Settings.DB == "" {
		return nil
	}
	if o.Ephemeral {
		return cli.Exclusive("db", "ephemeral")
	}
	path, err := filepath.Abs(o.Settings.DB)
	if err != nil {
		return cli.SystemProblem(err, "nothing was changed")
	}
	if err := launch.CheckDatabaseName(path); err != nil {
		return cli.BadFlag("db", "--db %s: %v", path, err)
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return cli.BadFlag("db", "--db %s: there is no folder %s", path, filepath.Dir(path))
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return cli.BadFlag("db", "--db %s is not a file", path)
	}
	o.Settings.DB = path
	return nil
}

// check refuses values that cannot be used, and stores --ip in its canonical spelling.
func (o *Options) check() error {
	ip, err := checkIP(o.Settings.IP)
	if err != nil {
		return err
	}
	o.Settings.IP = ip
	if err := o.checkPorts(); err != nil {
		return err
	}
	for _, name := range o.namespaces {
		switch {
		case !utf8.ValidString(name):
			return cli.BadFlag("namespace", notUTF8, "namespace", name)
		case name == "" || strings.ContainsAny(name, ", \t\n"):
			return cli.BadFlag("namespace", "--namespace %q is not a name", name)
		}
	}
	if err := o.checkServer(); err != nil {
		return err
	}
	for _, pattern := range o.passEnv {
		if !utf8.ValidString(pattern) {
			return cli.BadFlag(PassEnvFlag, notUTF8, PassEnvFlag, pattern)
		}
		if why := environment.CheckPattern(pattern); why != "" {
			return cli.BadFlag(PassEnvFlag, "--%s %q %s", PassEnvFlag, pattern, why)
		}
	}
	if o.Given.Has("temporal-bin") && o.Given.Has(VersionFlag) {
		return cli.Exclusive("temporal-bin", VersionFlag)
	}
	switch p := o.Settings.Policy; {
	case p.Threshold < 1:
		return cli.BadFlag("failure-threshold", "--failure-threshold %d is less than 1", p.Threshold)
	case p.RestartLimit < 1 || p.RestartLimit > fsm.MaxRestartLimit:
		return cli.BadFlag("restart-limit", "--restart-limit %d is not within 1 to %d", p.RestartLimit, fsm.MaxRestartLimit)
	case o.Timeout < time.Millisecond:
		return cli.BadFlag("timeout", "--timeout %s is not a time of at least a millisecond", o.Timeout)
	}
	return nil
}

// notUTF8 refuses a name: the record, which is JSON, would have another text in its place, and
// Temporal itself ends at its start (seen with 1.5.1). Of paths ExpandPath refuses it.
const notUTF8 = "--%s %q is not valid UTF-8"

// checkPorts refuses numbers that are no ports, that two flags share, or that browsers refuse.
func (o *Options) checkPorts() error {
	s := o.Settings
	ports := s.Ports()
	for i, port := range ports.All() {
		flag, number := fsm.PortFlags[i], *port
		switch ui := flag == "ui-port"; {
		case number >= 0 && number <= 65535, ui && s.Headless:
		case ui && o.derivesUIPort():
			return cli.BadFlag("port", "--port %d leaves none for the web UI: that plus 1000 is %d, which is not a port (1 to 65535)", s.Port, number)
		default:
			return cli.BadFlag(flag, "--%s %d is not a port (1 to 65535, or 0 for a free one)", flag, number)
		}
	}
	if one, other, number := s.PortConflict(); one != "" {
		flags := []string{other, one}
		if o.derivesUIPort() {
			flags = append(flags, "port")
		}
		return cli.FlagError{Flags: flags, Text: fmt.Sprintf("--%s and --%s are both %d", one, other, number)}
	}
	return o.CheckUIPort(o.Restarts)
}
