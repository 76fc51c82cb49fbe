package cmd

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/probes/host"
	"github.com/stigmer/local/statefile"
)

// walkLimit, in bytes, is the largest database whose pages are all looked at.
const walkLimit = 1 << 30

func (p *patient) checkDatabase(db string) CheckReport {
	const name = "database"
	if db == "" {
		return well(name, "in memory (--ephemeral)")
	}
	info, err := os.Stat(db)
	unfit := ""
	if !p.running() {
		unfit = actions.Unfit(db)
	}
	switch {
	case errors.Is(err, os.ErrNotExist) && !p.running() && db != p.nextDatabase():
		return well(name, "%s was used last, and is not there any more", db)
	case unfit != "":
		return wrong(name, fit(db, unfit), "%s", strings.TrimPrefix(unfit, "database "))
	case errors.Is(err, os.ErrNotExist) && !p.running():
		return well(name, "%s is not there yet; the next start makes it", db)
	case errors.Is(err, os.ErrNotExist):
		return wrong(name, "stigmer local restart makes a new one", "%v", err)
	case err != nil:
		return wrong(name, either(openFolder(), "look at the owner and mode of the folders above it"), "%v", err)
	case p.running():
		if evidence := p.databaseEvidence(); !evidence.OK {
			return wrong(name, "stigmer local stop, then look which of them is yours", "%s", evidence.Detail)
		}
	}
	if others := probes.Servers(db); !p.running() && len(others) > 0 {
		return wrong(name, "end it with what started it", "%s is open in another Temporal: %s", db, actions.Describe(others[0]))
	}
	if !p.running() {
		if report, decided := p.checkContents(name, db); decided {
			return report
		}
	}
	return p.checkPages(name, db, info.Size())
}

// checkContents reports a file that is no database of Temporal's, which a start refuses, and
// one that a start sets aside. It decides nothing on any other file.
func (p *patient) checkContents(name, db string) (report CheckReport, decided bool) {
	contents, err := probes.DatabaseContents(db)
	d := p.document.Database
	switch {
	case err != nil:
		return report, false
	case contents.Kind == probes.ContentsForeign:
		reason := actions.Foreign(db)
		return wrong(name, fit(db, reason), "%s", strings.TrimPrefix(reason, "database ")), true
	case contents.Kind == probes.ContentsHalfMade && !(d.Served && d.Path == db):
		return well(name, "%s %s, as a killed first start leaves it: the next start sets it aside and makes a new one", db, contents.Why), true
	}
	return report, false
}

func (p *patient) checkPages(name, db string, size int64) CheckReport {
	read, how := probes.WalkDatabase, "every page is where it belongs"
	if p.running() || p.driver.PID != 0 {
		read, how = probes.ReadHeader, "not looked into, as Temporal has it open"
	} else if size > walkLimit {
		read, how = probes.ReadHeader, "too large to be looked into"
	}
	d, err := read(db)
	made := ""
	if db == p.database() {
		made = p.madeBy()
	}
	switch {
	case err != nil:
		return wrong(name, "stigmer local doctor once more; if it says the same, stigmer local reset, which keeps it aside", "%s: %v", db, err)
	case d.Flaw != "" && p.document.Database.Created && !p.document.Database.Served:
		return well(name, "%s is half-made (%s) and nobody's: the next start sets it aside", db, d.Flaw)
	case d.Flaw != "":
		return wrong(name, "stigmer local reset, which keeps it aside; or a copy of yours", "%s%s is damaged: %s", db, made, d.Flaw)
	case d.Interrupted:
		how = "a transaction was cut off, which the next start takes back"
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
	if err := probes.CheckProc(); err != nil {
		problem := systemProblem(err, "")
		return wrong(name, problem.Try, "%s", problem.What)
	}
	l, err := host.ReadLimits()
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
	if n == host.NoLimit {
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
	if at := p.driver.PID == 0 && !p.running() && !p.hidden; at && !errors.Is(p.pidFault, os.ErrNotExist) {
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
