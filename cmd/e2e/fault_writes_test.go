package e2e_test

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/statefile"
)

// writesPause is the pause between two looks for a new record: shorter than any time
// between two saves.
const writesPause = 50 * time.Microsecond

// watchWrites sends for each record that is put in a home. It stats the record in a
// goroutine, which ends with stop. It pauses in select(2), as the least pause of a timer of
// Go's is a millisecond.
func watchWrites(home string) (writes <-chan struct{}, stop func()) {
	file := statefile.File{Home: statefile.Home(home)}
	last := file.Stamp()
	sent, ended := make(chan struct{}, 64), make(chan struct{})
	go func() {
		defer close(sent)
		for {
			select {
			case <-ended:
				return
			default:
			}
			if now := file.Stamp(); now != last && now != (statefile.Stamp{}) {
				last = now
				sent <- struct{}{}
			}
			pause := unix.NsecToTimeval(writesPause.Nanoseconds())
			unix.Select(0, nil, nil, nil, &pause)
		}
	}()
	return sent, func() { close(ended) }
}
