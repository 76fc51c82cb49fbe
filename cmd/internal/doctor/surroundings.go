package doctor

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/upkeep"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/host"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

// cliTemporal describes the Temporal that the Stigmer CLI runs now, as the end of a sentence,
// empty for none. It finds it by temporal.pid, or by the PID that the Stigmer CLI writes into
// temporal.lock: stigmer local writes nothing into that file, and takes a flock on it.
func (p *examination) cliTemporal() string {
	if !p.Exists {
		return ""
	}
	if other := evidence.OtherServer(p.Home); other != "" {
		return "; one runs now: " + other
	}
	file, err := statefile.ReadPID(p.Home.Lock())
	if err != nil || file.PID == p.Evidence.Leader.PID || proc.CommandLine(file.PID) == "" {
		return ""
	}
	return fmt.Sprintf("; its temporal.lock names pid %d, which runs: %.80s", file.PID, proc.CommandLine(file.PID))
}

// checkEnvironment says what a start from this environment would keep away from Temporal.
func (p *examination) checkEnvironment() CheckReport {
	lent, err := p.options.Lent()
	if err != nil {
		return fail("environment", err.(*cli.Problem).Try, "%v", err)
	}
	return pass("environment", "%s", cmp.Or(config.WithheldWords(lent), "nothing here would shape Temporal but the settings"))
}

// checkLog reports a log that is not at its path; it returns nil for one that is.
func (p *examination) checkLog() []CheckReport {
	lost := p.LostLog()
	if lost == "" {
		return nil
	}
	return []CheckReport{fail("log", inspect.LogRestart(p.Home), "%s", lost)}
}

// The least that a Temporal needs.
const (
	leastOpen      = 1024
	leastProcesses = 256
	leastFileSize  = 1 << 30
)

func checkLimits() CheckReport {
	const name = "limits"
	if err := proc.Check(); err != nil {
		problem := cli.SystemProblem(err, "")
		return fail(name, problem.Try, "%s", problem.What)
	}
	l, err := host.ReadLimits()
	switch {
	case err != nil:
		return fail(name, "ulimit -a", "they cannot be read: %v", err)
	case l.Files < leastOpen:
		return fail(name, fmt.Sprintf("raise it: ulimit -n %d", leastOpen), "only %d open files are allowed", l.Files)
	case l.Processes < leastProcesses:
		return fail(name, fmt.Sprintf("raise it: ulimit -u %d", leastProcesses), "only %d processes and threads are allowed", l.Processes)
	case l.FileSize < leastFileSize:
		return fail(name, "raise it: ulimit -f unlimited", "files may not grow beyond %s", human.FormatSize(int64(l.FileSize)))
	}
	return pass(name, "%s open files, %s processes", limitText(l.Files), limitText(l.Processes))
}

func limitText(n uint64) string {
	if n == host.NoLimit {
		return "any number of"
	}
	return fmt.Sprint(n)
}

func keptText(home statefile.Home, db string) string {
	kept := home.SetAsides()
	if db != "" {
		kept = append(kept, database.Kept(db)...)
	}
	switch len(kept) {
	case 0:
		return "none"
	case 1:
		return fmt.Sprintf("kept on purpose: %s (%s)%s", kept[0], cli.TotalSize(kept), oldText(db))
	}
	return fmt.Sprintf("kept on purpose: %d files (%s), such as %s%s", len(kept), cli.TotalSize(kept), kept[0], oldText(db))
}

// oldAge is the age from which a kept database is called old.
const oldAge = 30 * 24 * time.Hour

// oldText names the kept databases that are old, empty for none.
func oldText(db string) string {
	var names []string
	for _, k := range database.KeptDatabases(db) {
		if time.Since(k.Made) > oldAge {
			names = append(names, k.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("; older than 30 days: %s (stigmer local backup --delete NAME)", strings.Join(names, ", "))
}

// The least that must be free: a database grows by some KiB for each workflow,
// and SQLite needs room beside it.
const (
	leastFree  = 100 << 20
	leastFiles = 100
)

// checkDisk looks at the file system of the home, and at that of the database
// where it is another.
func checkDisk(home, db string) []CheckReport {
	const name = "file system"
	checks := []CheckReport{checkFolder(name, home)}
	folder := filepath.Dir(db)
	homes, _ := files.IDAt(home)
	if its, err := files.IDAt(folder); db == "" || err != nil || its.Device == homes.Device {
		return checks // a folder that is not there is reported with the database
	}
	return append(checks, checkFolder(name, folder))
}

func checkFolder(name, folder string) CheckReport {
	d, err := host.ReadDisk(folder)
	shared := host.SharedFileSystem(folder)
	switch {
	case err != nil:
		return fail(name, "look at "+folder, "%s: %v", folder, err)
	case shared != "":
		return fail(name, "a home on a local disk: STIGMER_HOME=DIR", "%s is on %s: its locks may not keep other hosts away", folder, shared)
	}
	if err := host.FlockWorks(folder); err != nil {
		return fail(name, "a home on another file system: STIGMER_HOME=DIR", "%s (%s): %v", folder, d.Kind, err)
	}
	if err := host.Writable(folder); err != nil {
		return fail(name, "look at its owner, its mode, and whether the disk is read-only", "%s cannot be written to: %v", folder, err)
	}
	switch {
	case d.Free < leastFree:
		return fail(name, "make room", "%s (%s) has only %s free", folder, d.Kind, human.FormatSize(int64(d.Free)))
	case d.Files < leastFiles:
		return fail(name, "remove files that are not needed", "%s (%s) has room for only %d more files", folder, d.Kind, d.Files)
	}
	mount := ""
	if host.NoExec(folder) {
		mount = ", mounted noexec" // a program that lies elsewhere serves: the binary has a check of its own
	}
	return pass(name, "%s: %s%s, flock works, %s free", folder, d.Kind, mount, human.FormatSize(int64(min(d.Free, 1<<62))))
}

// checkLeftovers names what earlier runs left. What is kept on purpose is no fault.
func (p *examination) checkLeftovers() CheckReport {
	const name = "left-overs"
	if other := evidence.OtherServer(p.Home); other != "" {
		return fail(name, "end it with what started it", "temporal.pid names a Temporal that something else started: %s", other)
	}
	var stale []string
	if at := p.Driver.PID == 0 && !p.Running() && !p.Hidden; at && !errors.Is(p.PIDFault, os.ErrNotExist) {
		stale = append(stale, p.Home.PID())
	}
	abandoned, _ := p.Home.Abandoned()
	stale = append(stale, abandoned...)
	if len(stale) > 0 {
		home := p.Home
		return fail(name, "stigmer local doctor --fix; the next start or stop does it as well", "stale: %s", strings.Join(stale, ", ")).
			mendedBy(repair{"remove " + strings.Join(stale, ", "), func() error { return upkeep.Tidy(home) }})
	}
	return pass(name, "%s", keptText(p.Home, p.database()))
}
