package cli

import "fmt"

// The exit statuses.
const (
	ExitDone          = 0
	ExitFailed        = 1
	ExitUsage         = 2
	ExitStopped       = 3 // state: Stopped
	ExitPermission    = 4 // state: cannot tell
	ExitNoBinary      = 5
	ExitDegraded      = 8   // state: Degraded
	ExitInBetween     = 9   // state: Locking, Starting, Restarting or Stopping
	ExitNotRun        = 125 // run: its command did not begin
	ExitNotExecutable = 126 // run: its command is no program that can be run
	ExitNotFound      = 127 // run: there is no such command
	ExitInterrupted   = 130
)

// ExitHelp lists the exit statuses, for the help.
const ExitHelp = `Exit status of start, stop and restart: 0 done or already so, 1 failed, 2 usage,
4 permission, 5 no Temporal binary, 130 interrupted.
Exit status of state: 0 Healthy, 3 Stopped, 8 Degraded, 9 in between, 4 cannot tell,
1 and 2 as above.
`

// Status is an exit status as an error, for a command that has said all it has to say.
type Status int

// Error names the status.
func (s Status) Error() string { return fmt.Sprintf("exit status %d", int(s)) }
