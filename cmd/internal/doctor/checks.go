package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/actions/cause"
	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/actions/program"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/ports"
	"github.com/stigmer/local/probes/proc"
)

// examination is what doctor has seen of a home, and what a start would ask for.
type examination struct {
	*inspect.Snapshot
	options  *config.Options
	settings fsm.Settings
}

// examine checks everything, in the order in which a start needs it. Of a home
// that is not to be trusted nothing is read or run.
func examine(path string) []CheckReport {
	home, there := checkHome(path)
	if !home.OK && !there {
		return []CheckReport{home, checkLimits()}
	}
	p := &examination{Snapshot: inspect.TakeSnapshot(path), options: &config.Options{}}
	checks := []CheckReport{home}
	if there {
		checks = append(checks, checkPrivate(p.Home))
		checks = append(checks, checkFiles(p.Home, p.database()))
		checks = append(checks, checkDisk(string(p.Home), p.database())...)
	}
	checks = append(checks, p.checkSettings(), p.checkEnvironment())
	checks = append(checks, p.checkCLI()...)
	if there {
		checks = append(checks, p.checkRecord(), p.checkTemporal())
		checks = append(checks, p.checkLog()...)
	}
	checks = append(checks, p.checkPorts()...)
	checks = append(checks, p.checkBinary())
	if there {
		for _, db := range p.databases() {
			checks = append(checks, p.checkDatabase(db))
		}
	}
	checks = append(checks, checkLimits())
	if there {
		checks = append(checks, p.checkLeftovers())
	}
	return checks
}

// checkSettings reads what a start would ask for; what runs counts before it.
func (p *examination) checkSettings() CheckReport {
	const name = "settings"
	flags := pflag.NewFlagSet(name, pflag.ContinueOnError)
	p.options.StartFlags(flags)
	err := p.options.Parse(flags)
	p.settings = fsm.Command{Verb: fsm.VerbStart, Want: p.options.Settings, Given: p.options.Given}.Wanted(p.Document.Record)
	if p.Running() {
		p.settings = p.Document.Settings
	}
	if problem, ok := errors.AsType[*cli.Problem](err); ok {
		return fail(name, problem.Try, "%s", problem.What)
	}
	otherwise := ""
	for _, words := range config.IgnoredVariables(flags) {
		otherwise += "; " + words
	}
	otherwise += config.OtherYAML(p.options.Config)
	if differ := p.Document.Differences(p.options.Settings, p.options.Given); p.Running() && len(differ) > 0 {
		otherwise += fmt.Sprintf("; Temporal runs with others (%s), a restart changes that", differ[0])
	}
	config := p.options.Config
	if team := config.TeamPath(); team != "" {
		return pass(name, "%s over %s is understood%s", team, config.Path, otherwise)
	}
	if !config.Exists {
		return pass(name, "defaults and environment; there is no %s%s", config.Path, otherwise)
	}
	return pass(name, "%s is understood%s", config.Path, otherwise)
}

// checkCLI checks the Stigmer CLI's settings in this home. It returns nil if there are none.
func (p *examination) checkCLI() []CheckReport {
	const name = "stigmer cli"
	file := p.options.Config
	b, notes := file.Beside, file.BesideNotes()
	switch {
	case b.Manages:
		return []CheckReport{fail(name, "set "+config.ManagedSetting+" in "+b.Path+", which leaves Temporal to stigmer local", "%s", config.ManagesNote(b.Path)+p.cliTemporal())}
	case b.Ours && b.Distrusted != nil && file.Path != b.Path:
		return []CheckReport{fail(name, "look at it, then write its settings into "+file.Path, "%s", notes[0])}
	case len(notes) > 0:
		return []CheckReport{pass(name, "%s", notes[0])}
	case b.Foreign:
		return []CheckReport{pass(name, "%s is not for stigmer local, and is left alone", b.Path)}
	}
	return nil
}

// database is the database that matters: the one that runs, or that ran last.
func (p *examination) database() string {
	if !p.Exists {
		return ""
	}
	return database.Of(p.Home, p.Document.Record)
}

// databases are those that matter: where none runs, the next start's as well as the one
// that was used last.
func (p *examination) databases() []string {
	last, next := p.database(), p.nextDatabase()
	if last == next || p.Running() {
		return []string{last}
	}
	return []string{last, next}
}

// nextDatabase is the database of a start without further flags, empty for none.
func (p *examination) nextDatabase() string {
	if o := p.options; o.Settings.DB != "" || o.Ephemeral {
		return o.Settings.DB
	}
	return p.Home.DB()
}

func (p *examination) checkRecord() CheckReport {
	const name = "record"
	evidence := p.RecordEvidence()
	switch {
	case p.RecordFault == inspect.ErrNoRecord || p.RecordFault == nil && evidence.OK:
		return pass(name, "%s", evidence.Detail)
	case p.Hidden:
		return fail(name, cli.TryHidden, "%s", evidence.Detail)
	case p.RecordFault == nil:
		return fail(name, "stigmer local start, or stigmer local stop, which go on from it", "%s", evidence.Detail)
	case p.Trouble != nil:
		return fail(name, cli.SystemProblem(p.Trouble, "").Try, "%v", p.RecordFault)
	}
	return fail(name, "stigmer local start, or stop: it is kept under another name and made anew", "%v", p.RecordFault)
}

func (p *examination) checkTemporal() CheckReport {
	const name = "temporal"
	d := p.Diagnosis()
	switch {
	case p.Hidden:
		return fail(name, cli.TryHidden, "what runs cannot be determined: %v", p.Trouble)
	case p.Trouble != nil:
		return fail(name, "stigmer local state --explain", "what runs cannot be determined: %v", p.Trouble)
	case p.Evidence.Owner == fsm.OwnerForeign:
		return fail(name, "end that program, or another home: STIGMER_HOME=DIR", "temporal.lock is held by %s, which is not ours", p.Evidence.Holder)
	case p.ForeignHolder != "":
		return fail(name, "end that program, or another home: STIGMER_HOME=DIR", "supervisor.lock is held by %s, which is not ours", p.ForeignHolder)
	case d.State == fsm.Healthy && p.Document.SetupFault() != "":
		return fail(name, inspect.TrySetup, "Healthy, but the setup could not be applied: %s", p.Document.SetupFault())
	case d.State == fsm.Healthy, d.State == fsm.Stopped && p.Document.Failure.Event == "":
		return pass(name, "%s: %s", d.State, inspect.Why(d.State, d.Reason))
	case d.State == fsm.Stopped && passing(p.Document.Failure.Event):
		return pass(name, "Stopped; the last start failed, and the other checks say whether it would now: %s", inspect.Why(d.State, d.Reason))
	case d.State == fsm.Stopped:
		_, try := inspect.Remedy(p.Document.Record, p.Home)
		return fail(name, try, "%s: %s", d.State, inspect.Why(d.State, d.Reason))
	}
	return fail(name, cmp.Or(p.Advice(), "stigmer local state --explain"), "%s: %s", d.State, inspect.Why(d.State, d.Reason))
}

// passing reports whether what has ended a start is examined here by another check,
// as it is now: what was in its way may have gone.
func passing(failure fsm.Event) bool {
	return failure == fsm.PortTaken || failure == fsm.LockDenied || failure == fsm.SaveFailed
}

// checkPorts finds the owners of the ports in the kernel's table: nothing is bound.
func (p *examination) checkPorts() []CheckReport {
	var checks []CheckReport
	for _, need := range actions.Needs(p.settings) {
		checks = append(checks, p.checkPort(need))
	}
	return checks
}

func (p *examination) checkPort(need actions.Need) CheckReport {
	name, port := need.Flag, need.Port
	ctx, cancel := inspect.WithLookTimeout()
	defer cancel()
	at := ports.HostPort(need.IP, port)
	listener, err := ports.Owner(ctx, need.IP, port)
	try := fmt.Sprintf("end it, or choose another: --%s", name)
	if p.Running() {
		try = cmp.Or(p.Advice(), try)
	}
	switch {
	case err != nil:
		return fail(name, "stigmer local start says it more exactly", "the owner of %s cannot be determined: %v", at, err)
	case listener == nil && p.Running():
		return fail(name, cmp.Or(p.Advice(), "stigmer local state --explain"), "nothing listens on %s, although Temporal runs", at)
	case name == "ui-port" && config.UIBlocked(p.settings):
		return fail(name, fmt.Sprintf("--ui-port %d, for start or restart", config.OpenUIPort(p.settings)), "browsers refuse port %d, so the web UI cannot be opened there", port)
	case listener == nil:
		err := ports.MayListen(need.IP, port)
		if err == nil {
			err = ports.Reachable(need.IP)
		}
		if err != nil {
			code := cause.Of(err)
			lack, _ := cli.LackOf(code)
			return fail(name, cmp.Or(lack.Try, inspect.OtherPlace(code)), "%s: %v", at, err)
		}
		return pass(name, "%s is free", at)
	case p.OwnListener(listener):
		return pass(name, "%s is our Temporal's (pid %d)", at, listener.PID)
	case listener.PID == 0:
		return fail(name, try, "%s is taken by a program that may not be looked into", at)
	case listener.Instance != "":
		return fail(name, "STIGMER_HOME="+human.ShellWord(listener.Instance)+" stigmer local stop, or --"+name, "%s is taken by the Temporal of home %s (pid %d)", at, listener.Instance, listener.PID)
	case proc.IsDevServer(listener.PID):
		return fail(name, fmt.Sprintf("end it with what started it, or kill %d, or choose another: --%s", listener.PID, name),
			"%s is taken by a Temporal that something else started: pid %d (%s)", at, listener.PID, listener.Command)
	}
	return fail(name, try, "%s is taken by pid %d (%s)", at, listener.PID, listener.Command)
}

func (p *examination) checkBinary() CheckReport {
	const name = "binary"
	home := p.Home
	if err := p.options.Binary(home); err != nil {
		problem, ok := errors.AsType[*cli.Problem](err)
		if !ok {
			problem = config.NoBinary(home, "")
		}
		return fail(name, problem.Try, "%v", err)
	}
	path := p.options.Settings.TemporalBin
	if path == "" {
		version := p.options.Settings.TemporalVersion
		none := config.NoBinary(home, version)
		if p.options.NoInstall || config.NoInstall(home) != nil {
			return fail(name, none.Try, "%s", none.What)
		}
		if version != "" {
			return pass(name, "version %s is not in %s; start installs it", strings.TrimPrefix(version, "v"), home.Versions())
		}
		return pass(name, "there is none in %s nor in PATH; start installs version %s, as stigmer local install does", home.Bin(), strings.TrimPrefix(cli.TemporalVersion, "v"))
	}
	settings := p.options.Settings
	settings.DB = p.nextDatabase()
	lent, _ := p.options.Lent() // checkEnvironment reports the error
	if p.Running() && path == p.Document.Settings.TemporalBin && p.Document.Environment.Known() && !p.options.Given.Has(config.PassEnvFlag) {
		settings.PassEnv, lent = p.Document.Settings.PassEnv, p.Document.Environment // as it runs, and as a restart runs it
	}
	next := fsm.Record{Settings: settings, Environment: lent}
	said, problem, err := config.ProgramTried(context.Background(), home, next)
	switch {
	case problem != nil:
		return fail(name, problem.Try, "%s%.200s", problem.What, cli.Behind(": ", strings.Join(problem.Details, "; ")))
	case err != nil:
		lack, _ := cli.LackOf(cause.Of(err))
		return fail(name, cmp.Or(lack.Try, "the same command again"), "%s: %v", path, err)
	}
	of := program.Of(context.Background(), home, next)
	known := strings.TrimPrefix(inspect.VersionPhrase(of), ", ")
	switch tested := strings.TrimPrefix(cli.TemporalVersion, "v"); of.Version {
	case "": // a build that does not know its version, or a wrapper that prints another text
		return pass(name, "%s runs: %.80s", path, cmp.Or(known, said, "it does not say its version"))
	case tested:
		return pass(name, "%s runs: %s", path, known)
	default:
		return pass(name, "%s runs: %s (tested is %s)", path, known, tested)
	}
}
