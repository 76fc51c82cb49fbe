package fsm

import (
	"cmp"
	"fmt"
	"slices"
)

// Ports are the ports of a Temporal, 0 where there is none. A record of an older version has only
// those of the HTTP API and the metrics.
type Ports struct {
	Frontend int `json:"frontend,omitzero"`
	UI       int `json:"ui,omitzero"`
	HTTP     int `json:"http"`
	Metrics  int `json:"metrics"`
}

// PortFlags names the ports by their flags, in the order of Ports.All.
var PortFlags = [...]string{"port", uiPortFlag, "http-port", "metrics-port"}

const uiPortFlag = "ui-port"

// EachPort has a value for each of the ports, in the order of Ports.All.
type EachPort[T any] [len(PortFlags)]T

// All returns the ports in one order.
func (p *Ports) All() EachPort[*int] { return EachPort[*int]{&p.Frontend, &p.UI, &p.HTTP, &p.Metrics} }

// or has the ports of q where p has none.
func (p Ports) or(q Ports) Ports {
	for i, port := range p.All() {
		*port = cmp.Or(*port, *q.All()[i])
	}
	return p
}

// PortFacts is what was observed of the ports before a spawn.
type PortFacts struct {
	// Taken says what is in the way of each drawn port, empty if nothing is.
	Taken EachPort[string]
	// Spare are free ports, where Draws wants one.
	Spare Ports
}

// Ports returns the ports that the settings name.
func (s Settings) Ports() Ports { return Ports{s.Port, s.UIPort, s.HTTPPort, s.MetricsPort} }

// withPorts returns the settings with other ports.
func (s Settings) withPorts(p Ports) Settings {
	s.Port, s.UIPort, s.HTTPPort, s.MetricsPort = p.Frontend, p.UI, p.HTTP, p.Metrics
	return s
}

// Ports are those of the Temporal at hand or of the next one: what was asked for, else what
// was drawn.
func (r Record) Ports() Ports { return r.Settings.Ports().or(r.Drawn) }

// Asked returns the settings as they were asked for: a port that was drawn, or is to be, is 0. In the record's
// settings the frontend and the web UI have the numbers that were drawn, for all who read them.
func (r Record) Asked() Settings {
	s := r.Settings
	if s.Port == r.Drawn.Frontend {
		s.Port = 0 //mutation:port-asked
	}
	if s.UIPort == r.Drawn.UI {
		s.UIPort = 0
	}
	return s
}

// Draws reports which ports are to be drawn before a spawn. One that was drawn before is used
// again unless something is in its way: clients know its number.
func (r Record) Draws(f PortFacts) (draws EachPort[bool]) {
	asked := r.Asked().Ports()
	others := []int{0, asked.Frontend, asked.UI, asked.HTTP, asked.Metrics}
	for i, drawn := range r.Drawn.All() {
		draws[i] = r.mayDraw(i) && (f.Taken[i] != "" || slices.Contains(others, *drawn)) //mutation:port-drawn
		others = append(others, *drawn)
	}
	return draws
}

// mayDraw reports whether a port is left to chance.
func (r Record) mayDraw(i int) bool {
	asked := r.Asked().Ports()
	return *asked.All()[i] == 0 && !(PortFlags[i] == uiPortFlag && r.Settings.Headless)
}

// DrawnBefore returns the ports that were drawn, where they are to be used again.
func (r Record) DrawnBefore() (p Ports) {
	for i, drawn := range r.Drawn.All() {
		if r.mayDraw(i) {
			*p.All()[i] = *drawn
		}
	}
	return p
}

// NeverDrawn returns the ports that a draw must leave out.
func (r Record) NeverDrawn(i int) []int {
	p, s := r.Drawn, r.Settings
	list := []int{s.Port, s.UIPort, s.HTTPPort, s.MetricsPort, p.Frontend, p.UI, p.HTTP, p.Metrics}
	if PortFlags[i] == uiPortFlag {
		list = append(list, BlockedPorts...)
	}
	return list
}

// withDrawn returns the record with ports that were drawn, by its driver or, for a Temporal that runs,
// by an earlier one. What was asked for stays.
func (r Record) withDrawn(p Ports) Record {
	asked := r.Asked()
	for i, port := range p.All() {
		if *port != 0 && r.mayDraw(i) {
			*r.Drawn.All()[i] = *port
		}
	}
	r.Settings.Port = cmp.Or(asked.Port, r.Drawn.Frontend) //mutation:port-in-force
	r.Settings.UIPort = cmp.Or(asked.UIPort, r.Drawn.UI)
	return r
}

// wanting returns the record with the settings of the next Temporal. A number that they ask for ends
// what was drawn in its place.
func (r Record) wanting(s Settings) Record {
	if s.Port != 0 {
		r.Drawn.Frontend = 0
	}
	if s.UIPort != 0 {
		r.Drawn.UI = 0
	}
	r.Settings = s
	return r.withDrawn(Ports{}) //mutation:port-kept
}

// movedWords begin the sentences that say where a port is instead.
var movedWords = EachPort[string]{"Temporal is", "the web UI is", "the HTTP API is", "the metrics are"}

// moved says which ports another program has, and where they are instead.
func (f PortFacts) moved() (said []string) {
	for i, taken := range f.Taken {
		if taken != "" {
			said = append(said, fmt.Sprintf("%s: %s on port %d from now on", taken, movedWords[i], *f.Spare.All()[i]))
		}
	}
	return said
}

// PortConflict names two flags by which one Temporal would listen twice on one port, and
// that port; the names are empty if there are none. A port of 0 is any free one.
func (s Settings) PortConflict() (one, other string, port int) {
	seen, ports := map[int]string{}, s.Ports()
	for i, p := range ports.All() {
		flag := PortFlags[i]
		if *p == 0 || flag == uiPortFlag && s.Headless {
			continue
		}
		if before := seen[*p]; before != "" {
			return before, flag, *p
		}
		seen[*p] = flag
	}
	return "", "", 0
}

// BlockedPorts are the ports that browsers refuse, since other protocols use them: the list of the
// fetch standard (fetch.spec.whatwg.org/#port-blocking, "bad port"), but for 0, which is any free port here.
var BlockedPorts = []int{
	1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111,
	113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554,
	556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666,
	6667, 6668, 6669, 6679, 6697, 10080,
}
