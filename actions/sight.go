package actions

import (
	"errors"
	"io/fs"
	"time"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

// won reads the record once supervisor.lock is ours: now the record may be repaired.
func (d *Client) won() fsm.CommandInput {
	document, err := evidence.Recover(d.config.Home)
	if err == nil {
		err = lockfile.Check(d.config.Home.Lock())
	}
	if err != nil {
		return d.broken(err)
	}
	d.document = document
	d.saw(document)
	seen := evidence.Observe(d.config.Home, document.Record)
	if seen.Owner == fsm.OwnerNone {
		d.tidy()
	}
	return fsm.CommandInput{Kind: fsm.InputWon, Record: document.Record, Evidence: seen}
}

// tidy removes what only names a Temporal that does not run: a stale PID file,
// the predecessor's included, and the temporary files of writers that were killed.
func (d *Client) tidy() {
	if other := evidence.OtherServer(d.config.Home); other != "" {
		d.config.Log.Warn("temporal.pid names a Temporal that was started by something else; it is left alone, and so is the file", "process", other)
		return
	}
	if err := statefile.RemovePID(d.config.Home.PID()); err != nil {
		d.config.Log.Warn("stale PID file not removed", "error", err)
	}
	if err := d.config.Home.Tidy(); err != nil {
		d.config.Log.Warn("temporary files not removed", "error", err)
	}
}

// busy reads the record of the current driver. One that cannot be read counts as not yet
// written: the driver writes it anew. Only InputBusy marks the record as seen: the step of a
// timer may pass over its change.
func (d *Client) busy(saw fsm.CommandInputKind) fsm.CommandInput {
	file, s := statefile.File{Home: d.config.Home}, fsm.CommandInput{Kind: saw}
	var document statefile.Document
	var err error
	for range evidence.Tries {
		stamp := file.Stamp()
		if saw == fsm.InputBusy {
			d.follower.looked = stamp
		}
		document, err = file.Load()
		s.Driver, s.Holder = d.driverOf(document.Record)
		if file.Stamp() == stamp {
			break // the record and its driver were seen together
		}
	}
	var newer statefile.NewerError
	if errors.As(err, &newer) || errors.Is(err, fs.ErrPermission) {
		return d.broken(err)
	}
	if err == nil {
		d.saw(document)
	}
	s.Record = document.Record
	d.nameHiddenHolder(&s)
	if r := document.Record; s.Driver.Same(r.Supervisor) {
		s.Driver.Version = r.Supervisor.Version
		s.Outdated = d.config.Outdated != nil && d.config.Outdated(r.Supervisor)
	}
	s.Suspended = s.Driver.PID != 0 && proc.Suspended(s.Driver.PID)
	return s
}

// driverOf is evidence.Driver that does not search again for the supervisor that this command
// has started: that one has supervisor.lock for as long as it lives. Any other process may have
// released it, as a command does after its drive, and must not be signalled for it.
func (d *Client) driverOf(r fsm.Record) (driver fsm.Process, foreign string) {
	if d.follower.driver.PID != 0 && d.follower.driver.PID == d.childPID && !proc.Exiting(d.follower.driver.PID) {
		if again, err := proc.Identify(d.follower.driver.PID); err == nil && again.Same(d.follower.driver) {
			return d.follower.driver, ""
		}
	}
	d.follower.driver, foreign = evidence.Driver(d.config.Home, r, d.childPID)
	return d.follower.driver, foreign
}

func (d *Client) saw(document statefile.Document) {
	if document.Generation != d.follower.record.Generation {
		d.config.Observer.recorded(document)
	}
	d.follower.record = document.Record
}

// nameHiddenHolder names the holder of supervisor.lock that a command would wait for in
// vain, once it was out of sight for long enough. Until then unseen does not return for a
// Healthy record: its Temporal may serve in another container, out of this process's reach.
func (d *Client) nameHiddenHolder(s *fsm.CommandInput) {
	for s.Driver.PID == 0 && s.Holder == "" && evidence.InOtherPIDNamespace(s.Record) {
		if d.follower.unseenSince.IsZero() {
			d.follower.unseenSince = time.Now()
		}
		switch {
		case time.Since(d.follower.unseenSince) >= hiddenFor:
			s.Holder = evidence.HiddenHolder
			return
		case s.Record.State != fsm.Healthy:
			return
		}
		time.Sleep(hiddenPause)
		s.Driver, s.Holder = d.driverOf(s.Record)
	}
	d.follower.unseenSince = time.Time{}
}

// hiddenFor is how long supervisor.lock must be held without a holder in this namespace. One of
// our own may be missed for an instant while it exits.
const hiddenFor = time.Second

// hiddenPause is the pause between two searches for it.
const hiddenPause = 20 * time.Millisecond
