package cmd

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/probes/host"
	"github.com/stigmer/local/statefile"
)

// remedy says what a failure that is kept in the record means, and what to do.
func remedy(r fsm.Record, home statefile.Home) (means, try string) {
	f := r.Failure
	says := func(signs ...string) bool {
		return r.Settings.DB != "" && slices.ContainsFunc(signs, func(sign string) bool { return strings.Contains(f.LogTail, sign) })
	}
	lack, lacking := lackIn(f.Reason)
	switch {
	case f.Event == fsm.PortTaken:
		return portRemedy(f.Reason, r.Settings)
	case lacking && strings.Contains(f.Reason, fsm.NotSpawned):
		return lack.means + "; nothing of it runs", lack.try
	case f.Event == fsm.LockDenied && fit(r.Settings.DB, f.Reason) != "":
		return "Temporal cannot serve from it; nothing was started, and it was not touched", fit(r.Settings.DB, f.Reason)
	case f.Event == fsm.LockDenied:
		return "nothing was started, and who holds it was not touched", "end that program, or use another home or --db"
	case strings.Contains(f.Reason, syscall.EACCES.Error()) && executable(r.Settings.TemporalBin) && host.NoExec(r.Settings.TemporalBin):
		return r.Settings.TemporalBin + " was not started: " + errNoExec.Error(), programElsewhere
	case f.Event == fsm.SaveFailed:
		return "nothing is started that the record cannot name; nothing runs", "make room on the disk of " + string(home)
	case f.Exit.Shortage != fsm.NoShortage:
		return "nothing of it runs; the failure is kept in the record", tryShortage[f.Exit.Shortage]
	case says("no such table", "not a database", "disk image is malformed"):
		return "the database " + r.Settings.DB + " is empty, damaged or no database of Temporal's; it was not touched",
			"stigmer local reset, which moves it aside, or start with another one: --db FILE"
	case says("database or disk is full"):
		return "the disk of " + r.Settings.DB + " is full", "make room there, or take another database: --db FILE"
	case says("database is locked"):
		return "another program has the database " + r.Settings.DB + " locked", "end that program, as a sqlite3 or a backup that has it open, then stigmer local start"
	case strings.Contains(f.Reason, fsm.NotSpawned) && strings.Contains(f.Reason, home.Log()) && !mayBeLog(home.Log()):
		return home.Log() + " is not a file, so Temporal has no log; nothing of it runs", moveAway(home.Log())
	case says("readonly database"):
		return "the database " + r.Settings.DB + ", or what is beside it, may not be written to", openFile(r.Settings.DB)
	}
	try = "look for why in " + home.Log() + ", then stigmer local start"
	if f.LogTail != "" {
		try = "mend what its last lines say, then stigmer local start; more of them are in " + home.Log()
	}
	return "nothing of it runs; the failure is kept in the record", try
}

// portRemedy says what it means that Temporal cannot listen on its ports, and what to do. The
// reason is the record's.
func portRemedy(reason string, s fsm.Settings) (means, try string) {
	is := func(err error) bool { return strings.Contains(reason, err.Error()) }
	lack, lacking := lackIn(reason)
	means = "Temporal cannot listen there, so nothing was started"
	switch {
	case is(probes.ErrNotOurAddress):
		return means, otherPlace(probes.ErrNotOurAddress)
	case is(probes.ErrPortNotPermitted) && unprivileged(s):
		return "a sandbox or a security module of the system refuses it, so nothing was started",
			"allow this program to listen there, or run it outside of the sandbox"
	case is(probes.ErrPortNotPermitted):
		return means, otherPlace(probes.ErrPortNotPermitted)
	case lacking:
		return lack.means + "; nothing of it runs", lack.try
	case is(probes.ErrUnreachable):
		return "no client could reach Temporal there, so nothing was started", otherPlace(probes.ErrUnreachable)
	case strings.Contains(reason, actions.EndedConnection):
		return "Temporal cannot listen there yet, so nothing was started",
			"the same command in a minute, or other ports: --port, --ui-port; one below the range that the kernel gives to connections is never taken so"
	}
	return means, "end that program, or choose another address or other ports: --ip, --port, --ui-port"
}

// unprivileged reports whether any user may listen on the ports of s by their numbers: a refusal
// then has another cause (ip(7), PROT_SOCK).
func unprivileged(s fsm.Settings) bool {
	const first = 1024
	return s.Port >= first && (s.Headless || s.UIPort >= first)
}

// tryShortage is what helps against each want of memory.
var tryShortage = map[fsm.Shortage]string{
	fsm.LimitShortage:   "raise the memory limit of the container or service, or set GOMEMLIMIT below it, then stigmer local start",
	fsm.MachineShortage: "end what needs much memory, or raise the limit of what this runs in, then stigmer local start",
}

// otherPlace says where Temporal may listen, after what probes.MayListen or
// probes.Reachable has said.
func otherPlace(err error) string {
	switch {
	case errors.Is(err, probes.ErrPortNotPermitted):
		return "ports from 1024 on: --port, --ui-port"
	case errors.Is(err, probes.ErrUnreachable):
		return "bring up the interface lo, as in a new network namespace: ip link set lo up"
	}
	return "an address of this machine: --ip 127.0.0.1, or --ip 0.0.0.0 for all that it has"
}

// fit says what to do about a database that a start refuses, after what actions.Unfit has
// said; it is empty for another reason.
func fit(db, reason string) string {
	switch {
	case strings.Contains(reason, actions.NoFile):
		return moveAway(db)
	case strings.Contains(reason, actions.NotToUse):
		return openFile(db)
	case strings.Contains(reason, actions.NoFolder):
		return "put its folder back, or take another database: --db FILE"
	case strings.Contains(reason, actions.NotTemporals):
		return "take another database: --db FILE; or move this one away: " + shellLine([]string{"mv", db, db + ".old"})
	case strings.Contains(reason, actions.SecondName):
		return "remove the other name, or take another database: --db FILE"
	case strings.Contains(reason, actions.ReadOnly):
		return "mount it writable, or take another database: --db FILE"
	case strings.Contains(reason, actions.ClosedFolder):
		return "chmod u+rwx " + shellWord(filepath.Dir(db)) + ", or look at its owner"
	case strings.Contains(reason, actions.TooLong), strings.Contains(reason, actions.NotUTF8):
		return "another path: --db FILE, or another home: STIGMER_HOME=DIR"
	}
	return ""
}

// moveAway makes room for what a start makes by itself.
func moveAway(path string) string {
	return "move it away: " + shellLine([]string{"mv", path, path + ".old"}) + "; the next start makes what it needs"
}

func openFile(path string) string {
	return "chmod u+rw " + shellWord(path) + ", and see that its folder can be written to; or look at its owner"
}

// openFolder says how the home, or a folder in it, that is closed to its own user is
// opened again, empty if none is: an error names the file in it that was wanted.
func openFolder() string {
	path, err := homePath()
	if err != nil {
		return ""
	}
	home, there, err := statefile.FindHome(path)
	if err != nil || !there {
		return ""
	}
	for _, folder := range []string{string(home), home.Logs(), filepath.Dir(home.DB())} {
		if accessible(folder, true) == unix.EACCES {
			return "open it to yourself again: chmod 0700 " + shellWord(folder)
		}
	}
	return ""
}
