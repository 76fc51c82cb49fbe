package actions

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// events reads a trace as its viewers do: the array may be open at its end.
func events(t *testing.T, path string) []traceEvent {
	t.Helper()
	text, err := os.ReadFile(path)
	stage.Check(t, err)
	var list []traceEvent
	stage.Check(t, json.Unmarshal(append(text, ']'), &list))
	return list
}

func TestTraceOfTwoProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trace.json")
	first, err := NewTrace(path, "first")
	stage.Check(t, err)
	t.Setenv(traceVariable, path)
	second := JoinTrace("second")
	began := time.Now()
	second.Took(Span{os.Getpid(), "inner", time.UnixMicro(1_000), time.UnixMicro(1_250)})
	Observer{Took: first.Took}.took("outer", began)
	second.EndWithStart(statefile.Document{Record: fsm.Record{State: fsm.Healthy}})
	second.Took(Span{os.Getpid(), "after its end", time.Now(), time.Now()})
	first.Close()

	list := events(t, path)
	if len(list) != 4 {
		t.Fatalf("%d events: %+v", len(list), list)
	}
	if list[0].Args["name"] != "first" || list[1].Args["name"] != "second" {
		t.Errorf("the processes are %+v", list[:2])
	}
	inner, outer := list[2], list[3]
	if inner.Name != "inner" || inner.PID != os.Getpid() || inner.At != 1_000 || inner.Took != 250 {
		t.Errorf("the inner span is %+v", inner)
	}
	if outer.Name != "outer" || outer.PID != os.Getpid() || outer.Took < 1 {
		t.Errorf("the outer span is %+v", outer)
	}
}

// A trace is written over, and nothing else is, whatever it looks like.
func TestTraceWritesOverTracesOnly(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "trace.json")
	for range 2 {
		trace, err := NewTrace(path, "again")
		stage.Check(t, err)
		trace.Close()
		if n := len(events(t, path)); n != 1 {
			t.Errorf("%d events", n)
		}
	}
	for _, text := range []string{"x", "[\n", "[\n1]", "{}", "[{\n"} {
		other := filepath.Join(folder, "other")
		stage.Check(t, os.WriteFile(other, []byte(text), 0o600))
		if _, err := NewTrace(other, "p"); !errors.Is(err, ErrNotTrace) {
			t.Errorf("over %q: %v", text, err)
		}
		if left, _ := os.ReadFile(other); string(left) != text {
			t.Errorf("%q became %q", text, left)
		}
	}
	if _, err := NewTrace(folder, "p"); err == nil {
		t.Error("a folder is taken for a trace")
	}
}

func TestNoTrace(t *testing.T) {
	t.Setenv(traceVariable, "")
	trace := JoinTrace("none")
	trace.Took(Span{Name: "nothing"})
	trace.Close()
	if got := trace.Env(); got != traceVariable+"=" {
		t.Errorf("the supervisor is given %q", got)
	}
	t.Setenv(traceVariable, filepath.Join(t.TempDir(), "gone", "trace.json"))
	if JoinTrace("none") != nil {
		t.Error("a trace that is not there is joined")
	}
}
