package actions

import (
	"errors"
	"io/fs"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
)

// won looks around once supervisor.lock is ours: now the record may be repaired.
func (d *Desk) won() fsm.Sight {
	document, err := Recover(d.home)
	if err != nil {
		d.err = err
		return fsm.Sight{Saw: fsm.SawBroken, Detail: err.Error()}
	}
	if err := CheckLock(d.home.Lock()); err != nil {
		d.err = err
		return fsm.Sight{Saw: fsm.SawBroken, Record: document.Record, Detail: err.Error()}
	}
	d.saw(document.Record)
	if d.seat != nil {
		takeTurn(d.home, d.seat, document.Generation)
	}
	evidence := Observe(d.home, document.Record)
	if evidence.Hold == fsm.HoldFree {
		d.tidy()
	}
	return fsm.Sight{Saw: fsm.SawWon, Record: document.Record, Evidence: evidence}
}

// tidy removes what only names a Temporal that does not run: a stale PID file,
// the predecessor's included, and the temporary files of writers that were killed.
func (d *Desk) tidy() {
	if other := OtherServer(d.home); other != "" {
		d.log.Warn("temporal.pid names a Temporal that was started by something else; it is left alone, and so is the file", "process", other)
		return
	}
	if err := statefile.RemovePID(d.home.PID()); err != nil {
		d.log.Warn("stale PID file not removed", "error", err)
	}
	if err := d.home.Tidy(); err != nil {
		d.log.Warn("temporary files not removed", "error", err)
	}
}

// busy looks at the record of whoever drives. One that cannot be read counts as
// not yet written: the driver writes it anew.
func (d *Desk) busy(saw fsm.Saw) fsm.Sight {
	file := statefile.File{Home: d.home}
	document, err := file.Load()
	s := fsm.Sight{Saw: saw}
	for range evidenceTries {
		s.Driver, s.Holder = Driver(d.home, document.Record, d.heir)
		// The record and its driver must have been seen together.
		var again statefile.Document
		again, err = file.Load()
		if again.Generation == document.Generation {
			break
		}
		document = again
	}
	var newer statefile.NewerError
	if errors.As(err, &newer) || errors.Is(err, fs.ErrPermission) {
		d.err = err
		return fsm.Sight{Saw: fsm.SawBroken, Detail: err.Error()}
	}
	if err == nil {
		d.saw(document.Record)
	}
	s.Record = document.Record
	if r := document.Record; s.Driver.Same(r.Supervisor) {
		s.Driver.Version = r.Supervisor.Version
		s.Outdated = d.outdated != nil && d.outdated(r.Supervisor)
	}
	s.Holder = d.unseen(s)
	s.Asleep = s.Driver.PID != 0 && probes.Asleep(s.Driver.PID)
	return s
}

func (d *Desk) saw(r fsm.Record) {
	if d.progress != nil && r.Generation != d.last.Generation {
		d.progress(r)
	}
	d.last = r
}

// OtherServer describes the Temporal that a home's PID file names where it runs
// and was not started by us: an earlier tool's. It is empty for none.
func OtherServer(home statefile.Home) string {
	file, err := statefile.ReadPID(home.PID())
	if err != nil || !probes.IsDevServer(file.PID) || probes.Instance(file.PID) == string(home) {
		return ""
	}
	return processText(file.PID, probes.CommandLine(file.PID))
}
