package program

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/statefile"
)

// entry is what a program printed for its version, in the file that statefile.Home.Programs names.
type entry struct {
	Path string `json:"path"`
	// File is the identity of the file that the path led to.
	File string `json:"file"`
	fsm.Program
	// Flags are those of start-dev that it was last seen to know: see TryFlags.
	Flags string `json:"flags,omitempty"`
}

// entryLimit is how many programs are remembered, the latest ones.
const entryLimit = 20

// Identity names the file that a path leads to, with its size and time: another content has
// another identity. It is empty where there is no file.
func Identity(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	id, err := files.IDOf(info)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%d:%d:%d:%d", id.Device, id.Inode, info.Size(), info.ModTime().UnixNano())
}

// recall returns what is remembered of a program, false if it was not tried, or if it is another
// file since.
func recall(home statefile.Home, path string) (entry, bool) {
	file := Identity(path)
	for _, e := range entries(home) {
		if e.Path == path && e.File == file {
			return e, true
		}
	}
	return entry{}, false
}

// remember notes what a program printed. Without a home, or if it cannot be written, the next
// process runs the program again: nothing else depends on it. Of two that write at once one
// stays, whole.
func remember(home statefile.Home, e entry) {
	all := entries(home)
	if slices.Contains(all, e) {
		return
	}
	all = append(slices.DeleteFunc(all, func(old entry) bool { return old.Path == e.Path }), e)
	all = all[max(0, len(all)-entryLimit):]
	if text, err := json.MarshalIndent(all, "", "  "); err == nil {
		home.WritePrograms(append(text, '\n'))
	}
}

// entries are none where the file is missing, damaged or no file of ours.
func entries(home statefile.Home) (all []entry) {
	text, err := home.ReadPrograms()
	if err != nil || json.Unmarshal(text, &all) != nil {
		return nil
	}
	return all
}
