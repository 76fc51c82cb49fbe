package actions

import (
	"errors"
	"os"

	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
	"golang.org/x/sys/unix"
)

// turnsAreTold reports whether drivers of this home tell of turns.
func turnsAreTold(home statefile.Home) bool { return probes.LocalFileSystem(string(home)) }

// takeTurn takes the byte of a generation for the description that holds
// supervisor.lock, which has it as long as that: whoever inherits the one has the
// other. Where it cannot be had, followers find nobody at it and watch the folder.
func takeTurn(home statefile.Home, seat *os.File, generation uint64) {
	if turnsAreTold(home) {
		lockBytes(seat, unix.F_WRLCK, turnByte(generation), 1)
	}
}

// passTurn gives all bytes back but that of the generation that is there now.
func passTurn(home statefile.Home, seat *os.File, generation uint64) {
	if !turnsAreTold(home) {
		return
	}
	here := turnByte(generation)
	if here > 0 { // a length of 0 reaches to the end
		lockBytes(seat, unix.F_UNLCK, 0, here)
	}
	lockBytes(seat, unix.F_UNLCK, here+1, 0)
}

// awaitTurn returns when nobody has the byte of a generation any more. The wait cannot
// be cancelled; it ends with the process.
func awaitTurn(path string, generation uint64) error {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	lock := unix.Flock_t{Type: unix.F_RDLCK, Start: turnByte(generation), Len: 1} // followers do not wait for one another
	for {
		err := unix.FcntlFlock(file.Fd(), unix.F_OFD_SETLKW, &lock)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// lockBytes never waits: a follower that has a byte for an instant, and was stopped in
// it, must not stop the driver.
func lockBytes(file *os.File, how int16, start, length int64) {
	unix.FcntlFlock(file.Fd(), unix.F_OFD_SETLK, &unix.Flock_t{Type: how, Start: start, Len: length})
}

// turnByte is a generation's byte. A generation that is beyond a file's greatest offset
// was not counted, it was written by hand: it shares the byte of another one.
func turnByte(generation uint64) int64 { return int64(generation & (1<<62 - 1)) }
