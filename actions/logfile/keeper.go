package logfile

import (
	"errors"
	"os"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/sys/unix"

	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/statefile"
)

// Keeper bounds what a home's logs take on disk, from a spawn or an adoption until the
// tree is gone, whatever the state. While a log grows, it checks the more often the faster
// that is; otherwise it checks with each probe, and when the kernel reports a write.
type Keeper struct {
	home statefile.Home
	log  hclog.Logger
	// own says that this process writes supervisor.log as its standard error.
	own bool

	mu   sync.Mutex
	logs []*keptLog
	quit chan struct{} // nil while it does not run
	// polls says that it runs without a watch.
	polls bool
}

// The pauses between two checks while a log grows. The longest lets a log that stood still
// pass rotateAt, but not fileLimit, at 50 MB/s.
const (
	shortestLook = 2 * time.Millisecond
	longestLook  = 25 * time.Millisecond
	// rotateAt is the size at which a log is rotated: the rest is for what is written
	// until then, and while it is copied.
	rotateAt = fileLimit - fileLimit/4
	// rotateAgain is the pause after a rotation that failed.
	rotateAgain = 2 * time.Second
)

// NewKeeper makes the keeper of a home's logs, which does not run yet.
func NewKeeper(home statefile.Home, log hclog.Logger) *Keeper {
	return &Keeper{
		home: home, log: log, own: files.LeadsTo(home.SupervisorLog(), os.Stderr),
		logs: []*keptLog{
			{path: home.Log(), older: OlderFiles},
			{path: home.SupervisorLog(), older: OlderFiles},
			{path: home.Output()}, // what is printed besides the log: nothing of it is worth an older file
		},
	}
}

// Take sets the files that the running Temporal writes, nil for one that is found by its path.
// It closes those of the Temporal before.
func (k *Keeper) Take(log, output *os.File) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i, file := range map[int]*os.File{0: log, 2: output} {
		if k.logs[i].file != nil {
			k.logs[i].file.Close()
		}
		k.logs[i].file, k.logs[i].size, k.logs[i].failed = file, 0, time.Time{}
	}
}

// Start begins to keep the logs, unless the keeper runs already. It first cuts older files
// that are over the limit.
func (k *Keeper) Start() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.quit != nil && !k.polls {
		return
	}
	for _, l := range k.logs {
		l.cutOlder()
	}
	k.run(false)
}

// Poll has a keeper that runs check by the clock, and gives up its watch, until Start is called. It
// is for a Temporal that is being stopped: Linux takes some 10 ms to close a watch (fs/notify/mark.c,
// fsnotify_wait_marks_destroyed), and the end of this process would wait for that.
func (k *Keeper) Poll() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.quit != nil && !k.polls {
		k.run(true)
	}
}

// run starts keep anew; k.mu is held.
func (k *Keeper) run(polls bool) {
	if k.quit != nil {
		close(k.quit)
	}
	k.quit, k.polls = make(chan struct{}), polls
	go k.keep(k.quit, polls)
}

// Stop ends the keeping after a last check.
func (k *Keeper) Stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.quit != nil {
		close(k.quit)
		k.quit = nil
	}
	k.lookAtAll()
}

// keep checks the logs until quit is closed.
func (k *Keeper) keep(quit chan struct{}, polls bool) {
	watch := &writeWatch{err: errors.ErrUnsupported}
	if !polls {
		watch = newWriteWatch()
	}
	defer watch.close()
	for timer := time.NewTimer(0); ; {
		pause, grew := k.Look()
		if !grew && !polls {
			watch.arm(k.paths())
			pause, grew = k.Look() // the watch does not report what was written before it was armed
		}
		var next <-chan time.Time
		if grew || polls {
			timer.Reset(pause)
			next = timer.C
		}
		select {
		case <-next:
		case <-watch.written:
			time.Sleep(shortestLook) // bounds the checks for a writer that does not make it grow
		case <-quit:
			return
		}
	}
}

// Look bounds the logs. It returns whether one has grown since the last check, and the pause
// until the next check is due.
func (k *Keeper) Look() (pause time.Duration, grew bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.lookAtAll()
}

// lookAtAll is look; k.mu is held.
func (k *Keeper) lookAtAll() (pause time.Duration, grew bool) {
	pause = longestLook
	for _, l := range k.logs {
		size, speed := l.measure(time.Now())
		if size < rotateAt {
			if speed > 0 {
				grew, pause = true, min(pause, max(shortestLook, l.untilFull(size, speed)))
			}
			continue
		}
		grew = true
		if err := l.rotate(size, speed); err != nil {
			k.log.Warn("log not rotated", "log", l.path, "error", err)
		}
	}
	return pause, grew
}

// KeepOwn opens supervisor.log anew if it was deleted or replaced, so that what this process
// logs can be found again.
func (k *Keeper) KeepOwn() {
	if !k.own || files.LeadsTo(k.home.SupervisorLog(), os.Stderr) {
		return
	}
	k.home.MendFolders()
	file, err := OpenSupervisor(k.home)
	if err != nil {
		return // as good as it was
	}
	defer file.Close()
	for _, fd := range []int{unix.Stdout, unix.Stderr} {
		if err := unix.Dup2(int(file.Fd()), fd); err != nil {
			return
		}
	}
	k.log.Warn("supervisor.log was deleted or replaced, and made anew")
}

// paths returns paths that open the files that are kept, also those without a name.
func (k *Keeper) paths() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var paths []string
	for _, l := range k.logs {
		paths = append(paths, l.watchPath())
	}
	return paths
}
