package sim

import (
	"fmt"
	"os"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/procs"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

// run is a run, as cmd/internal/oneshot and cmd/internal/lifecycle have it, whose command lasts until it is killed.
func (p *part) run() error {
	env := append(os.Environ(), statefile.HomeVariable+"="+string(p.home))
	if _, err := actions.Caretake([]string{evidence.CaretakeVerb}, env); err != nil {
		return err
	}
	self, err := proc.Identify(os.Getpid())
	for wanted := true; wanted && err == nil; {
		var r fsm.Record
		if r, err = p.carryOut(fsm.Command{Verb: fsm.VerbStart, TiedTo: self}); err != nil {
			return err
		}
		_, _, err = procs.AwaitExit(r.Supervisor, -1)
		document, _ := (statefile.File{Home: p.home}).Load()
		wanted = document.Desired == fsm.WantRunning
	}
	<-p.orders
	return err
}

// takeCare is a caretaker. The director hears of it once it is a supervisor.
func takeCare() {
	actions.AwaitRunsEnd()
	if err := actions.TakeOver(os.Getenv(statefile.HomeVariable), []string{evidence.SuperviseVerb}, os.Environ()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(98)
	}
	os.Exit(0)
}
