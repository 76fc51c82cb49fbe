package fsm

import "cmp"

// Code is the cause of a failure. The part of the program that knows the cause writes it, beside a
// sentence for people; all that depends on the cause goes by the code.
type Code string

// The codes. A new build may have more of them, and none changes its meaning.
const (
	// CodeCrashed: Temporal exited, and nothing more is known of why.
	CodeCrashed Code = "crashed"
	// CodeNeverHealthy: it did not serve before the start deadline.
	CodeNeverHealthy Code = "never_healthy"
	// CodeUnresponsive: it served, and then did not answer for the whole liveness deadline.
	CodeUnresponsive Code = "unresponsive"
	// CodeMemoryLimit and CodeMachineMemory: the kernel ended it for want of memory, see Shortage.
	CodeMemoryLimit   Code = "memory_limit"
	CodeMachineMemory Code = "machine_memory"

	// CodeDatabaseInvalid: Temporal found its database empty, damaged, or not its own.
	CodeDatabaseInvalid Code = "database_invalid"
	// CodeDatabaseFull: the disk of the database is full.
	CodeDatabaseFull Code = "database_full"
	// CodeDatabaseLocked: another program has the database locked.
	CodeDatabaseLocked Code = "database_locked"
	// CodeDatabaseUnwritable: Temporal could not write to it, or to its folder.
	CodeDatabaseUnwritable Code = "database_unwritable"
	// CodeDatabaseClosed: this user may not read and write the database.
	CodeDatabaseClosed Code = "database_closed"
	// CodeDatabaseInUse: another server has the database.
	CodeDatabaseInUse Code = "database_in_use"
	// CodeDatabaseNoFile: there is something else than a file at its path.
	CodeDatabaseNoFile Code = "database_no_file"
	// CodeDatabaseNoFolder: its folder does not exist.
	CodeDatabaseNoFolder Code = "database_no_folder"
	// CodeDatabaseFolderClosed: SQLite cannot make its journal in the folder.
	CodeDatabaseFolderClosed Code = "database_folder_closed"
	// CodeDatabaseReadOnly: its file system is mounted read-only.
	CodeDatabaseReadOnly Code = "database_read_only"
	// CodeDatabaseHardLink: it has a second name, which no lock beside it guards.
	CodeDatabaseHardLink Code = "database_hard_link"
	// CodeDatabaseForeign: another program made it.
	CodeDatabaseForeign Code = "database_foreign"
	// CodeDatabasePath: SQLite or Temporal does not take its path.
	CodeDatabasePath Code = "database_path"

	// CodeLockTaken: a foreign process holds temporal.lock, or the lock cannot be taken.
	CodeLockTaken Code = "lock_taken"
	// CodePortTaken: another program listens on a port that Temporal needs.
	CodePortTaken Code = "port_taken"
	// CodePortEnding: the kernel keeps the port for a connection that has ended (TIME_WAIT).
	CodePortEnding Code = "port_ending"
	// CodePortPrivileged: a port below 1024 needs privileges.
	CodePortPrivileged Code = "port_privileged"
	// CodePortRefused: the system refuses to listen on a port that any user may have.
	CodePortRefused Code = "port_refused"
	// CodeAddressForeign: no interface of this machine has the address.
	CodeAddressForeign Code = "address_foreign"
	// CodeAddressUnreachable: no client of this machine could connect to the address.
	CodeAddressUnreachable Code = "address_unreachable"

	// CodeSpawnFailed: the process could not be created, for a reason that no other code names.
	CodeSpawnFailed Code = "spawn_failed"
	// CodeLogUnusable: Temporal's log cannot be opened.
	CodeLogUnusable Code = "log_unusable"
	// CodeRecordNotSaved: the record cannot be saved, for a reason that no other code names.
	CodeRecordNotSaved Code = "record_not_saved"

	// CodeProcessLimit: the system gives no more processes or threads (EAGAIN).
	CodeProcessLimit Code = "process_limit"
	// CodeNoMemory: the system gives no more memory (ENOMEM).
	CodeNoMemory Code = "no_memory"
	// CodeFileLimit: the system gives no more open files (EMFILE, ENFILE).
	CodeFileLimit Code = "file_limit"
	// CodeNoDevNull: /dev/null cannot be opened.
	CodeNoDevNull Code = "no_dev_null"
	// CodeCallRefused: the kernel refuses a call, as in a sandbox (EPERM, ENOSYS).
	CodeCallRefused Code = "call_refused"
	// CodeDiskFull: the disk is full, or a quota is used up (ENOSPC, EDQUOT).
	CodeDiskFull Code = "disk_full"
	// CodeDiskReadOnly: the file system is read-only (EROFS).
	CodeDiskReadOnly Code = "disk_read_only"
	// CodeDiskFails: the disk does not read or write (EIO).
	CodeDiskFails Code = "disk_fails"
	// CodeNotPermitted: this user may not open or run a file (EACCES).
	CodeNotPermitted Code = "not_permitted"
)

// Refusal is an error whose cause is known.
type Refusal struct {
	Code Code
	// Reason is one sentence for people.
	Reason string
}

func (r Refusal) Error() string { return r.Reason }

// The codes of failures of which the event, or a shortage, is all that is known.
var (
	eventCodes = map[Event]Code{
		Exited: CodeCrashed, StartDeadline: CodeNeverHealthy, LivenessDeadline: CodeUnresponsive, SpawnFailed: CodeSpawnFailed,
		LockDenied: CodeLockTaken, PortTaken: CodePortTaken, SaveFailed: CodeRecordNotSaved,
	}
	shortageCodes = map[Shortage]Code{LimitShortage: CodeMemoryLimit, MachineShortage: CodeMachineMemory}
)

// Cause returns the code of a failure, empty for none. A record of a version before the codes has
// none: then the event and the shortage decide.
func (f Failure) Cause() Code {
	return cmp.Or(shortageCodes[f.Exit.Shortage], f.Code, eventCodes[f.Event])
}
