package fsm

// Arrow is what leads from one state to another: all rows of Table with this pair.
type Arrow struct {
	From, To State
	// On are the events of these rows, in the table's order.
	On []Event
}

// Arrows are all that Table has, in the order of States: what a picture of the
// machine draws.
func Arrows() []Arrow {
	var arrows []Arrow
	for _, from := range States {
		for _, to := range States {
			arrow := Arrow{From: from, To: to}
			for _, row := range Table {
				if row.From == from && row.To == to {
					arrow.On = append(arrow.On, row.On)
				}
			}
			if len(arrow.On) > 0 {
				arrows = append(arrows, arrow)
			}
		}
	}
	return arrows
}

// LatestRun is the part of a history since Stopped was last left: the path that
// led here. All of it, if that is no longer in there.
func LatestRun(history []Transition) []Transition {
	for i := len(history) - 1; i >= 0; i-- {
		if history[i].From == Stopped && history[i].To != Stopped {
			return history[i:]
		}
	}
	return history
}
