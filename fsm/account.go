package fsm

import (
	"fmt"
	"strings"
)

// account books what an event means for the record: what is wanted, what failed and how
// often, which Temporal runs, and what is known of its database.
func (s Supervisor) account(row Row, in Input) Supervisor {
	return s.accountWants(row, in).accountFailure(row, in).accountDatabase(row, in).accountSetup(row, in).accountRun(row, in)
}

func (s Supervisor) accountWants(row Row, in Input) Supervisor {
	switch row.On {
	case Start:
		s.Desired, s.RestartPending = WantRunning, false
		s.Grace, s.Awaited = 0, true
	case Stop, StopNow:
		s.Desired, s.RestartPending = WantStopped, in.RestartPending //mutation:wish-recorded
		s.Grace = in.Grace
	case LockDenied, PortTaken, SaveFailed:
		s.Desired, s.RestartPending = WantStopped, false //mutation:refused
	case BudgetExhausted, Untied: //mutation:untied-restarted
		s.Desired = WantStopped //mutation:budget-spent
	}
	return s
}

func (s Supervisor) accountFailure(row Row, in Input) Supervisor {
	switch row.On {
	case Start:
		s.Restarts, s.Failure, s.Stable = Restarts{}, Failure{}, false
	case Stop, StopNow, Untied: // it is not wanted any more
		s.Failure = Failure{}
	case ProbePassed:
		s.Failure = Failure{}
		s.Restarts.Unserved = 0
	case Exited, SpawnFailed, StartDeadline, LivenessDeadline:
		return s.bookFailure(row, in)
	case Gone:
		if row.To == Restarting {
			s.Restarts = s.Restarts.Add(in.At) //mutation:restart-counted
		}
	case LockDenied, PortTaken, SaveFailed:
		s.Failure = failure(row.On, in, in.Detail)
	case BudgetExhausted:
		s.Failure.Reason = in.Detail + "; the last time: " + s.Failure.Reason
	}
	return s
}

func (s Supervisor) accountDatabase(row Row, in Input) Supervisor {
	switch row.On {
	case LockAcquired:
		s.Known = in.Known
		s.DatabaseBefore, s.Database = s.Database, s.born(in.Fresh || s.halfMade(in))
	case Spawned:
		s.Database.Backup = in.Backup
	case ProbePassed:
		s.Database = s.born(false)
		s.Database.Served = true //mutation:served-noted
		s.Database.Version, s.Database.Left = s.Temporal.Version, ""
	case ProbeFailed:
		if row.From == Starting {
			s.Database.Created = false // what is at its path is not what our spawn has made
		}
	case SaveFailed, SpawnFailed:
		if row.From == Starting {
			s.Database = s.DatabaseBefore // nothing was spawned that could have made it
		}
	}
	return s
}

func (s Supervisor) accountRun(row Row, in Input) Supervisor {
	switch row.On {
	case LockAcquired:
		s.Temporal, s.Served = Process{}, false
		s.Record = s.withDrawn(in.Ports.Spare)
	case OrphanFound:
		s.Awaited = true
		s.Served = s.Served && in.Process.Same(s.Temporal)
		s.Temporal, s.Adopted = in.Process, true
	case Spawned:
		s.Temporal, s.Adopted = in.Process, false //mutation:spawned-leader
		if !s.Environment.Known() {
			s.Environment = in.Lent // the record is of an older version
		}
	case ProbePassed:
		s.Served = true
		if s.ServedAt == 0 {
			s.ServedAt = max(in.Tick, 1)
		}
	}
	v := in.Verdict
	s.Lost = row.To == Degraded && v.Lost
	s.Slowly = row.To == Degraded && !v.Lost && s.ProbeFailures.Slow > 0 && (v.Waits || v.passes())
	return s
}

// cause is the sentence that the history keeps.
func (s Supervisor) cause(row Row, in Input) string {
	switch row.On {
	case Exited, StartDeadline, LivenessDeadline, SpawnFailed, BudgetExhausted:
		return s.Failure.Reason
	case ProbeFailed:
		if s.Slowly {
			return slowWords(s.ProbeFailures.Slow)
		}
		return s.Waiting
	case LockAcquired:
		if news := append(s.databaseNews(in), in.Ports.moved()...); len(news) > 0 {
			return strings.Join(news, "; ")
		}
	case Spawned:
		if in.Backup != "" {
			return fmt.Sprintf("pid %d; the database was made by another version of Temporal and copied to %s first", in.Process.PID, in.Backup)
		}
		if in.Aside != "" {
			return fmt.Sprintf("pid %d; the half-made database is kept as %s", in.Process.PID, in.Aside)
		}
		return fmt.Sprintf("pid %d", in.Process.PID)
	}
	if in.Detail != "" {
		return in.Detail
	}
	return Means(row.On)
}

// databaseNews says what a spawn finds of its database that its user should know.
func (s Supervisor) databaseNews(in Input) []string {
	was := s.DatabaseBefore
	switch {
	case in.Fresh && was.Served && was.Path == s.Settings.DB:
		return []string{"the database " + was.Path + ", which Temporal served from, is not there any more: it begins with a new and empty one"}
	case s.Database.Created && !s.Database.Served && in.Half != "":
		return []string{fmt.Sprintf("the database %s %s, as a killed first start leaves it: it is set aside, and a new one is made", s.Database.Path, in.Half)}
	}
	return nil
}

// left books the state in which a Temporal has left the database. After a Temporal that has
// served, the backup is no copy of the database any more, so no state is kept.
func (s Supervisor) left(state string) Supervisor {
	switch {
	case s.Served || s.Database.Backup == "":
		s.Database.Left = ""
	case state != "": // empty if the tree was found gone
		s.Database.Left = state
	}
	return s
}

// halfMade reports whether the contents of the database are what a killed first start leaves.
// A database that has served is never set aside for that: its user should look into it.
func (s Supervisor) halfMade(in Input) bool {
	return in.Half != "" && !(s.Database.Served && s.Database.Path == s.Settings.DB)
}

// born is what is known of the database that the settings name. Fresh says that
// its file does not exist, so that the next spawn creates it.
func (s Supervisor) born(fresh bool) Database {
	if s.Settings.DB == "" {
		return Database{Setup: s.Database.Setup}
	}
	db := s.Database
	if db.Path != s.Settings.DB {
		db = Database{Path: s.Settings.DB}
	}
	if fresh {
		db.Created, db.Served = true, false
	}
	return db
}

func (s Supervisor) bookFailure(row Row, in Input) Supervisor {
	if s.ServedAt != 0 {
		s.Awaited = false
	}
	if !s.Served {
		s.Restarts.Unserved++
	}
	p := s.Settings.Policy
	s.Stable = s.servedFor(in, p.StableAfter) //mutation:stable-run
	if s.servedFor(in, p.RestartWindow) {     // whatever the wall clock says //mutation:window-served
		s.Restarts = s.Restarts.Forget()
	}
	s.Failure = failure(row.On, in, s.failureReason(row, in))
	return s
}

func failure(event Event, in Input, reason string) Failure {
	f := Failure{Event: event, Code: in.Code, Reason: reason, Exit: in.Exit, LogTail: in.Tail}
	f.Code = f.Cause()
	return f
}

// servedFor reports whether it is at least so long ago that this run's Temporal
// first served.
func (s Supervisor) servedFor(in Input, span Millis) bool {
	return s.ServedAt != 0 && in.Tick-s.ServedAt >= Instant(span)
}

func (s Supervisor) failureReason(row Row, in Input) string {
	switch row.On {
	case SpawnFailed:
		return "it could not be spawned: " + in.Detail
	case StartDeadline:
		return fmt.Sprintf("it did not serve within %s: %s", s.startDeadline()+s.timeGiven(), s.Waiting)
	case LivenessDeadline:
		return "it hangs: " + s.Waiting
	}
	return fmt.Sprintf("Temporal (pid %d) %s%s", s.Temporal.PID, in.Exit.Words(), shortageWords[in.Exit.Shortage])
}

// shortageWords end a sentence that says how a process ended.
var shortageWords = map[Shortage]string{
	LimitShortage:   ": the memory limit of its group was hit, and the kernel ended a process of the group for that",
	MachineShortage: ": the machine, or a group above its own, had no memory left, and the kernel ended a process of its group for that",
}

// Words says how a process ended, as the end of a sentence.
func (e Exit) Words() string {
	switch {
	case !e.Known:
		return "ended; it was not this supervisor's child, so the kernel reported no exit status"
	case e.Signal != "":
		return "was ended by signal " + strings.ToUpper(e.Signal)
	}
	return fmt.Sprintf("exited with status %d", e.Code)
}
