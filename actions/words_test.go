package actions

import (
	"errors"
	"os"
	"testing"

	"github.com/stigmer/local/fsm"
)

// What supervisors wrote that ended in vain is told, and nothing that was in
// their log before.
func TestDeskTellsTheSupervisorsWords(t *testing.T) {
	home := newHome(t)
	check(t, os.WriteFile(home.SupervisorLog(), []byte("of yesterday\n"), 0o600))
	write := func(words string) {
		log, err := openLog(home.SupervisorLog())
		check(t, err)
		_, err = log.WriteString(words)
		check(t, errors.Join(err, log.Close()))
	}
	d, _ := newDesk(t, home, func(*os.File) (int, error) { write("no room\n"); return 0, nil })
	is(t, "before", d.Words(), "")
	for range 2 {
		d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
		d.sees(t, fsm.InputWon)
		d.Carry(fsm.CommandEffect{Do: fsm.ActHandOver, Record: wanted(1)})
		d.sees(t, fsm.InputHanded)
	}
	is(t, "words", d.Words(), "no room\nno room")
}
