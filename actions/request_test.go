package actions

import (
	"os"
	"testing"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

func TestRequested(t *testing.T) {
	l := newLife(t)
	is(t, "none", l.Requested(), false)
	request := statefile.Request{Verb: statefile.VerbStop, GraceMS: 1234, From: fsm.Process{PID: 77}, For: l.self}
	for name, forge := range map[string]func(*fsm.Process){
		"nobody":           func(p *fsm.Process) { *p = fsm.Process{} },
		"another PID":      func(p *fsm.Process) { p.PID++ },
		"an earlier start": func(p *fsm.Process) { p.StartTicks-- },
		"another boot":     func(p *fsm.Process) { p.Boot = "another" },
	} {
		other := request
		forge(&other.For)
		check(t, statefile.WriteRequest(l.home.Request(), other))
		is(t, name, l.Requested(), false)
	}
	check(t, os.WriteFile(l.home.Request(), []byte("{"), 0o600))
	is(t, "rubbish", l.Requested(), false)
	l.nothingYet()
	check(t, statefile.WriteRequest(l.home.Request(), request))
	is(t, "ours", l.Requested(), true)
	in := l.next(fsm.Stop)
	is(t, "grace", in.Grace, 1234)
	is(t, "cause", in.Detail, "asked for by stigmer local stop or restart (pid 77)")
	request.Cause = "stigmer local reset (pid 78)"
	check(t, statefile.WriteRequest(l.home.Request(), request))
	is(t, "ours", l.Requested(), true)
	is(t, "cause", l.next(fsm.Stop).Detail, "asked for by stigmer local reset (pid 78)")
	l.StopNow("Ctrl-C", 1)
	in = l.next(fsm.Stop)
	is(t, "grace", in.Grace, 1)
	is(t, "detail", in.Detail, "Ctrl-C")
	l.release()
	is(t, "the request stays", fileExists(l.home.Request()), false)
}
