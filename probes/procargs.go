package probes

import (
	"encoding/binary"
	"strings"
)

// procargs is what macOS remembers of an exec.
type procargs struct {
	exe  string
	args []string
	// rest is the environment, followed by strings of the kernel's own ("apple").
	rest []string
}

// parseProcargs reads the answer of sysctl kern.procargs2 (xnu, kern_sysctl.c,
// sysctl_procargsx): argc as a 32 bit integer, the path given to exec, zeros up
// to a word's end, then argv, envp and apple as zero-terminated strings. Both
// of our architectures are little endian. It is the zero value for anything else.
func parseProcargs(raw []byte) procargs {
	if len(raw) < 4 {
		return procargs{}
	}
	argc := int(binary.LittleEndian.Uint32(raw))
	exe, tail, _ := strings.Cut(string(raw[4:]), "\x00")
	words := strings.Split(strings.TrimLeft(tail, "\x00"), "\x00")
	if argc <= 0 || argc > len(words) {
		return procargs{exe: exe}
	}
	return procargs{exe: exe, args: words[:argc], rest: words[argc:]}
}
