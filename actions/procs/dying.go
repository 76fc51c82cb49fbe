package procs

import (
	"time"

	"github.com/stigmer/local/probes/proc"
)

// DyingPatience is how long a lock or a port may stay taken without a living owner: an exiting
// process closes its descriptors one by one, temporal.lock before the database's lock and the
// sockets, and on a busy machine it has to wait for its turn. An owner that may not be
// inspected, as another user's, is waited for as long.
const DyingPatience = 2 * time.Second

// Alive reports whether the owner of something is seen, and is not about to end.
func Alive(pid int) bool { return pid != 0 && !proc.Exiting(pid) }

// longestDyingPause is the longest pause between two checks of what an exiting process still has.
const longestDyingPause = 20 * time.Millisecond

// WhileDying calls look until that settles it; last says that patience is over. Before each
// pause, which grow, it calls onWait.
func WhileDying(onWait func(), look func(last bool) (settled bool)) {
	began, pause := time.Now(), time.Millisecond
	for !look(time.Since(began) > DyingPatience) {
		onWait()
		time.Sleep(pause)
		pause = min(2*pause, longestDyingPause)
	}
}
