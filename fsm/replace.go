package fsm

// replaces reports whether a start has to replace the driver that it sees: one
// of an older version whose Temporal runs. In any other state the driver has
// something under way, and is replaced once that is done. What a driver that was
// ended has left in the record is no success of anybody's.
func (c Command) replaces(in Sight) bool {
	r := in.Record
	if r.State != Healthy && r.State != Degraded {
		return false
	}
	return in.Outdated && in.Driver.PID != 0 || r.Supervisor.Same(c.Replaced)
}

// replace ends an older driver as a crash would. Its lock comes free with it,
// and whoever gets the lock adopts Temporal. SIGTERM would not do: to every
// version that means to stop Temporal.
func (c Command) replace(in Sight) (Command, []Deed) {
	if in.Driver.PID == 0 || in.Driver.Same(c.Replaced) || !in.Outdated {
		return c, []Deed{{Ask: AskFollow}} // it is dying, or dead, and the record is not yet another's
	}
	c.Replaced = in.Driver
	return c, []Deed{{Ask: AskFollow}, {Ask: AskUnseat, Driver: in.Driver, Detail: "it is of an older version"}}
}

// OutdatedMoves are Moves where a driver of an older version drives: start is
// not content with it.
func OutdatedMoves(state State) []Move {
	moves := Moves(state)
	if state == Healthy || state == Degraded {
		moves[0].Effect = "end the older supervisor and " + Phrases[DoAdopt] + ", which serves on with the same pid"
	}
	return moves
}
