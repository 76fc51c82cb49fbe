package actions

import (
	"os"
	"testing"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

func TestRequested(t *testing.T) {
	l := newLife(t)
	stage.Is(t, "none", l.Requested(), false)
	request := statefile.Request{Verb: statefile.VerbStop, GraceMS: 1234, From: fsm.Process{PID: 77}, For: l.self}
	for name, forge := range map[string]func(*fsm.Process){
		"no process":       func(p *fsm.Process) { *p = fsm.Process{} },
		"another PID":      func(p *fsm.Process) { p.PID++ },
		"an earlier start": func(p *fsm.Process) { p.StartTicks-- },
		"another boot":     func(p *fsm.Process) { p.Boot = "another" },
	} {
		other := request
		forge(&other.For)
		stage.Check(t, statefile.WriteRequest(l.home.Request(), other))
		stage.Is(t, name, l.Requested(), false)
	}
	stage.Check(t, os.WriteFile(l.home.Request(), []byte("{"), 0o600))
	stage.Is(t, "rubbish", l.Requested(), false)
	l.nothingYet()
	stage.Check(t, statefile.WriteRequest(l.home.Request(), request))
	stage.Is(t, "ours", l.Requested(), true)
	in := l.next(fsm.Stop)
	stage.Is(t, "grace", in.Grace, 1234)
	stage.Is(t, "cause", in.Detail, "asked for by stigmer local stop or restart (pid 77)")
	request.Cause = "stigmer local reset (pid 78)"
	stage.Check(t, statefile.WriteRequest(l.home.Request(), request))
	stage.Is(t, "ours", l.Requested(), true)
	stage.Is(t, "cause", l.next(fsm.Stop).Detail, "asked for by stigmer local reset (pid 78)")
	request.Now = true
	stage.Check(t, statefile.WriteRequest(l.home.Request(), request))
	stage.Is(t, "ours", l.Requested(), true)
	stage.Is(t, "cause", l.next(fsm.StopNow).Detail, "asked for by stigmer local reset (pid 78)")
	l.Stop(fsm.StopNow, "Ctrl-C")
	stage.Is(t, "detail", l.next(fsm.StopNow).Detail, "Ctrl-C")
	l.release()
	stage.Is(t, "the request stays", stage.FileExists(l.home.Request()), false)
}
