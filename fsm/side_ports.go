package fsm

import (
	"cmp"
	"fmt"
	"slices"
)

// SidePorts are the ports of Temporal's HTTP API and of its metrics, 0 where there is none.
type SidePorts struct {
	HTTP    int `json:"http"`
	Metrics int `json:"metrics"`
}

// SidePortFacts is what was observed of the side ports before a spawn.
type SidePortFacts struct {
	// HTTPTaken and MetricsTaken say what is in the way of the drawn port, empty if nothing is.
	HTTPTaken, MetricsTaken string
	// Spare are free ports, where Draws wants one.
	Spare SidePorts
}

// SidePorts are those of the Temporal at hand or of the next one: what was asked for, else what
// was drawn.
func (r Record) SidePorts() SidePorts {
	return SidePorts{cmp.Or(r.Settings.HTTPPort, r.Drawn.HTTP), cmp.Or(r.Settings.MetricsPort, r.Drawn.Metrics)}
}

// Draws reports which side ports are to be drawn before a spawn. One that was drawn before is used
// again unless something is in its way: clients know its number.
func (r Record) Draws(f SidePortFacts) (http, metrics bool) {
	s := r.Settings
	others := []int{0, s.Port, s.UIPort, s.HTTPPort, s.MetricsPort}
	http = s.HTTPPort == 0 && (f.HTTPTaken != "" || slices.Contains(others, r.Drawn.HTTP)) //mutation:port-drawn
	metrics = s.MetricsPort == 0 && (f.MetricsTaken != "" || slices.Contains(append(others, r.Drawn.HTTP), r.Drawn.Metrics))
	return http, metrics
}

// drawn returns the drawn ports of the next Temporal.
func (r Record) drawn(f SidePortFacts) SidePorts {
	next := r.Drawn
	http, metrics := r.Draws(f)
	if http {
		next.HTTP = f.Spare.HTTP
	}
	if metrics {
		next.Metrics = f.Spare.Metrics
	}
	return next
}

// adoptedPorts returns the drawn ports of a running Temporal, which has the side ports p: the
// record is older than they are, or was lost.
func (r Record) adoptedPorts(p SidePorts) SidePorts {
	known := r.Drawn
	if r.Settings.HTTPPort == 0 && p.HTTP != 0 {
		known.HTTP = p.HTTP
	}
	if r.Settings.MetricsPort == 0 && p.Metrics != 0 {
		known.Metrics = p.Metrics
	}
	return known
}

// moved says which side ports another program has, and where they are instead.
func (f SidePortFacts) moved() (said []string) {
	if f.HTTPTaken != "" {
		said = append(said, fmt.Sprintf("%s: the HTTP API is on port %d from now on", f.HTTPTaken, f.Spare.HTTP))
	}
	if f.MetricsTaken != "" {
		said = append(said, fmt.Sprintf("%s: the metrics are on port %d from now on", f.MetricsTaken, f.Spare.Metrics))
	}
	return said
}
