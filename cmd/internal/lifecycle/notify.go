package lifecycle

import (
	"os"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/hashicorp/go-hclog"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// statusRunes is how much of a reason fits into a line of systemctl status.
const statusRunes = 200

func oneLine(text string) string {
	return human.Shortened(strings.Join(strings.Fields(text), " "), statusRunes)
}

// notifier notifies the service manager that has started this process, by $NOTIFY_SOCKET. It
// sends from a goroutine of its own: a manager that does not read must not keep the supervisor
// from its work.
type notifier struct {
	log      hclog.Logger
	ready    bool        // it was said
	messages chan string // an empty one is the last
	sent     chan struct{}
}

// newNotifier returns nil where no service manager waits for notifications.
func newNotifier(log hclog.Logger) *notifier {
	if os.Getenv("NOTIFY_SOCKET") == "" {
		return nil
	}
	n := &notifier{log: log, messages: make(chan string, 64), sent: make(chan struct{})}
	go n.send() // ends with close
	return n
}

func (n *notifier) send() {
	defer close(n.sent)
	failed := false
	for message := <-n.messages; message != ""; message = <-n.messages {
		if _, err := daemon.SdNotify(false, message); err != nil && !failed {
			n.log.Warn("service manager not notified", "error", err)
			failed = true
		}
	}
}

// recorded reports a record to the service manager, in the words of sd_notify(3), a line for
// each thing that is said. READY is said when Temporal first serves. STOPPING is never said: systemd would end the supervisor
// after TimeoutStopSec, and start it again, although a stop may have been given
// more time than that; and there is no word that takes it back where a start waits for
// the stop to end, and Temporal serves anew. A stop of systemd's own needs no such word.
func (n *notifier) recorded(d statefile.Document) {
	message := "STATUS=" + oneLine(string(d.State)+": "+d.Reason)
	if d.State == fsm.Healthy && !d.SetupPending() && !n.ready {
		n.ready = true
		message += "\n" + daemon.SdNotifyReady
	}
	n.say(message)
}

// say drops what a manager that does not read has no room for.
func (n *notifier) say(message string) {
	select {
	case n.messages <- message:
	default:
	}
}

// watch answers for the driver's loop as long as that turns: at least twice within
// the time after which the manager would kill it.
func (n *notifier) watch(w *actions.World) {
	within, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		n.log.Warn("no watchdog", "error", err)
	}
	if within <= 0 {
		return
	}
	tick := time.NewTicker(max(within/3, time.Millisecond))
	go func() { // ends with the process
		for range tick.C {
			w.Beat(func() { n.say(daemon.SdNotifyWatchdog) })
		}
	}()
}

// lastWords bounds the wait for a manager that does not read.
const lastWords = time.Second

// close waits until all is sent that was said before.
func (n *notifier) close() {
	patience := time.After(lastWords)
	select {
	case n.messages <- "":
	case <-patience:
		return
	}
	select {
	case <-n.sent:
	case <-patience:
	}
}
