package inspect

import (
	"context"
	"errors"
	"time"

	"github.com/stigmer/local/actions/logfile"
	"github.com/stigmer/local/actions/procs"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/logs"
	"github.com/stigmer/local/statefile"
)

// ChangeWatcher reports when a state may have become another one: the record or a lock file was
// replaced, or a process that holds a lock has ended, which the kernel reports.
type ChangeWatcher struct {
	changed <-chan struct{}
	ended   chan struct{}
	// watched are the processes whose end is waited for.
	watched map[int]fsm.Process
}

// againAfter is when a snapshot is repeated whose answer no file and no process will
// correct: a health that did not answer just now, a supervisor that was stopped.
const againAfter = time.Second

// NewChangeWatcher watches the record and the lock files of a home, and the files besides, until
// ctx ends. None of them needs to exist.
func NewChangeWatcher(ctx context.Context, path string, besides ...string) *ChangeWatcher {
	home := statefile.Home(path)
	paths := append(besides, home.State(), home.Lock(), home.SupervisorLock())
	return &ChangeWatcher{changed: files.Changes(ctx, paths...), ended: make(chan struct{}, 1), watched: map[int]fsm.Process{}}
}

// Wait returns true when it is time for a snapshot after last, which was seen
// after the watcher was made; false when ctx has ended.
func (s *ChangeWatcher) Wait(ctx context.Context, last *Snapshot) bool {
	s.watch(last)
	var again <-chan time.Time
	if last.mayChangeUnseen() {
		timer := time.NewTimer(againAfter)
		defer timer.Stop()
		again = timer.C
	}
	select {
	case <-ctx.Done():
		return false
	case <-s.changed:
	case <-s.ended:
	case <-again:
	}
	return true
}

// mayChangeUnseen reports whether what was read may change without a change that can be watched.
func (s *Snapshot) mayChangeUnseen() bool {
	unready := s.asked && !(s.answer.Verdict.Live && s.answer.Verdict.Ready)
	return s.Suspended || s.Trouble != nil || unready && s.Document.State != fsm.Starting
}

// watch waits for the end of each process that holds a lock.
func (s *ChangeWatcher) watch(last *Snapshot) {
	s.await(last.Driver)
	s.await(last.Evidence.Leader)
	for _, holder := range last.holders {
		s.await(holder.Process)
	}
}

// await begins to wait for a process's end. The goroutine ends with that process,
// or with this one, as the wait cannot be cancelled.
func (s *ChangeWatcher) await(p fsm.Process) {
	if p.PID == 0 || p.StartTicks == 0 || s.watched[p.PID].Same(p) {
		return
	}
	s.watched[p.PID] = p
	go func() {
		_, _, _ = procs.AwaitExit(p, -1)
		select {
		case s.ended <- struct{}{}:
		default:
		}
	}()
}

// CannotTell is the answer where reading itself is refused.
func CannotTell(err error) *cli.Problem {
	problem, ok := errors.AsType[*cli.Problem](err)
	if !ok {
		problem = cli.SystemProblem(err, "the state cannot be told")
	}
	problem.Exit = cli.ExitPermission
	return problem
}

// SupervisorLog is the supervisor's log with its rotated files.
func SupervisorLog(home statefile.Home) logs.Log {
	return logs.Log{Name: "supervisor", Path: home.SupervisorLog(), Older: logfile.OlderFiles}
}

// TemporalLog is Temporal's log with its rotated files.
func TemporalLog(home statefile.Home) logs.Log {
	return logs.Log{Name: "temporal", Path: home.Log(), Older: logfile.OlderFiles}
}
