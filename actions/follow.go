package actions

import (
	"time"

	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/statefile"
)

// follow begins to wait for two facts. The kernel reports that supervisor.lock comes
// free, because its holder has released it or is dead. That the record changes is seen by
// awaitSighting, which compares its stamp with that of the record that was read last:
// no folder is watched. Following twice is following once. The goroutine ends with the
// process, as a wait in the kernel for a lock cannot be cancelled.
func (d *Client) follow() {
	if !d.lock.awaited {
		d.lock.awaited = true
		go func() {
			lock, err := lockfile.Wait(d.config.Home.SupervisorLock())
			if err != nil {
				d.events <- clientEvent{err: err}
				return
			}
			d.events <- lockWon(lock)
		}()
	}
	if !d.follower.follows {
		d.follower.follows = true
		d.events <- recordChanged
	}
}

// awaitEvent waits for the next sighting: one that was posted, or a change of the
// record while this command follows. While supervisor.lock is ours, the record is too.
func (d *Client) awaitEvent() clientEvent {
	began := time.Now()
	for {
		var pause <-chan time.Time
		if d.follower.follows && d.lock.file == nil {
			pause = time.After(statPause(time.Since(began)))
		}
		select {
		case s := <-d.events:
			return s
		case <-pause:
			if (statefile.File{Home: d.config.Home}).Stamp() != d.follower.looked {
				return recordChanged
			}
		}
	}
}

// statPause is the pause between two stats of the record after some time without a change:
// a hundredth of that time, so that a change is seen at most one percent late, but at least
// a millisecond, and at most 50 ms, which a person does not notice. Each costs some 0.1 ms
// of processor time, nearly all of it the wake-up; there are 330 in the first second.
func statPause(waited time.Duration) time.Duration {
	return min(max(waited/100, time.Millisecond), 50*time.Millisecond)
}
