package logfile

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/statefile"
)

// outputRoom is what is set aside on disk for Temporal's standard output, in bytes:
// many times what the CLI prints.
const outputRoom = 64 << 10

// OpenOutput opens the file for the standard output of the Temporal CLI, emptied:
// a banner, "Stopping server...", and why the web UI could not listen. It is nil,
// and what is printed goes nowhere, where the disk has no room to set aside: the CLI
// panics when its banner cannot be written, so that a full disk would end it
// (temporalcli/internal/printer, Printer.write). Its log is standard error, and
// there it puts up with it.
func OpenOutput(home statefile.Home) *os.File {
	const flags = os.O_WRONLY | os.O_APPEND | os.O_CREATE | os.O_TRUNC | unix.O_CLOEXEC | unix.O_NOFOLLOW | unix.O_NONBLOCK
	file, err := os.OpenFile(home.Output(), flags, 0o600)
	if err != nil {
		return nil
	}
	if err := reserve(file, outputRoom); err != nil {
		file.Close()
		return nil
	}
	return file
}

// LastWords is what Temporal said before it ended: the end of its log since an
// offset, or, where it gave up by itself and the log has nothing, of its output.
func LastWords(home statefile.Home, from int64, gaveUp bool) string {
	words := Tail(home.Log(), from)
	if words == "" && gaveUp {
		return Tail(home.Output(), 0)
	}
	return words
}
