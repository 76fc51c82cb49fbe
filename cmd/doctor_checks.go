package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
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
		checks = append(checks, checkDisk(string(p.home), p.database())...)
	}
	checks = append(checks, p.checkSettings(path))
	if there {
		checks = append(checks, p.checkRecord(), p.checkTemporal())
	}
	checks = append(checks, p.checkPorts()...)
	checks = append(checks, p.checkBinary())
	if there {
		checks = append(checks, p.checkDatabase())
	}
	checks = append(checks, checkLimits())
	if there {
		checks = append(checks, p.checkLeftovers())
	}
	return checks
}

// checkSettings reads what a start would ask for; what runs counts before it.
func (p *patient) checkSettings(path string) CheckReport {
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
	if differ := fsm.Differences(p.document.Settings, p.options.settings, p.options.given); p.running() && len(differ) > 0 {
		otherwise = fmt.Sprintf("; Temporal runs with others (%s), a restart changes that", differ[0])
	}
	config := filepath.Join(path, configName)
	if _, err := os.Lstat(config); err != nil {
		return well(name, "defaults and environment; there is no %s%s", config, otherwise)
	}
	return well(name, "%s is understood%s", config, otherwise)
}

// database is the database that matters: the one that runs, or that ran last.
func (p *patient) database() string {
	if !p.exists {
		return ""
	}
	return actions.DatabaseOf(p.home, p.document.Record)
}

func (p *patient) checkRecord() CheckReport {
	const name = "record"
	evidence := p.recordEvidence()
	switch {
	case p.recordFault == noRecord || p.recordFault == "" && evidence.OK:
		return well(name, "%s", evidence.Detail)
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
	case p.trouble != nil:
		return wrong(name, "stigmer local state --explain", "what runs cannot be told: %v", p.trouble)
	case p.evidence.Hold == fsm.HoldForeign:
		return wrong(name, "end that program, or another home: STIGMER_HOME=DIR", "temporal.lock is held by %s, which is not ours", p.evidence.Holder)
	case p.stranger != "":
		return wrong(name, "end that program, or another home: STIGMER_HOME=DIR", "supervisor.lock is held by %s, which is not ours", p.stranger)
	case d.State == fsm.Healthy, d.State == fsm.Stopped && p.document.Failure.Event == "":
		return well(name, "%s: %s", d.State, d.Reason)
	}
	return wrong(name, "stigmer local state --explain", "%s: %s", d.State, d.Reason)
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
	at := joinHostPort(p.settings.IP, port)
	listener, err := probes.Owner(ctx, p.settings.IP, port)
	try := fmt.Sprintf("end it, or choose another: --%s", name)
	switch {
	case err != nil:
		return wrong(name, "stigmer local start says it more exactly", "who has %s cannot be told: %v", at, err)
	case listener == nil && p.running():
		return wrong(name, "stigmer local state --explain", "nobody listens on %s, although Temporal runs", at)
	case listener == nil:
		return well(name, "%s is free", at)
	case p.ownListener(listener):
		return well(name, "%s is our Temporal's (pid %d)", at, listener.PID)
	case listener.PID == 0:
		return wrong(name, try, "%s is taken by a program that may not be looked into", at)
	case listener.Instance != "":
		return wrong(name, "STIGMER_HOME="+shellWord(listener.Instance)+" stigmer local stop, or --"+name, "%s is taken by the Temporal of home %s (pid %d)", at, listener.Instance, listener.PID)
	case slices.Contains(probes.Args(listener.PID), "start-dev"):
		return wrong(name, fmt.Sprintf("end it with what started it, or kill %d, or choose another: --%s", listener.PID, name),
			"%s is taken by a Temporal that something else started: pid %d (%s)", at, listener.PID, listener.Command)
	}
	return wrong(name, try, "%s is taken by pid %d (%s)", at, listener.PID, listener.Command)
}

// runsWithin bounds the try of a Temporal CLI; one that is cold takes a second.
const runsWithin = 15 * time.Second

func (p *patient) checkBinary() CheckReport {
	const name = "binary"
	home := p.home
	if err := p.options.binary(home); err != nil {
		return wrong(name, noBinary(home).Try+", or name another: --temporal-bin FILE", "%v", err)
	}
	path := p.options.settings.TemporalBin
	if path == "" {
		none := noBinary(home)
		return wrong(name, none.Try, "%s", none.What)
	}
	ctx, cancel := context.WithTimeout(context.Background(), runsWithin)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, "--version").Output()
	said, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if err != nil || said == "" {
		return wrong(name, "install it again, or name another: --temporal-bin FILE", "%s --version does not run: %s", path, either(errorText(err), "it says nothing"))
	}
	tested := strings.TrimPrefix(TemporalVersion, "v")
	switch version := probes.TemporalVersion(path); version {
	case "": // a build that does not know its version, or a wrapper
		return well(name, "%s runs: %.80s", path, said)
	case tested:
		return well(name, "%s runs: version %s", path, version)
	default:
		return well(name, "%s runs: version %s (tested is %s)", path, version, tested)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// walkLimit, in bytes, is the largest database whose pages are all looked at.
const walkLimit = 1 << 30

func (p *patient) checkDatabase() CheckReport {
	const name = "database"
	db := p.database()
	if db == "" {
		return well(name, "in memory (--ephemeral)")
	}
	info, err := os.Stat(db)
	switch {
	case errors.Is(err, os.ErrNotExist) && !p.running():
		return well(name, "%s is not there yet; the next start makes it", db)
	case err != nil:
		return wrong(name, "stigmer local restart makes a new one", "%v", err)
	case p.running():
		if evidence := p.databaseEvidence(); !evidence.OK {
			return wrong(name, "stigmer local stop, then look which of them is yours", "%s", evidence.Detail)
		}
	}
	if others := probes.Servers(info); !p.running() && len(others) > 0 {
		return wrong(name, "end it with what started it", "%s is open in another Temporal: %s", db, actions.Describe(others[0]))
	}
	return p.checkPages(name, db, info.Size())
}

func (p *patient) checkPages(name, db string, size int64) CheckReport {
	read, how := probes.WalkDatabase, "every page is where it belongs"
	if p.running() || p.driver.PID != 0 {
		read, how = probes.ReadHeader, "not looked into, as Temporal has it open"
	} else if size > walkLimit {
		read, how = probes.ReadHeader, "too large to be looked into"
	}
	d, err := read(db)
	made := p.madeBy()
	switch {
	case err != nil:
		return wrong(name, "stigmer local doctor once more", "%s: %v", db, err)
	case d.Flaw != "" && p.document.Database.Created && !p.document.Database.Served:
		return well(name, "%s is half-made (%s) and nobody's: the next start sets it aside", db, d.Flaw)
	case d.Flaw != "":
		return wrong(name, "stigmer local reset, which keeps it aside; or a copy of yours", "%s%s is damaged: %s", db, made, d.Flaw)
	case d.Interrupted:
		how = "a transaction was cut off, which the next start takes back"
	case d.Walked > 0 && !slices.Contains(d.Tables, "cluster_metadata_info"):
		return wrong(name, "stigmer local reset, which keeps it aside; or another one: --db FILE", "%s%s has no tables of Temporal's", db, made)
	}
	return well(name, "%s, %s%s: %s", db, bytesText(d.Bytes+d.LogBytes), made, how)
}

// madeBy says what is recorded of a database's birth.
func (p *patient) madeBy() string {
	d := p.document.Database
	switch {
	case d.Version != "" && d.Created:
		return ", made here, last served by Temporal " + d.Version
	case d.Version != "":
		return ", last served by Temporal " + d.Version
	case d.Created:
		return ", made here"
	case d.Path != "":
		return ", made by something else"
	}
	return ""
}

// The least that a Temporal needs.
const (
	leastOpen      = 1024
	leastProcesses = 256
	leastFileSize  = 1 << 30
)

func checkLimits() CheckReport {
	const name = "limits"
	l, err := probes.ReadLimits()
	switch {
	case err != nil:
		return wrong(name, "ulimit -a", "they cannot be read: %v", err)
	case l.Files < leastOpen:
		return wrong(name, fmt.Sprintf("raise it: ulimit -n %d", leastOpen), "only %d open files are allowed", l.Files)
	case l.Processes < leastProcesses:
		return wrong(name, fmt.Sprintf("raise it: ulimit -u %d", leastProcesses), "only %d processes and threads are allowed", l.Processes)
	case l.FileSize < leastFileSize:
		return wrong(name, "raise it: ulimit -f unlimited", "files may not grow beyond %s", bytesText(int64(l.FileSize)))
	}
	return well(name, "%s open files, %s processes", limitText(l.Files), limitText(l.Processes))
}

func limitText(n uint64) string {
	if n == probes.NoLimit {
		return "any number of"
	}
	return fmt.Sprint(n)
}

// checkLeftovers names what earlier runs left. What is kept on purpose is no fault.
func (p *patient) checkLeftovers() CheckReport {
	const name = "left-overs"
	if other := actions.OtherServer(p.home); other != "" {
		return wrong(name, "end it with what started it", "temporal.pid names a Temporal that something else started: %s", other)
	}
	var stale []string
	if at := p.driver.PID == 0 && !p.running(); at && !errors.Is(p.pidFault, os.ErrNotExist) {
		stale = append(stale, p.home.PID())
	}
	abandoned, _ := p.home.Abandoned()
	stale = append(stale, abandoned...)
	if len(stale) > 0 {
		home := p.home
		return wrong(name, "stigmer local doctor --fix; the next start or stop does it as well", "stale: %s", strings.Join(stale, ", ")).
			mendedBy(repair{"remove " + strings.Join(stale, ", "), func() error { return actions.Tidy(home) }})
	}
	return well(name, "%s", keptText(p.home, p.database()))
}

func keptText(home statefile.Home, db string) string {
	kept := home.SetAsides()
	if db != "" {
		kept = append(kept, actions.KeptDatabases(db)...)
	}
	switch len(kept) {
	case 0:
		return "none"
	case 1:
		return fmt.Sprintf("kept on purpose: %s (%s)", kept[0], sizes(kept))
	}
	return fmt.Sprintf("kept on purpose: %d files (%s), such as %s", len(kept), sizes(kept), kept[0])
}
