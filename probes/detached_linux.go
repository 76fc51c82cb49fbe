package probes

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/stigmer/local/fsm"
)

// Detached finds a lock that p holds on a file which was deleted or replaced
// since: it has path's base name, but path does not lead to it. It returns a
// path by which that very file can be opened and looked at for as long as p
// lives (a magic link, proc_pid_fd(5)), empty if there is none.
func Detached(p fsm.Process, path string) string {
	if !Alive(p) {
		return ""
	}
	there, _ := os.Stat(path)
	dir := procPath(p.PID, "fd")
	entries, err := os.ReadDir(dir)
	if err != nil {
		return ""
	}
	for _, entry := range entries {
		link := filepath.Join(dir, entry.Name())
		target, err := os.Readlink(link)
		if err != nil || filepath.Base(strings.TrimSuffix(target, " (deleted)")) != filepath.Base(path) {
			continue
		}
		info, err := os.Stat(link)
		if err != nil || there != nil && os.SameFile(info, there) || !locks(p.PID, entry.Name()) {
			continue
		}
		return link
	}
	return ""
}
