package cmd

import (
	"errors"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
)

// remedy says what a failure that is kept in the record means, and what to do.
func remedy(r fsm.Record, home statefile.Home) (means, try string) {
	f := r.Failure
	says := func(signs ...string) bool {
		return r.Settings.DB != "" && slices.ContainsFunc(signs, func(sign string) bool { return strings.Contains(f.LogTail, sign) })
	}
	switch {
	case f.Event == fsm.PortTaken && strings.Contains(f.Reason, probes.ErrNotOurAddress.Error()):
		return "Temporal cannot listen there, so nothing was started", otherPlace(probes.ErrNotOurAddress, r.Settings.IP, runtime.GOOS)
	case f.Event == fsm.PortTaken && strings.Contains(f.Reason, probes.ErrPortNotPermitted.Error()):
		return "Temporal cannot listen there, so nothing was started", otherPlace(probes.ErrPortNotPermitted, r.Settings.IP, runtime.GOOS)
	case f.Event == fsm.PortTaken:
		return "Temporal cannot listen there, so nothing was started",
			"end that program, or choose another address or other ports: --ip, --port, --ui-port"
	case f.Event == fsm.LockDenied && fit(r.Settings.DB, f.Reason) != "":
		return "Temporal cannot serve from it; nothing was started, and it was not touched", fit(r.Settings.DB, f.Reason)
	case f.Event == fsm.LockDenied:
		return "nothing was started, and who holds it was not touched", "end that program, or use another home or --db"
	case f.Event == fsm.SaveFailed:
		return "nothing is started that the record cannot name; nothing runs", "make room on the disk of " + string(home)
	case says("no such table", "not a database", "disk image is malformed"):
		return "the database " + r.Settings.DB + " is empty, damaged or no database of Temporal's; it was not touched",
			"stigmer local reset, which moves it aside, or start with another one: --db FILE"
	case says("readonly database"):
		return "the database " + r.Settings.DB + ", or what is beside it, may not be written to", openFile(r.Settings.DB)
	}
	try = "look for why in " + home.Log() + ", then stigmer local start"
	if f.LogTail != "" {
		try = "mend what its last lines say, then stigmer local start; more of them are in " + home.Log()
	}
	return "nothing of it runs; the failure is kept in the record", try
}

// otherPlace says where Temporal may listen on a system, after what probes.MayListen has
// said of an IP. Linux has the whole of 127.0.0.0/8 by itself, macOS 127.0.0.1 alone.
func otherPlace(err error, ip, system string) string {
	switch {
	case errors.Is(err, probes.ErrPortNotPermitted):
		return "ports from 1024 on: --port, --ui-port"
	case system == "darwin" && strings.HasPrefix(ip, "127."):
		return "--ip 127.0.0.1, or give lo0 that address too: sudo ifconfig lo0 alias " + ip + " up"
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
