package cause

import (
	"errors"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/ports"
)

// sign is how a cause shows: by an error, or in the output of a process that has ended.
type sign struct {
	code   fsm.Code
	errors []error
	words  []string
}

// systemSigns are those of the kernel and of Go's runtime. Where a text has several, the first counts.
var systemSigns = []sign{
	{fsm.CodeDiskFull, []error{unix.ENOSPC, unix.EDQUOT}, nil},
	{fsm.CodeDiskReadOnly, []error{unix.EROFS}, nil},
	{fsm.CodeDiskFails, []error{unix.EIO}, nil},
	{fsm.CodeProcessLimit, []error{unix.EAGAIN}, []string{"failed to create new OS thread"}},
	{fsm.CodeNoMemory, []error{unix.ENOMEM}, []string{"out of memory", "failed to reserve"}},
	{fsm.CodeFileLimit, []error{unix.EMFILE, unix.ENFILE}, nil},
	{fsm.CodeNoDevNull, nil, []string{"open " + os.DevNull}},
	{fsm.CodeNotPermitted, []error{unix.EACCES}, nil},
	{fsm.CodeCallRefused, []error{unix.EPERM, unix.ENOSYS}, nil},
}

// DatabaseSigns are SQLite's words in Temporal's log.
var DatabaseSigns = []sign{
	{fsm.CodeDatabaseInvalid, nil, []string{"no such table", "not a database", "disk image is malformed"}},
	{fsm.CodeDatabaseFull, nil, []string{"database or disk is full"}},
	{fsm.CodeDatabaseLocked, nil, []string{"database is locked"}},
	{fsm.CodeDatabaseUnwritable, nil, []string{"readonly database"}},
}

// errorSigns are those of all errors. Of an address that nothing reaches, the system's reason counts
// if it is known.
var errorSigns = slices.Concat([]sign{
	{fsm.CodeAddressForeign, []error{ports.ErrNotOurAddress}, nil},
	{fsm.CodePortPrivileged, []error{ports.ErrNotPermitted}, nil},
}, systemSigns, []sign{
	{fsm.CodeAddressUnreachable, []error{ports.ErrUnreachable}, nil},
})

// Of returns the code of an error: a Refusal's, or the one of what it wraps, as an error number.
// It is empty for any other.
func Of(err error) fsm.Code {
	if refusal, ok := errors.AsType[fsm.Refusal](err); ok {
		return refusal.Code
	}
	if failed, ok := errors.AsType[*os.PathError](err); ok && failed.Path == os.DevNull && !errors.Is(err, unix.EMFILE) && !errors.Is(err, unix.ENFILE) {
		return fsm.CodeNoDevNull
	}
	return codeBy(errorSigns, func(s sign) bool {
		return slices.ContainsFunc(s.errors, func(target error) bool { return errors.Is(err, target) })
	})
}

// In returns the code that the last words of a supervisor report, empty for none. A process
// that has ended leaves nothing but its log: that is read for words here, and nowhere else.
func In(text string) fsm.Code { return InText(systemSigns, text) }

// InText returns the code of the first sign that a text has, empty for none.
func InText(signs []sign, text string) fsm.Code {
	return codeBy(signs, func(s sign) bool {
		return slices.ContainsFunc(s.words, func(word string) bool { return strings.Contains(text, word) }) ||
			slices.ContainsFunc(s.errors, func(err error) bool { return strings.Contains(text, err.Error()) })
	})
}

func codeBy(signs []sign, shows func(sign) bool) fsm.Code {
	if i := slices.IndexFunc(signs, shows); i >= 0 {
		return signs[i].code
	}
	return ""
}
