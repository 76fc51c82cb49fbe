package inspect

import (
	"net"
	"os"
	"sync"
	"testing"

	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

// lookedAt is a home whose supervisor and Temporal are the test itself, by both locks and by the
// record: Healthy. A health check gets its connection closed, the first time after asked was
// called.
func lookedAt(t *testing.T, asked func(r fsm.Record, save func(fsm.Record), lock *os.File)) statefile.Home {
	t.Helper()
	home, err := statefile.OpenHome(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var lock *os.File // of Temporal
	for _, path := range []string{home.SupervisorLock(), home.Lock()} {
		held, err := lockfile.Take(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { held.Close() })
		lock = held
	}
	self, err := proc.Identify(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	health, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { health.Close() })
	var d statefile.Document
	d.Record = fsm.Record{
		State: fsm.Healthy, Desired: fsm.WantRunning, Generation: 7, Supervisor: self, RecordedRun: fsm.RecordedRun{Temporal: self, Served: true},
		Settings: fsm.Settings{IP: "127.0.0.1", Port: health.Addr().(*net.TCPAddr).Port, Headless: true, Policy: fsm.DefaultPolicy()},
	}
	save := func(r fsm.Record) {
		d.Record = r
		if err := (statefile.File{Home: home}).Save(d); err != nil {
			t.Error(err)
		}
	}
	save(d.Record)
	go func() {
		var first sync.Once
		for {
			client, err := health.Accept()
			if err != nil {
				return
			}
			first.Do(func() { asked(d.Record, save, lock) })
			client.Close()
		}
	}()
	return home
}

// A stop that comes between the look at the record and the question for health is
// a stop, and no Temporal that does not answer as it should.
func TestTheRecordChangesUnderALook(t *testing.T) {
	t.Parallel()
	home := lookedAt(t, func(r fsm.Record, save func(fsm.Record), _ *os.File) {
		r.State, r.Desired, r.Generation = fsm.Stopping, fsm.WantStopped, r.Generation+1
		save(r)
	})
	if d := TakeSnapshot(string(home)).Diagnosis(); d.State != fsm.Stopping || !d.Agrees {
		t.Errorf("%s: %s", d.State, d.Reason)
	}
}

// One that has crashed is about to be restarted.
func TestTemporalEndsUnderALook(t *testing.T) {
	t.Parallel()
	home := lookedAt(t, func(_ fsm.Record, _ func(fsm.Record), lock *os.File) { lock.Close() })
	if d := TakeSnapshot(string(home)).Diagnosis(); d.State != fsm.Restarting {
		t.Errorf("%s: %s", d.State, d.Reason)
	}
}

// What stays as it is is believed: it does not answer.
func TestNothingChangesUnderALook(t *testing.T) {
	t.Parallel()
	home := lookedAt(t, func(fsm.Record, func(fsm.Record), *os.File) {})
	if d := TakeSnapshot(string(home)).Diagnosis(); d.State != fsm.Degraded || d.Agrees {
		t.Errorf("%s: %s", d.State, d.Reason)
	}
}
