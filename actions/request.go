package actions

import (
	"fmt"
	"sync/atomic"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// Requested delivers the stop that another command has written a request for,
// addressed to this driver. It reports false where there is no such request. It
// may be called from any goroutine.
func (w *World) Requested() bool {
	request, ours := w.request()
	if !ours {
		return false
	}
	w.requests.stopDelivered.Store(true)
	cause := request.Cause
	if cause == "" {
		cause = fmt.Sprintf("stigmer local stop or restart (pid %d)", request.From.PID)
	}
	event := fsm.Stop
	if request.Now {
		event = fsm.StopNow //mutation:now-requested
	}
	w.Post(fsm.Input{Event: event, Grace: request.GraceMS, RestartPending: request.Again, Detail: askedForBy(cause)})
	return true
}

func askedForBy(cause string) string { return "asked for by " + cause }

// request is the request that is there, and whether it is addressed to this driver.
func (w *World) request() (statefile.Request, bool) {
	request, err := statefile.ReadRequest(w.home.Request())
	return request, err == nil && request.For.Same(w.self)
}

// Stop delivers a stop that came as a signal alone, with the policy's grace period: Stop, or StopNow.
// It may be called from any goroutine.
func (w *World) Stop(on fsm.Event, cause string) { w.Post(fsm.Input{Event: on, Detail: cause}) }

// stopRequests: stopDelivered says that a request came with a signal, and stopUndelivered, after
// the end, that there was a request without one.
type stopRequests struct {
	stopDelivered   atomic.Bool
	stopUndelivered bool
}
