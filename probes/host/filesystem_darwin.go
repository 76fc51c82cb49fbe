package host

import "golang.org/x/sys/unix"

// noExec is the flag of a mount from which no program is run (statfs(2), mount(2)).
const noExec = unix.MNT_NOEXEC

// fileSystemOf asks for the path alone (statfs(2)): the table of mounts asks every file
// system (getfsstat(2), MNT_WAIT), and one dead network mount would hold up the answer.
func fileSystemOf(path string) fileSystem {
	s, err := statfs(path)
	return fileSystem{kind: unix.ByteSliceToString(s.Fstypename[:]), remote: err == nil && s.Flags&unix.MNT_LOCAL == 0}
}
