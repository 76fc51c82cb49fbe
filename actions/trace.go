package actions

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// traceVariable has the path of the trace of the start that made a supervisor.
const traceVariable = "STIGMER_TRACE"

// Trace writes down what took how long, as Chrome's trace events (JSON, an event a
// line, the array left open, as the format allows for files that several write to):
// https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU.
// A command makes the file, its supervisor appends. A nil Trace writes nothing, so
// that what is traced need not ask.
type Trace struct {
	path string
	file *os.File
	// named are the PIDs of the processes that have a name in it.
	named sync.Map
}

// ErrNotTrace is what stands in the way of a trace: a file that is something else.
var ErrNotTrace = errors.New("it exists and is not a trace: nothing is written over it")

// traceEvent is one line. Times are microseconds since 1970.
type traceEvent struct {
	Name  string            `json:"name"`
	Phase string            `json:"ph"`
	At    int64             `json:"ts,omitempty"`
	Took  int64             `json:"dur,omitempty"`
	PID   int               `json:"pid"`
	TID   int               `json:"tid"`
	Args  map[string]string `json:"args,omitempty"`
}

// traceHead is how a trace begins, before its first event.
const traceHead = "[\n"

// NewTrace makes the file, 0600, or writes over an earlier trace; anything else is
// left as it is, with ErrNotTrace.
func NewTrace(path, process string) (*Trace, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND|unix.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, err
	}
	head := make([]byte, len(traceHead)+1)
	n, _ := file.Read(head)
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() || n > 0 && string(head) != traceHead+"{" {
		file.Close()
		return nil, fmt.Errorf("%s: %w", path, ErrNotTrace)
	}
	if err = file.Truncate(0); err == nil {
		_, err = file.WriteString(traceHead)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	t := &Trace{path: path, file: file}
	t.line("", t.name(os.Getpid(), process))
	return t, nil
}

// JoinTrace appends to the trace that traceVariable names, nil for none. A trace
// that cannot be written to costs the trace, and nothing else.
func JoinTrace(process string) *Trace {
	path := os.Getenv(traceVariable)
	if path == "" {
		return nil
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil
	}
	t := &Trace{path: path, file: file}
	t.write(t.name(os.Getpid(), process))
	return t
}

func (t *Trace) name(pid int, process string) traceEvent {
	t.named.Store(pid, true)
	return traceEvent{Name: "process_name", Phase: "M", PID: pid, TID: 1, Args: map[string]string{"name": process}}
}

// Env is the environment entry for a supervisor: it also takes a trace away that
// is not its own.
func (t *Trace) Env() string {
	if t == nil {
		return traceVariable + "="
	}
	return traceVariable + "=" + t.path
}

// Took writes a span that is over, of any process. The first of a process that has not named
// itself is Temporal's, which gets its name.
func (t *Trace) Took(s Span) {
	if t == nil {
		return
	}
	if _, named := t.named.Load(s.PID); !named {
		t.write(t.name(s.PID, "temporal"))
	}
	t.write(traceEvent{Name: s.Name, Phase: "X", At: s.Began.UnixMicro(), Took: max(1, s.Ended.Sub(s.Began).Microseconds()), PID: s.PID, TID: 1})
}

// EndWithStart ends a driver's part when Temporal is Healthy or Stopped for the first time.
func (t *Trace) EndWithStart(d statefile.Document) {
	if d.State == fsm.Healthy || d.State == fsm.Stopped {
		t.Close()
	}
}

// Close ends this process's part. What is written later is dropped.
func (t *Trace) Close() {
	if t != nil {
		t.file.Close()
	}
}

func (t *Trace) write(e traceEvent) { t.line(",\n", e) }

// line is one write, so that two processes do not mix theirs (O_APPEND).
func (t *Trace) line(lead string, e traceEvent) {
	if text, err := json.Marshal(e); err == nil {
		t.file.Write(append([]byte(lead), text...)) // a full disk costs the trace
	}
}
