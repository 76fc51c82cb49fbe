package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/probes/temporal"
)

// patient is what doctor has seen of a home, and what a start would ask for.
type patient struct {
	*seen
	options  *options
	settings fsm.Settings
}

// examine looks at everything, in the order in which a start needs it. Of a home
// that is not to be trusted nothing is read or run.
func examine(path string) []CheckReport {
	home, there := checkHome(path)
	if !home.OK && !there {
		return []CheckReport{home, checkLimits()}
	}
	p := &patient{seen: look(path), options: &options{}}
	checks := []CheckReport{home}
	if there {
		checks = append(checks, checkPrivate(p.home))
		checks = append(checks, checkFiles(p.home, p.database()))
		checks = append(checks, checkDisk(string(p.home), p.database())...)
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
func (p *patient) checkSettings() CheckReport {
	const name = "settings"
	flags := pflag.NewFlagSet(name, pflag.ContinueOnError)
	p.options.startFlags(flags)
	err := p.options.parse(flags)
	p.settings = p.options.settings
	if p.running() {
		p.settings = p.document.Settings
	}
	if problem, ok := errors.AsType[*Problem](err); ok {
		return wrong(name, problem.Try, "%s", problem.What)
	}
	otherwise := ""
	for _, link := range serviceLinks(flags) {
		otherwise += "; " + linkWords(link)
	}
	for _, words := range misspelt(os.Environ(), flags) {
		otherwise += "; " + words
	}
	otherwise += otherYAML(p.options.config)
	if differ := fsm.Differences(p.document.Settings, p.options.settings, p.options.given); p.running() && len(differ) > 0 {
		otherwise += fmt.Sprintf("; Temporal runs with others (%s), a restart changes that", differ[0])
	}
	config := p.options.config
	if !config.exists {
		return well(name, "defaults and environment; there is no %s%s", config.path, otherwise)
	}
	return well(name, "%s is understood%s", config.path, otherwise)
}

// checkCLI checks the Stigmer CLI's settings in this home. It returns nil if there are none.
func (p *patient) checkCLI() []CheckReport {
	const name = "stigmer cli"
	config := p.options.config
	b, notes := config.beside, config.besideNotes()
	switch {
	case b.manages:
		return []CheckReport{wrong(name, "set "+managedSetting+" in "+b.path+", which leaves Temporal to stigmer local", "%s", managesNote(b.path)+p.cliTemporal())}
	case b.ours && b.distrusted != nil && config.path != b.path:
		return []CheckReport{wrong(name, "look at it, then write its settings into "+config.path, "%s", notes[0])}
	case len(notes) > 0:
		return []CheckReport{well(name, "%s", notes[0])}
	case b.foreign:
		return []CheckReport{well(name, "%s is not for stigmer local, and is left alone", b.path)}
	}
	return nil
}

// database is the database that matters: the one that runs, or that ran last.
func (p *patient) database() string {
	if !p.exists {
		return ""
	}
	return actions.DatabaseOf(p.home, p.document.Record)
}

// databases are those that matter: where none runs, the next start's as well as the one
// that was used last.
func (p *patient) databases() []string {
	last, next := p.database(), p.nextDatabase()
	if last == next || p.running() {
		return []string{last}
	}
	return []string{last, next}
}

// nextDatabase is the database of a start that is told nothing more, empty for none.
func (p *patient) nextDatabase() string {
	if o := p.options; o.settings.DB != "" || o.ephemeral {
		return o.settings.DB
	}
	return p.home.DB()
}

func (p *patient) checkRecord() CheckReport {
	const name = "record"
	evidence := p.recordEvidence()
	switch {
	case p.recordFault == noRecord || p.recordFault == "" && evidence.OK:
		return well(name, "%s", evidence.Detail)
	case p.hidden:
		return wrong(name, tryHidden, "%s", evidence.Detail)
	case p.recordFault == "":
		return wrong(name, "stigmer local start, or stigmer local stop, which go on from it", "%s", evidence.Detail)
	case p.trouble != nil:
		return wrong(name, systemProblem(p.trouble, "").Try, "%s", p.recordFault)
	}
	return wrong(name, "stigmer local start, or stop: it is kept under another name and made anew", "%s", p.recordFault)
}

func (p *patient) checkTemporal() CheckReport {
	const name = "temporal"
	d := p.diagnosis()
	switch {
	case p.hidden:
		return wrong(name, tryHidden, "what runs cannot be determined: %v", p.trouble)
	case p.trouble != nil:
		return wrong(name, "stigmer local state --explain", "what runs cannot be determined: %v", p.trouble)
	case p.evidence.Owner == fsm.OwnerForeign:
		return wrong(name, "end that program, or another home: STIGMER_HOME=DIR", "temporal.lock is held by %s, which is not ours", p.evidence.Holder)
	case p.stranger != "":
		return wrong(name, "end that program, or another home: STIGMER_HOME=DIR", "supervisor.lock is held by %s, which is not ours", p.stranger)
	case d.State == fsm.Healthy, d.State == fsm.Stopped && p.document.Failure.Event == "":
		return well(name, "%s: %s", d.State, why(d.State, d.Reason))
	case d.State == fsm.Stopped && passing(p.document.Failure.Event):
		return well(name, "Stopped; the last start failed, and whether it would now is told with the others: %s", why(d.State, d.Reason))
	case d.State == fsm.Stopped:
		_, try := remedy(p.document.Record, p.home)
		return wrong(name, try, "%s: %s", d.State, why(d.State, d.Reason))
	}
	return wrong(name, either(p.advice(), "stigmer local state --explain"), "%s: %s", d.State, why(d.State, d.Reason))
}

// passing reports whether what has ended a start is looked at here by another check,
// as it is now: what was in its way may have gone.
func passing(failure fsm.Event) bool {
	return failure == fsm.PortTaken || failure == fsm.LockDenied || failure == fsm.SaveFailed
}

// checkPorts looks who has the ports, in the kernel's table: nothing is bound.
func (p *patient) checkPorts() []CheckReport {
	s := p.settings
	needs := []struct {
		name string
		port int
	}{{"port", s.Port}, {"ui-port", s.UIPort}, {"http-port", s.HTTPPort}, {"metrics-port", s.MetricsPort}}
	var checks []CheckReport
	for _, n := range needs {
		if n.port != 0 && !(n.name == "ui-port" && s.Headless) {
			checks = append(checks, p.checkPort(n.name, n.port))
		}
	}
	return checks
}

func (p *patient) checkPort(name string, port int) CheckReport {
	ctx, cancel := withLookTimeout()
	defer cancel()
	at := probes.HostPort(p.settings.IP, port)
	listener, err := probes.Owner(ctx, p.settings.IP, port)
	try := fmt.Sprintf("end it, or choose another: --%s", name)
	if p.running() {
		try = either(p.advice(), try)
	}
	switch {
	case err != nil:
		return wrong(name, "stigmer local start says it more exactly", "the owner of %s cannot be determined: %v", at, err)
	case listener == nil && p.running():
		return wrong(name, either(p.advice(), "stigmer local state --explain"), "nothing listens on %s, although Temporal runs", at)
	case name == "ui-port" && uiBlocked(p.settings):
		return wrong(name, fmt.Sprintf("--ui-port %d, for start or restart", openUIPort(p.settings)), "browsers refuse port %d, so the web UI cannot be opened there", port)
	case listener == nil:
		err := probes.MayListen(p.settings.IP, port)
		if err == nil {
			err = probes.Reachable(p.settings.IP)
		}
		if err != nil {
			return wrong(name, otherPlace(err), "%s: %v", at, err)
		}
		return well(name, "%s is free", at)
	case p.ownListener(listener):
		return well(name, "%s is our Temporal's (pid %d)", at, listener.PID)
	case listener.PID == 0:
		return wrong(name, try, "%s is taken by a program that may not be looked into", at)
	case listener.Instance != "":
		return wrong(name, "STIGMER_HOME="+shellWord(listener.Instance)+" stigmer local stop, or --"+name, "%s is taken by the Temporal of home %s (pid %d)", at, listener.Instance, listener.PID)
	case probes.IsDevServer(listener.PID):
		return wrong(name, fmt.Sprintf("end it with what started it, or kill %d, or choose another: --%s", listener.PID, name),
			"%s is taken by a Temporal that something else started: pid %d (%s)", at, listener.PID, listener.Command)
	}
	return wrong(name, try, "%s is taken by pid %d (%s)", at, listener.PID, listener.Command)
}

func (p *patient) checkBinary() CheckReport {
	const name = "binary"
	home := p.home
	if err := p.options.binary(home); err != nil {
		problem, ok := errors.AsType[*Problem](err)
		if !ok {
			problem = noBinary(home)
		}
		return wrong(name, problem.Try, "%v", err)
	}
	path := p.options.settings.TemporalBin
	if path == "" {
		none := noBinary(home)
		if p.options.noInstall || noInstall(home) != nil {
			return wrong(name, none.Try, "%s", none.What)
		}
		return well(name, "there is none in %s nor in PATH; start installs version %s, as stigmer local install does", home.Bin(), strings.TrimPrefix(TemporalVersion, "v"))
	}
	settings := p.options.settings
	settings.DB = p.nextDatabase()
	lent, _ := p.options.lent() // checkEnvironment reports the error
	if p.running() && path == p.document.Settings.TemporalBin && p.document.Environment.Known() && !p.options.given.Has(passEnvFlag) {
		settings.PassEnv, lent = p.document.Settings.PassEnv, p.document.Environment // as it runs, and as a restart runs it
	}
	said, problem, err := programTried(context.Background(), home, fsm.Record{Settings: settings, Environment: lent})
	switch {
	case problem != nil:
		return wrong(name, problem.Try, "%s%.200s", problem.What, behind(": ", strings.Join(problem.Details, "; ")))
	case err != nil:
		lack, _ := lackIn(err.Error())
		return wrong(name, either(lack.try, "the same command again"), "%s: %v", path, err)
	}
	tested := strings.TrimPrefix(TemporalVersion, "v")
	switch version := temporal.VersionOf(path); version {
	case "": // a build that does not know its version, or a wrapper
		return well(name, "%s runs: %.80s", path, either(said, "it does not say its version"))
	case tested:
		return well(name, "%s runs: version %s", path, version)
	default:
		return well(name, "%s runs: version %s (tested is %s)", path, version, tested)
	}
}
