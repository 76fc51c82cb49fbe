package inspect

import (
	"path/filepath"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/host"
	"github.com/stigmer/local/statefile"
)

// The meanings that several failures have.
const (
	keptFailure  = "nothing of it runs; the failure is kept in the record"
	cannotListen = "Temporal cannot listen there, so nothing was started"
)

// Remedy says what a failure that is kept in the record means, and what to do.
func Remedy(r fsm.Record, home statefile.Home) (means, try string) {
	code, db, log := r.Failure.Cause(), r.Settings.DB, home.Log()
	if lack, ok := cli.LackOf(code); ok {
		return lack.Means + "; nothing of it runs", lack.Try
	}
	if try := Fit(db, code); try != "" {
		return "Temporal cannot serve from it; nothing was started, and it was not touched", try
	}
	switch code {
	case fsm.CodePortPrivileged, fsm.CodeAddressForeign:
		return cannotListen, OtherPlace(code)
	case fsm.CodeAddressUnreachable:
		return "no client could reach Temporal there, so nothing was started", OtherPlace(code)
	case fsm.CodePortRefused:
		return "a sandbox or a security module of the system refuses it, so nothing was started", "allow this program to listen there, or run it outside of the sandbox"
	case fsm.CodePortEnding:
		return "Temporal cannot listen there yet, so nothing was started",
			"the same command in a minute, or other ports: --port, --ui-port; one below the range that the kernel gives to connections is never taken so"
	case fsm.CodePortTaken:
		return cannotListen, "end that program, or choose another address or other ports: --ip, --port, --ui-port; --port 0 takes a free one"
	case fsm.CodeMemoryLimit:
		return keptFailure, "raise the memory limit of the container or service, or set GOMEMLIMIT below it, then stigmer local start"
	case fsm.CodeMachineMemory:
		return keptFailure, "end what needs much memory, or raise the limit of what this runs in, then stigmer local start"
	case fsm.CodeDatabaseInvalid:
		return "the database " + db + " is empty, damaged or no database of Temporal's; it was not touched",
			"stigmer local reset, which moves it aside, or start with another one: --db FILE"
	case fsm.CodeDatabaseFull:
		return "the disk of " + db + " is full", "make room there, or take another database: --db FILE"
	case fsm.CodeDatabaseLocked:
		return "another program has the database " + db + " locked", "end that program, as a sqlite3 or a backup that has it open, then stigmer local start"
	case fsm.CodeDatabaseUnwritable:
		return "the database " + db + ", or what is beside it, may not be written to", openFile(db)
	case fsm.CodeLogUnusable:
		if !mayBeLog(log) {
			return log + " is not a file, so Temporal has no log; nothing of it runs", MoveAway(log)
		}
	case fsm.CodeNotPermitted:
		if program := r.Settings.TemporalBin; cli.Executable(program) && host.NoExec(program) {
			return program + " was not started: " + config.ErrNoExec.Error(), config.ProgramElsewhere
		}
	}
	switch {
	case r.Failure.Event == fsm.LockDenied, code == fsm.CodeDatabaseInUse:
		return "nothing was started, and its owner was not touched", "end that program, or use another home or --db"
	case r.Failure.Event == fsm.SaveFailed:
		return "nothing is started that the record cannot name; nothing runs", "make room on the disk of " + string(home)
	case r.Failure.LogTail != "":
		return keptFailure, "mend what its last lines say, then stigmer local start; more of them are in " + log
	}
	return keptFailure, "look for why in " + log + ", then stigmer local start"
}

// OtherPlace says where Temporal may listen instead, by the code of what ports.MayListen or
// ports.Reachable returned.
func OtherPlace(code fsm.Code) string {
	switch code {
	case fsm.CodePortPrivileged:
		return "ports from 1024 on: --port, --ui-port"
	case fsm.CodeAddressUnreachable:
		return "bring up the interface lo, as in a new network namespace: ip link set lo up"
	}
	return "an address of this machine: --ip 127.0.0.1, or --ip 0.0.0.0 for all that it has; for the web UI --ui-ip 127.0.0.1"
}

// Fit says what to do about a database that a start refuses, by the code of what database.Unfit or
// database.Foreign returned. It is empty for any other code.
func Fit(db string, code fsm.Code) string {
	switch code {
	case fsm.CodeDatabaseNoFile:
		return MoveAway(db)
	case fsm.CodeDatabaseClosed:
		return openFile(db)
	case fsm.CodeDatabaseNoFolder:
		return "put its folder back, or take another database: --db FILE"
	case fsm.CodeDatabaseForeign:
		return "take another database: --db FILE; or move this one away: " + human.ShellLine([]string{"mv", db, db + ".old"})
	case fsm.CodeDatabaseHardLink:
		return "remove the other name, or take another database: --db FILE"
	case fsm.CodeDatabaseReadOnly:
		return "mount it writable, or take another database: --db FILE"
	case fsm.CodeDatabaseFolderClosed:
		return "chmod u+rwx " + human.ShellWord(filepath.Dir(db)) + ", or look at its owner"
	case fsm.CodeDatabaseSchema:
		return "stigmer local upgrade, which keeps a backup; or go on with the version of Temporal that served on it: --temporal-bin FILE"
	case fsm.CodeDatabaseUnjudged:
		return "stigmer local start, which finds it out"
	case fsm.CodeDatabaseExchange:
		return "stigmer local start, which carries it on or takes it back"
	case fsm.CodeDatabasePath:
		return "another path: --db FILE, or another home: STIGMER_HOME=DIR"
	}
	return ""
}

// MoveAway makes room for what a start makes by itself.
func MoveAway(path string) string {
	return "move it away: " + human.ShellLine([]string{"mv", path, path + ".old"}) + "; the next start makes what it needs"
}

func openFile(path string) string {
	return "chmod u+rw " + human.ShellWord(path) + ", and see that its folder can be written to; or look at its owner"
}
