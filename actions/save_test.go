package actions

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

func (l *life) load() statefile.Document {
	l.T.Helper()
	d, err := statefile.File{Home: l.home}.Load()
	stage.Check(l.T, err)
	return d
}

func TestSave(t *testing.T) {
	l := newLife(t)
	l.record.Generation = 3
	step := fsm.Transition{At: 5, From: fsm.Stopped, Event: fsm.Start, To: fsm.Locking, Cause: "a test"}
	_, answered := l.Perform(fsm.Effect{Do: fsm.DoSave, Record: l.record, Transition: step, Required: true})
	stage.Is(t, "answered", answered, false)
	d := l.load()
	stage.Is(t, "record", d.Record, l.record)
	stage.Is(t, "paths", d.Paths, l.home.Paths())
	stage.Is(t, "history", len(d.History) == 1 && d.History[0] == step, true)
	// A save that is no transition adds nothing to the history.
	l.record.Generation++
	l.Perform(fsm.Effect{Do: fsm.DoSave, Record: l.record})
	d = l.load()
	stage.Is(t, "generation", d.Generation, l.record.Generation)
	stage.Is(t, "history", len(d.History), 1)
}

// A record that cannot be saved stops what only it could name, and nothing else.
func TestSaveFails(t *testing.T) {
	l := newLife(t)
	bad := l.record
	bad.State = "Bogus" // which no record may say
	for _, required := range []bool{true, false} {
		in, answered := l.Perform(fsm.Effect{Do: fsm.DoSave, Record: bad, Required: required})
		stage.Is(t, "answered", answered, required)
		stage.Is(t, "event", in.Event == fsm.SaveFailed, required)
		if required {
			stage.Has(t, in.Detail, l.home.State())
		}
	}
	// What could not be written then is written with the next.
	step := fsm.Transition{From: fsm.Stopped, Event: fsm.Start, To: fsm.Locking}
	l.Perform(fsm.Effect{Do: fsm.DoSave, Record: l.record, Transition: step})
	stage.Is(t, "history", len(l.load().History), 1)
}

// What another process does to the record while the disk is waited for is not the driver's own.
func TestDamageDuringASaveIsFound(t *testing.T) {
	l := newLife(t)
	for range 20 {
		l.do(fsm.DoSave) // over what was damaged last
		before := l.World.record.file.Stamp()
		damaged := stage.Later(func() error {
			for l.World.record.file.Stamp() == before {
			}
			return os.WriteFile(l.home.State(), []byte("{}"), 0o600)
		})
		l.Perform(fsm.Effect{Do: fsm.DoSave, Record: l.record, Durable: true})
		stage.Check(t, stage.Within(t, "the damage", damaged))
		_, corrupt := errors.AsType[statefile.CorruptError](l.World.record.found())
		stage.Is(t, "found to be damaged", corrupt, true)
	}
}

// The driver writes a record anew that was damaged or removed, and leaves alone what a newer
// version wrote.
func TestRestore(t *testing.T) {
	l := newLife(t)
	l.Perform(fsm.Effect{Do: fsm.DoSave, Record: l.record})
	good, err := os.ReadFile(l.home.State())
	stage.Check(t, err)
	kept := func() int {
		names, err := filepath.Glob(l.home.State() + ".corrupt-*")
		stage.Check(t, err)
		return len(names)
	}
	for _, c := range []struct {
		name   string
		damage func() error
		aside  int
	}{
		{"nothing", func() error { return nil }, 0},
		{"removed", func() error { return os.Remove(l.home.State()) }, 0},
		{"damaged", func() error { return os.WriteFile(l.home.State(), []byte("rubbish"), 0o600) }, 1},
		{"a folder", func() error { os.Remove(l.home.State()); return os.Mkdir(l.home.State(), 0o700) }, 2},
	} {
		l.World.record.restore() // it is proven, and not read again
		stage.Check(t, c.damage())
		l.World.record.restore()
		have, err := os.ReadFile(l.home.State())
		stage.Check(t, err)
		stage.Is(t, c.name, string(have), string(good))
		stage.Is(t, c.name+": kept", kept(), c.aside)
	}
	const newer = `{"schema":2}`
	stage.Check(t, os.WriteFile(l.home.State(), []byte(newer), 0o600))
	l.World.record.restore()
	have, err := os.ReadFile(l.home.State())
	stage.Check(t, err)
	stage.Is(t, "newer", string(have), newer)
}

// A record that could not be saved is saved later, although the old one is whole.
func TestRestoreOfWhatWasNotSaved(t *testing.T) {
	l := newLife(t)
	l.Perform(fsm.Effect{Do: fsm.DoSave, Record: l.record})
	stage.Check(t, os.Rename(l.home.State(), l.home.State()+".old"))
	stage.Check(t, os.Mkdir(l.home.State(), 0o700))
	l.record.Generation++
	l.Perform(fsm.Effect{Do: fsm.DoSave, Record: l.record})
	stage.Check(t, os.Remove(l.home.State()))
	stage.Check(t, os.Rename(l.home.State()+".old", l.home.State()))
	for range 2 {
		l.World.record.restore()
		stage.Is(t, "generation", l.load().Generation, l.record.Generation)
	}
}

// A timer that is armed again fires once, for the later arming.
func TestArm(t *testing.T) {
	l := newLife(t)
	l.Perform(fsm.Effect{Do: fsm.DoArm, Event: fsm.GraceElapsed, Seq: 1, After: 1 << 40})
	old := l.World.inputs.timers[fsm.GraceElapsed]
	l.Perform(fsm.Effect{Do: fsm.DoArm, Event: fsm.GraceElapsed, Seq: 2, Run: 9, After: 1})
	in := l.next(fsm.GraceElapsed)
	stage.Is(t, "seq", in.Seq, uint64(2))
	stage.Is(t, "run", in.Run, uint64(9))
	stage.Is(t, "the old one was still armed", old.Stop(), false)
	l.Perform(fsm.Effect{Do: fsm.DoArm, Event: fsm.ProbeDue, After: 1 << 40})
	probe := l.World.inputs.timers[fsm.ProbeDue]
	l.do(fsm.DoRelease)
	stage.Is(t, "still armed after the release", probe.Stop(), false)
}

// What a newer version has written is not overwritten, and what is damaged or is
// not what this driver wrote is set aside first.
func TestSaveOverWhatOthersWrote(t *testing.T) {
	for name, c := range map[string]struct {
		found string
		aside int
		kept  bool
	}{
		"newer":   {`{"schema": 99}`, 0, true},
		"damaged": {"no record", 1, false},
	} {
		l := newLife(t)
		l.Perform(fsm.Effect{Do: fsm.DoSave, Record: l.record}) // knows its own file from now on
		stage.Check(t, os.WriteFile(l.home.State(), []byte(c.found), 0o600))
		l.Perform(fsm.Effect{Do: fsm.DoSave, Record: l.record})
		text, err := os.ReadFile(l.home.State())
		stage.Check(t, err)
		stage.Is(t, name+": left alone", string(text) == c.found, c.kept)
		aside, err := filepath.Glob(l.home.State() + ".corrupt-*")
		stage.Check(t, err)
		stage.Is(t, name+": set aside", len(aside), c.aside)
	}
}

// A record that is whole and not what this driver wrote is exchanged again.
func TestRestoreOverAnotherRecord(t *testing.T) {
	l := newLife(t)
	l.Perform(fsm.Effect{Do: fsm.DoSave, Record: l.record})
	planted := l.load()
	planted.Temporal.PID = 12345
	stage.Check(t, l.World.record.file.Save(planted))
	l.World.record.restore()
	stage.Is(t, "the pid", l.load().Temporal.PID, l.record.Temporal.PID)
	aside, err := filepath.Glob(l.home.State() + ".corrupt-*")
	stage.Check(t, err)
	stage.Is(t, "set aside", len(aside), 1)
}
