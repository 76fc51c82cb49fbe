package sim

import (
	"sync"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// heardTimers are the timers of a process, which fire when the director says so.
type heardTimers struct {
	lock  sync.Mutex
	armed map[string]func()
	more  *sync.Cond
}

func newHeardTimers(p *part) *heardTimers {
	h := &heardTimers{armed: map[string]func(){}}
	h.more = sync.NewCond(&h.lock)
	go func() { // ends with the process
		for name := range p.fires {
			h.lock.Lock()
			for h.armed[name] == nil {
				h.more.Wait()
			}
			h.armed[name]()
			delete(h.armed, name)
			h.lock.Unlock()
		}
	}()
	return h
}

func (h *heardTimers) arm(name string, fire func()) {
	h.lock.Lock()
	defer h.lock.Unlock()
	h.armed[name] = fire
	h.more.Broadcast()
}

// heardWorld is a real World that reports what it does, and whose timers a trace fires.
type heardWorld struct {
	*actions.World
	part   *part
	timers *heardTimers
	tick   fsm.Instant
	// taken is the line of an input that has had no effect yet.
	taken string
}

func newHeardWorld(p *part, w *actions.World) *heardWorld {
	return &heardWorld{World: w, part: p, timers: newHeardTimers(p), tick: simNow}
}

// Observe says where this driver begins.
func (h *heardWorld) Observe(r fsm.Record) fsm.Evidence {
	e := h.World.Observe(r)
	h.part.say(beginLine(r, e, byPID))
	return e
}

// Stamp sets the clocks of the simulation.
func (h *heardWorld) Stamp(in fsm.Input) fsm.Input {
	if in.Event != "" {
		h.taken = inputLine(in, byPID)
	}
	in.At, in.Tick = simNow, simNow
	if in.Event == fsm.Probed {
		h.tick += fsm.Instant(simPolicy.Period)
		in.Tick = h.tick
	}
	return in
}

// Perform carries out one effect.
func (h *heardWorld) Perform(e fsm.Effect) (in fsm.Input, answered bool) {
	if e.Do != fsm.DoIgnore && h.taken != "" {
		h.part.say(h.taken)
		h.taken = ""
	}
	if e.Do == fsm.DoArm {
		h.timers.arm(string(e.Event), func() { h.Post(fsm.Input{Event: e.Event, Seq: e.Seq, Run: e.Run}) })
		return fsm.Input{}, false
	}
	in, answered = h.World.Perform(e)
	if in.Event == fsm.Spawned {
		<-h.part.orders // once all of its processes are known
	}
	if line := effectLine(e, h.part.scene); line != nil {
		h.part.say(line(byPID))
	}
	return in, answered
}

// heardClient is a real Client that reports what it sees and does.
type heardClient struct {
	*actions.Client
	part   *part
	timers *heardTimers
	lock   sync.Mutex // for Carry
	drives bool       // it has won supervisor.lock
	before int        // transitions in the record's history before a drive
}

func newHeardClient(p *part, client *actions.Client) *heardClient {
	return &heardClient{Client: client, part: p, timers: newHeardTimers(p)}
}

func (h *heardClient) history() []fsm.Transition {
	document, _ := statefile.File{Home: h.part.home}.Load()
	return document.History
}

// Carry carries out one effect.
func (h *heardClient) Carry(e fsm.CommandEffect) {
	switch e.Do {
	case fsm.ActArm:
		h.timers.arm(string(e.Input), func() {
			h.lock.Lock()
			defer h.lock.Unlock()
			e.After = 1
			h.Client.Carry(e)
		})
		return
	case fsm.ActDrive:
		h.before = len(h.history())
	}
	if line := deedLine(e, h.drives, h.part.scene); line != nil {
		h.part.say(line(byPID))
	}
	h.drives = h.drives && e.Do != fsm.ActReleaseLock
	h.lock.Lock()
	defer h.lock.Unlock()
	h.Client.Carry(e)
}

// Look waits for the next input.
func (h *heardClient) Look() fsm.CommandInput {
	in := h.Client.Look()
	h.drives = in.Kind == fsm.InputWon || h.drives && in.Kind != fsm.InputHanded
	if in.Kind == fsm.InputDrove { // a drive of its own is only seen by its record
		for _, t := range h.history()[h.before:] {
			h.part.say(transitionLine(t))
		}
	}
	h.part.say(commandLine(in, byPID))
	return in
}
