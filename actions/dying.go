package actions

import (
	"errors"
	"os"
	"slices"
	"time"

	"github.com/stigmer/local/probes"
)

// dyingPatience is how long a lock or a port may still be had by nobody who lives: a
// dying process gives its descriptors back one by one, temporal.lock before the
// database's lock and the sockets, and on a busy machine it has to wait for its
// turn. Who belongs to another user, and cannot be seen, is waited for as long.
const dyingPatience = 2 * time.Second

// alive reports whether the owner of something is seen, and is not about to end.
func alive(pid int) bool { return pid != 0 && !probes.Dying(pid) }

// acquireSoon is Acquire that waits a moment for a lock that nobody has who lives, after
// it has called waits.
func acquireSoon(path string, waits func()) (*os.File, error) {
	for began, pause := time.Now(), time.Millisecond; ; pause *= 2 {
		lock, err := Acquire(path)
		if !errors.Is(err, ErrHeld) || time.Since(began) > dyingPatience {
			return lock, err
		}
		holders, _ := probes.Holders(path)
		if slices.ContainsFunc(holders, func(h probes.Holder) bool { return alive(h.Process.PID) }) {
			return nil, err
		}
		waits()
		time.Sleep(pause)
	}
}
