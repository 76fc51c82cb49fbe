package statefile

import (
	"fmt"

	"github.com/stigmer/local/fsm"
)

// VerbStop asks the driver to stop Temporal. It is the only verb.
const VerbStop = "stop"

// Request is what a command asks of the driver that it signals next: a signal
// alone carries no grace period.
type Request struct {
	Schema  int         `json:"schema"`
	Verb    string      `json:"verb"`
	GraceMS fsm.Millis  `json:"grace_ms"`
	At      fsm.Instant `json:"at"`
	// From is the process that asks, and Cause what was typed, for the history. It is empty
	// where an older version asks.
	From  fsm.Process `json:"from"`
	Cause string      `json:"cause,omitempty"`
	// Now asks for an end by SIGKILL, without a grace period. An older version does not know it, and goes by GraceMS.
	Now bool `json:"now,omitempty"`
	// Again says that a restart asks, which starts Temporal again.
	Again bool `json:"again,omitempty"`
	// For is the driver that is addressed. Another driver that finds the file
	// finds an old request that is not its own.
	For fsm.Process `json:"for"`
}

// WriteRequest replaces the request, stamped with Schema, mode 0600. Commands
// write without a lock: of two at once one stays, whole. Nothing is
// synced, as the request need not outlive the boot: its reader does not either.
func WriteRequest(path string, r Request) error {
	r.Schema = Schema
	if reason := r.flaw(); reason != "" {
		return fmt.Errorf("write %s: %s", path, reason)
	}
	data, err := marshal(r)
	if err == nil {
		_, err = put(path, data)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// ReadRequest reads what WriteRequest wrote. The error wraps fs.ErrNotExist,
// SymlinkError, CorruptError, NewerError or the system's.
func ReadRequest(path string) (Request, error) {
	data, err := slurp(path)
	if err != nil {
		return Request{}, fmt.Errorf("read %s: %w", path, err)
	}
	var r Request
	if err := unmarshal(data, &r); err != nil {
		return Request{}, fmt.Errorf("read %s: %w", path, err)
	}
	if reason := r.flaw(); reason != "" {
		return Request{}, fmt.Errorf("read %s: %w", path, CorruptError{Reason: reason})
	}
	return r, nil
}

func (r Request) flaw() string {
	switch {
	case r.Verb != VerbStop:
		return fmt.Sprintf("unknown verb %.40q", r.Verb)
	case r.GraceMS < 0:
		return fmt.Sprintf("grace of %d ms", r.GraceMS)
	}
	return ""
}
