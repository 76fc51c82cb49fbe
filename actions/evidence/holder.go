package evidence

import (
	"fmt"

	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

// Describe names a holder for people.
func Describe(h proc.Info) string {
	return DescribeProcess(h.Process.PID, h.Command)
}

// commandRunes is how much of a command line fits into a message.
const commandRunes = 160

// DescribeProcess names a process for people.
func DescribeProcess(pid int, command string) string {
	switch runes := []rune(command); {
	case command == "":
		command = "its command cannot be read"
	case len(runes) > commandRunes:
		command = string(runes[:commandRunes]) + "…"
	}
	return fmt.Sprintf("pid %d (%s)", pid, command)
}

// OtherServer describes the Temporal that a home's PID file names where it runs
// and was not started by us: an earlier tool's. It is empty for none.
func OtherServer(home statefile.Home) string {
	file, err := statefile.ReadPID(home.PID())
	if err != nil || !proc.IsDevServer(file.PID) || proc.Instance(file.PID) == string(home) {
		return ""
	}
	return DescribeProcess(file.PID, proc.CommandLine(file.PID))
}

// HiddenHolder describes a holder of a lock that is not seen, where the record names processes
// of another PID namespace.
const HiddenHolder = "a process that cannot be seen from here: the record names processes of another PID namespace (a container)"
