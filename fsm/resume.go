package fsm

import "fmt"

// LockOwner says which process has temporal.lock. The kernel keeps that lock exactly as long as
// any process lives that inherited it, so it is the answer to "does anything of the tree live?".
type LockOwner string

// The holds.
const (
	OwnerNone     LockOwner = "free"    // none: nothing of the tree lives
	OwnerOurs     LockOwner = "ours"    // the leader, proven to be our Temporal
	OwnerLeftover LockOwner = "remnant" // processes that our Temporal left behind; the leader is dead
	OwnerForeign  LockOwner = "foreign" // a foreign process
)

// LockOwners lists every hold.
var LockOwners = []LockOwner{OwnerNone, OwnerOurs, OwnerLeftover, OwnerForeign}

// Evidence is what the probes saw before a driver goes on from a record.
type Evidence struct {
	Owner LockOwner
	// Leader is the proven leader where LockOwner is OwnerOurs.
	Leader Process
	// Ports are those of the leader, as far as its command line can be read.
	Ports Ports
	// Untied says that the command that Temporal is tied to has ended.
	Untied bool
	// Holder describes the owner of the lock, for people.
	Holder string
}

// Plan is where a new driver goes on.
type Plan struct {
	State State
	// Event is applied in State at once; empty means that there is nothing to do.
	Event Event
	Why   string
}

// Resume says where to go on from what the record says and what the probes
// saw. It is pure and total: any record, whatever it claims, has an answer for
// any evidence. The lock is believed before the record: the record only says
// what was being done, and what is wanted.
func Resume(r Record, e Evidence) Plan {
	untied := r.untied(e)
	wanted := r.Desired == WantRunning && !untied //mutation:untied-unwanted
	switch e.Owner {
	case OwnerNone:
		return resumeFree(r, wanted)
	case OwnerForeign:
		return Plan{Locking, LockDenied, "temporal.lock is held by " + e.Holder}
	}
	switch {
	case untied: //mutation:untied
		return Plan{Stopping, Untied, "Temporal outlived the command that it was tied to"}
	case !wanted || r.State == Stopping:
		return Plan{Stopping, Resumed, "Temporal still runs and is to be stopped first"} //mutation:stop-unfinished
	case e.Owner == OwnerLeftover: //mutation:leftovers
		return Plan{Restarting, Resumed, "Temporal died without a driver and left processes behind"}
	case r.State == Restarting:
		return Plan{Restarting, Resumed, "the driver died while it was killing this Temporal"}
	}
	return Plan{Locking, OrphanFound, fmt.Sprintf("Temporal (pid %d) outlived its supervisor", e.Leader.PID)}
}

// untied reports whether the command has ended that the record ties Temporal to.
func (r Record) untied(e Evidence) bool { return r.TiedTo.PID != 0 && e.Untied }

func resumeFree(r Record, wanted bool) Plan {
	why := "nothing runs" //mutation:lock-over-record
	if r.State != Stopped {
		why = fmt.Sprintf("the record says %s, but the lock is free: nothing runs (a crash, a kill or a reboot)", r.State)
	}
	if wanted {
		return Plan{Stopped, Start, why}
	}
	return Plan{Stopped, "", why}
}
