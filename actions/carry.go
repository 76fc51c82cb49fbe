package actions

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/actions/cause"
	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/actions/logfile"
	"github.com/stigmer/local/actions/procs"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/probes/temporal"
	"github.com/stigmer/local/statefile"
)

// Carry carries out one effect.
func (d *Client) Carry(effect fsm.CommandEffect) {
	defer d.config.Observer.took(string(effect.Do), time.Now())
	switch effect.Do {
	case fsm.ActArm:
		d.config.Log.Debug("carry", "ask", effect.Do, "for", effect.Input, "after", millis(effect.After))
	case fsm.ActFinish:
		d.config.Log.Debug("carry", "ask", effect.Do, "end", effect.Outcome.Result, "detail", effect.Outcome.Detail)
	default:
		d.config.Log.Debug("carry", "ask", effect.Do, "driver", effect.Driver.PID)
	}
	if err := d.carry(effect); err != nil {
		d.events <- clientEvent{err: err}
	}
}

func (d *Client) carry(effect fsm.CommandEffect) error {
	switch effect.Do {
	case fsm.ActTryLock:
		return d.tryLock()
	case fsm.ActWait:
		d.follow()
	case fsm.ActHandOver:
		return d.handOver(effect.Record)
	case fsm.ActDrive:
		return d.drive(effect)
	case fsm.ActAskStop:
		return d.askStop(effect)
	case fsm.ActKillSupervisor:
		if effect.Detail == "" {
			d.config.Log.Warn("supervisor did not answer and is killed", "pid", effect.Driver.PID)
		} else {
			d.config.Log.Info("supervisor is killed", "pid", effect.Driver.PID, "why", effect.Detail)
		}
		if err := procs.Signal(effect.Driver, unix.SIGKILL); err != nil { //mutation:supervisor-killed
			return fmt.Errorf("kill the supervisor (pid %d): %w", effect.Driver.PID, err)
		}
	case fsm.ActAskSetup:
		return procs.Signal(effect.Driver, unix.SIGUSR1) //mutation:setup-asked
	case fsm.ActProbe:
		d.probe(effect.Record)
	case fsm.ActArm:
		s := clientEvent{CommandInput: fsm.CommandInput{Kind: effect.Input}, look: true}
		d.timers.arm(effect.Input, effect.After, func() { d.events <- s })
	case fsm.ActReleaseLock:
		d.releaseLock()
	}
	return nil
}

func (d *Client) tryLock() error {
	if d.lock.file != nil {
		return nil
	}
	lock, err := lockfile.Take(d.config.Home.SupervisorLock())
	switch {
	case err == nil:
		d.events <- lockWon(lock)
	case errors.Is(err, lockfile.ErrHeld) && d.config.Become == nil:
		d.events <- recordChanged
	case missing(d.config.Home.SupervisorLock()):
		// A full or read-only disk. A lock file that cannot even be made has no owner: a stop
		// has nothing to do, and a start will not be able to save.
		d.lock.refused = err
		d.events <- lockWon(nil)
	default:
		return err
	}
	return nil
}

func missing(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// handOver checks the database, saves what is wanted and starts a supervisor with the locked
// description: supervisor.lock is held at every instant.
func (d *Client) handOver(r fsm.Record) (err error) {
	if d.lock.file == nil {
		return d.lock.refused
	}
	document := d.document
	document.Record, document.Paths = r, d.config.Home.Paths() //mutation:record-handed-over
	if r.Temporal.PID == 0 {                                   // else it may be adopted, with its database open
		document.Known = database.ReadContents(r.Settings.DB, r.Known).Known
	}
	// The supervisor makes it durable, with its own first record.
	if err := (statefile.File{Home: d.config.Home}).Put(document); err != nil {
		return err
	}
	if d.config.Become != nil {
		last, err := d.config.Become(d.lock.file, document)
		if err == nil {
			d.post(fsm.CommandInput{Kind: fsm.InputDrove, Record: last})
		}
		return err
	}
	if d.wordsFrom < 0 {
		d.wordsFrom = logfile.Size(d.config.Home.SupervisorLog())
	}
	if d.childPID, err = d.config.Supervise(d.lock.file); err != nil {
		d.post(fsm.CommandInput{Kind: fsm.InputNotHanded, Code: cause.Of(err), Detail: err.Error()})
		return nil
	}
	d.releaseLock() //mutation:lock-handed-over
	d.post(fsm.CommandInput{Kind: fsm.InputHanded})
	return nil
}

// drive finishes a dead driver's work in this process, until it is Stopped.
func (d *Client) drive(effect fsm.CommandEffect) error {
	self, err := proc.Identify(os.Getpid())
	if err != nil {
		return err
	}
	world := NewWorld(d.config.Home, d.lock.file, d.document, WorldConfig{Self: self, Log: d.config.Log})
	d.drives.under.Store(world)
	asked := fsm.Input{Grace: effect.Grace}
	if effect.Now {
		asked.Event, asked.Detail = fsm.StopNow, askedForBy(effect.Detail)
	}
	last := fsm.Drive(world, effect.Record, self, asked)
	d.lock.file = world.supervisorLock // another file, where the lock's was deleted meanwhile
	d.document = world.record.document
	d.drives.unheard.Store(world.requests.stopUndelivered)
	d.drives.over.Store(world)
	d.drives.under.Store(nil)
	d.post(fsm.CommandInput{Kind: fsm.InputDrove, Record: last, Evidence: fsm.Evidence{Untied: evidence.Untied(last)}})
	return nil
}

func (d *Client) askStop(effect fsm.CommandEffect) error {
	self, err := proc.Identify(os.Getpid())
	if err != nil {
		return err
	}
	request := statefile.Request{
		Verb: statefile.VerbStop, GraceMS: effect.Grace, At: fsm.Instant(time.Now().UnixMilli()), From: self, For: effect.Driver,
		Cause: effect.Detail, Now: effect.Now,
		Again: effect.RestartPending, //mutation:request-again
	}
	// A request that cannot be written (a full disk) costs the grace period, not the stop.
	if err := statefile.WriteRequest(d.config.Home.Request(), request); err != nil {
		d.config.Log.Warn("request not written; the default grace period counts", "error", err)
	}
	if err := procs.Signal(effect.Driver, unix.SIGTERM); err != nil {
		return fmt.Errorf("signal the supervisor (pid %d): %w", effect.Driver.PID, err)
	}
	return nil
}

// probe probes a running Temporal once, in a goroutine that ends within the time after which
// a supervisor would call it hung: a slow Temporal has that long to answer.
func (d *Client) probe(r fsm.Record) {
	s := r.Settings
	ctx, cancel := context.WithTimeout(context.Background(), millis(s.Policy.Timeout+s.Policy.LivenessDeadline))
	go func() {
		defer cancel()
		answer := temporal.Endpoint{Address: launch.Address(s), Namespaces: s.Namespaces.List()}.Ask(ctx)
		saw := fsm.InputProbeFailed
		if answer.Verdict.Live && answer.Verdict.Ready {
			saw = fsm.InputProbeOK
		}
		d.post(fsm.CommandInput{Kind: saw, Record: r, Detail: answer.Detail})
	}()
}

func (d *Client) releaseLock() {
	if d.lock.file != nil {
		d.lock.file.Close()
		d.lock.file = nil
	}
}
