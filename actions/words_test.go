package actions

import (
	"errors"
	"os"
	"testing"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/actions/logfile"
	"github.com/stigmer/local/fsm"
)

// What supervisors wrote that ended in vain is reported, and nothing that was in
// their log before.
func TestClientReportsTheSupervisorsWords(t *testing.T) {
	home := stage.NewHome(t)
	stage.Check(t, os.WriteFile(home.SupervisorLog(), []byte("of yesterday\n"), 0o600))
	write := func(words string) {
		log, err := logfile.Open(home.SupervisorLog())
		stage.Check(t, err)
		_, err = log.WriteString(words)
		stage.Check(t, errors.Join(err, log.Close()))
	}
	d, _ := newClient(t, home, func(*os.File) (int, error) { write("no room\n"); return 0, nil })
	stage.Is(t, "before", d.Words(), "")
	for range 2 {
		d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
		d.sees(t, fsm.InputWon)
		d.Carry(fsm.CommandEffect{Do: fsm.ActHandOver, Record: wanted(1)})
		d.sees(t, fsm.InputHanded)
	}
	stage.Is(t, "words", d.Words(), "no room\nno room")
}
