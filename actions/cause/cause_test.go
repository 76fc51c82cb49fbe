package cause

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/ports"
)

// An error's code is that of what it wraps.
func TestCodeOf(t *testing.T) {
	for _, c := range []struct {
		err  error
		code fsm.Code
	}{
		{nil, ""},
		{unix.ENOENT, ""},
		{fsm.Refusal{Code: fsm.CodeDatabaseForeign}, fsm.CodeDatabaseForeign},
		{&exec.Error{Name: "temporal", Err: unix.EAGAIN}, fsm.CodeProcessLimit},
		{unix.ENFILE, fsm.CodeFileLimit},
		{unix.EDQUOT, fsm.CodeDiskFull},
		{unix.EPERM, fsm.CodeCallRefused},
		{&os.PathError{Op: "open", Path: os.DevNull, Err: unix.EACCES}, fsm.CodeNoDevNull},
		{&os.PathError{Op: "open", Path: os.DevNull, Err: unix.EMFILE}, fsm.CodeFileLimit},
		{ports.ErrUnreachable, fsm.CodeAddressUnreachable},
		{fmt.Errorf("%w: %w", ports.ErrUnreachable, unix.EPERM), fsm.CodeCallRefused},
	} {
		stage.Is(t, fmt.Sprint(c.err), Of(fmt.Errorf("do it: %w", c.err)), c.code)
	}
}

// The last words of a process that has ended are read for what the system did not give, or for
// what is wrong with the database.
func TestCodeInText(t *testing.T) {
	for words, code := range map[string]fsm.Code{
		"":                "",
		"supervisor: odd": "",
		"supervisor logs a line\nrecord not saved: no space left on device":     fsm.CodeDiskFull,
		"record not saved: read-only file system":                               fsm.CodeDiskReadOnly,
		"fork/exec /bin/temporal: resource temporarily unavailable":             fsm.CodeProcessLimit,
		"runtime: failed to create new OS thread (have 7 already; errno=11)":    fsm.CodeProcessLimit,
		"start the supervisor: fork/exec /bin/stigmer: operation not permitted": fsm.CodeCallRefused,
		"open /home/temporal.lock: too many open files in system":               fsm.CodeFileLimit,
		"open /dev/null: permission denied":                                     fsm.CodeNoDevNull,
		"fatal error: out of memory":                                            fsm.CodeNoMemory,
	} {
		stage.Is(t, words, In(words), code)
	}
	stage.Is(t, "of Temporal", InText(DatabaseSigns, "database is locked (5) (SQLITE_BUSY)"), fsm.CodeDatabaseLocked)
}
