package cli

import "github.com/stigmer/local/fsm"

// Lack says what it means that the system does not give something, and what helps.
type Lack struct{ Means, Try string }

// lacks has the codes of the system, whatever was being done.
var lacks = map[fsm.Code]Lack{
	fsm.CodeProcessLimit: {
		"the system lets this user, or this container, have no more processes and threads",
		"end some of them, or raise the limit: ulimit -u, in a container its limit of pids",
	},
	fsm.CodeNoMemory: {"the system gives no more memory", "end what needs much of it, or raise the limit: ulimit -v"},
	fsm.CodeFileLimit: {
		"the system lets this process, or all of them, have no more open files",
		"raise the limit: ulimit -n, for all of them sysctl fs.file-max",
	},
	fsm.CodeNoDevNull: {
		"what is started without a terminal needs /dev/null, which is not there or cannot be opened",
		"make it: mknod -m 666 /dev/null c 1 3",
	},
	fsm.CodeCallRefused: {
		"the kernel refuses a call that a start needs: a sandbox, or a container's seccomp profile, does not allow it",
		"allow the call there, as the default profiles of container engines do, or run it outside of the sandbox",
	},
	fsm.CodeDiskFull: {"the disk of the home cannot be written to", "make room, or use another home: STIGMER_HOME=DIR"},
	fsm.CodeDiskReadOnly: {
		"the file system of the home is read-only",
		"another home: STIGMER_HOME=DIR, in a container a folder of a volume",
	},
	fsm.CodeDiskFails: {
		"the disk of the home, or what it is mounted from, fails",
		"see what the kernel says of it: dmesg; or take another home: STIGMER_HOME=DIR",
	},
}

// LackOf returns the lack that a code names, false for any other code.
func LackOf(code fsm.Code) (Lack, bool) {
	lack, ok := lacks[code]
	return lack, ok
}
