package fsm

import "cmp"

// Code is the cause of a failure. The part of the program that knows the cause writes it, beside a
// sentence for people; all that depends on the cause goes by the code.
type Code string

// The codes. A new build may have more of them, and none changes its meaning.
const (
	CodeCrashed       Code = "crashed"        // Temporal exited, and nothing more is known of why
	CodeNeverHealthy  Code = "never_healthy"  // it did not serve before the start deadline
	CodeUnresponsive  Code = "unresponsive"   // it served, and then did not answer for the whole liveness deadline
	CodeMemoryLimit   Code = "memory_limit"   // the kernel ended it, as the memory limit of its group was hit
	CodeMachineMemory Code = "machine_memory" // the kernel ended it, as the machine had no memory left

	CodeDatabaseInvalid      Code = "database_invalid"       // Temporal found its database empty, damaged, or not its own
	CodeDatabaseFull         Code = "database_full"          // the disk of the database is full
	CodeDatabaseLocked       Code = "database_locked"        // another program has the database locked
	CodeDatabaseUnwritable   Code = "database_unwritable"    // Temporal could not write to it, or to its folder
	CodeDatabaseClosed       Code = "database_closed"        // this user may not read and write the database
	CodeDatabaseInUse        Code = "database_in_use"        // another server has the database
	CodeDatabaseNoFile       Code = "database_no_file"       // there is something else than a file at its path
	CodeDatabaseNoFolder     Code = "database_no_folder"     // its folder does not exist
	CodeDatabaseFolderClosed Code = "database_folder_closed" // SQLite cannot make its journal in the folder
	CodeDatabaseReadOnly     Code = "database_read_only"     // its file system is mounted read-only
	CodeDatabaseHardLink     Code = "database_hard_link"     // it has a second name, which no lock beside it guards
	CodeDatabaseForeign      Code = "database_foreign"       // another program made it
	CodeDatabasePath         Code = "database_path"          // SQLite or Temporal does not take its path
	CodeDatabaseSchema       Code = "database_schema"        // the program works with another schema than the database has
	CodeDatabaseUnjudged     Code = "database_unjudged"      // which schema the program works with was not found out
	CodeDatabaseExchange     Code = "database_exchange"      // an upgrade or a restore of it is not finished

	CodeLockTaken          Code = "lock_taken"          // a foreign process holds temporal.lock, or the lock cannot be taken
	CodePortTaken          Code = "port_taken"          // another program listens on a port that Temporal needs
	CodePortEnding         Code = "port_ending"         // the kernel keeps the port for a connection that has ended (TIME_WAIT)
	CodePortPrivileged     Code = "port_privileged"     // a port below 1024 needs privileges
	CodePortRefused        Code = "port_refused"        // the system refuses to listen on a port that any user may have
	CodeAddressForeign     Code = "address_foreign"     // no interface of this machine has the address
	CodeAddressUnreachable Code = "address_unreachable" // no client of this machine could connect to the address

	CodeSpawnFailed    Code = "spawn_failed"     // the process could not be created, for a reason that no other code names
	CodeLogUnusable    Code = "log_unusable"     // Temporal's log cannot be opened
	CodeRecordNotSaved Code = "record_not_saved" // the record cannot be saved, for a reason that no other code names

	CodeProcessLimit Code = "process_limit"  // the system gives no more processes or threads (EAGAIN)
	CodeNoMemory     Code = "no_memory"      // the system gives no more memory (ENOMEM)
	CodeFileLimit    Code = "file_limit"     // the system gives no more open files (EMFILE, ENFILE)
	CodeNoDevNull    Code = "no_dev_null"    // /dev/null cannot be opened
	CodeCallRefused  Code = "call_refused"   // the kernel refuses a call, as in a sandbox (EPERM, ENOSYS)
	CodeDiskFull     Code = "disk_full"      // the disk is full, or a quota is used up (ENOSPC, EDQUOT)
	CodeDiskReadOnly Code = "disk_read_only" // the file system is read-only (EROFS)
	CodeDiskFails    Code = "disk_fails"     // the disk does not read or write (EIO)
	CodeNotPermitted Code = "not_permitted"  // this user may not open or run a file (EACCES)
)

// Refusal is an error whose cause is known.
type Refusal struct {
	Code Code
	// Reason is one sentence for people.
	Reason string
}

// Error is the reason.
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
