package actions

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/actions/procs"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/probes/temporal"
	"github.com/stigmer/local/statefile"
)

// Carry carries out one effect.
func (d *Client) Carry(effect fsm.CommandEffect) {
	switch effect.Do {
	case fsm.ActTryLock:
		d.tryLock()
	case fsm.ActWait:
		d.follow()
	case fsm.ActHandOver:
		d.handOver(effect.Record)
	case fsm.ActDrive:
		d.drive(effect.Record, effect.Grace)
	case fsm.ActAskStop:
		d.askStop(effect)
	case fsm.ActKillSupervisor:
		if effect.Detail == "" {
			d.config.Log.Warn("supervisor did not answer and is killed", "pid", effect.Driver.PID)
		} else {
			d.config.Log.Info("supervisor is killed", "pid", effect.Driver.PID, "why", effect.Detail)
		}
		if err := procs.Signal(effect.Driver, unix.SIGKILL); err != nil { //mutation:supervisor-killed
			d.fail(fmt.Errorf("kill the supervisor (pid %d): %w", effect.Driver.PID, err))
		}
	case fsm.ActProbe:
		d.probe(effect.Record)
	case fsm.ActArm:
		d.arm(effect)
	case fsm.ActReleaseLock:
		d.releaseLock()
	}
}

func (d *Client) tryLock() {
	if d.lock.file != nil {
		return
	}
	lock, err := Acquire(d.config.Home.SupervisorLock())
	switch {
	case err == nil:
		d.events <- clientEvent{lock: lock}
	case errors.Is(err, ErrHeld):
		d.events <- recordChanged
	case missing(d.config.Home.SupervisorLock()):
		// A full or read-only disk. Nobody drives by a lock that cannot even be made:
		// a stop has nothing to do, and a start will not be able to save.
		d.events <- clientEvent{lockRefused: err}
	default:
		d.fail(err)
	}
}

func missing(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// handOver saves what is wanted and starts a supervisor with the locked
// description: there is no instant in which nobody holds supervisor.lock.
func (d *Client) handOver(r fsm.Record) {
	if d.lock.file == nil {
		d.fail(d.lock.refused)
		return
	}
	document, err := d.recover()
	if err != nil {
		d.fail(err)
		return
	}
	document.Record, document.Paths = r, d.config.Home.Paths() //mutation:record-handed-over
	// The supervisor makes it durable, with its own first record.
	if err := (statefile.File{Home: d.config.Home}).Put(document); err != nil {
		d.fail(err)
		return
	}
	if d.wordsFrom < 0 {
		d.wordsFrom = size(d.config.Home.SupervisorLog())
	}
	if d.childPID, err = d.config.Supervise(d.lock.file); err != nil {
		d.post(fsm.CommandInput{Kind: fsm.InputNotHanded, Detail: err.Error()})
		return
	}
	d.releaseLock() //mutation:lock-handed-over
	d.post(fsm.CommandInput{Kind: fsm.InputHanded})
}

// drive finishes a dead driver's work in this process, until it is Stopped.
func (d *Client) drive(r fsm.Record, grace fsm.Millis) {
	document, err := d.recover()
	if err != nil {
		d.fail(err)
		return
	}
	self, err := probes.Identify(os.Getpid())
	if err != nil {
		d.fail(err)
		return
	}
	world := NewWorld(d.config.Home, d.lock.file, document, self, d.config.Log)
	d.drives.under.Store(world)
	last := fsm.Drive(world, r, self, grace)
	d.lock.file = world.supervisorLock // another file, where the lock's was deleted meanwhile
	d.drives.unheard.Store(world.requests.stopUndelivered)
	d.drives.over.Store(world)
	d.drives.under.Store(nil)
	d.post(fsm.CommandInput{Kind: fsm.InputDrove, Record: last})
}

func (d *Client) askStop(effect fsm.CommandEffect) {
	self, err := probes.Identify(os.Getpid())
	if err != nil {
		d.fail(err)
		return
	}
	request := statefile.Request{
		Verb: statefile.VerbStop, GraceMS: effect.Grace, At: instant(time.Now()), From: self, For: effect.Driver,
		Cause: effect.Detail, Again: effect.RestartPending, //mutation:request-again
	}
	// A request that cannot be written (a full disk) costs the grace period, not the stop.
	if err := statefile.WriteRequest(d.config.Home.Request(), request); err != nil {
		d.config.Log.Warn("request not written; the default grace period counts", "error", err)
	}
	if err := procs.Signal(effect.Driver, unix.SIGTERM); err != nil {
		d.fail(fmt.Errorf("signal the supervisor (pid %d): %w", effect.Driver.PID, err))
	}
}

// probe probes a running Temporal once, in a goroutine that ends within the time after which
// a supervisor would call it hung: a slow Temporal has that long to answer.
func (d *Client) probe(r fsm.Record) {
	s := r.Settings
	ctx, cancel := context.WithTimeout(context.Background(), millis(s.Policy.Timeout+s.Policy.LivenessDeadline))
	go func() {
		defer cancel()
		answer := temporal.Endpoint{Address: Address(s), Namespaces: s.Namespaces.List()}.Ask(ctx)
		saw := fsm.InputProbeFailed
		if answer.Verdict.Live && answer.Verdict.Ready {
			saw = fsm.InputProbeOK
		}
		d.post(fsm.CommandInput{Kind: saw, Record: r, Detail: answer.Detail})
	}()
}

// arm replaces an earlier timer of the same kind.
func (d *Client) arm(effect fsm.CommandEffect) {
	if old := d.timers[effect.Input]; old != nil {
		old.Stop()
	}
	s := clientEvent{CommandInput: fsm.CommandInput{Kind: effect.Input}, look: true}
	d.timers[effect.Input] = time.AfterFunc(millis(effect.After), func() { d.events <- s })
}

func (d *Client) releaseLock() {
	if d.lock.file != nil {
		d.lock.file.Close()
		d.lock.file = nil
	}
}
