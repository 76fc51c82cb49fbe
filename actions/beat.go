package actions

import "sync/atomic"

// Beat has answer called by the driver's loop, between two inputs: an answer is
// proof that the loop turns. A question that waits for its answer is not asked
// twice. It may be called from any goroutine. While a database is copied, which may
// take minutes, nothing is proven and the answer is given at once, in the caller's.
func (w *World) Beat(answer func()) {
	if w.beats.copying.Load() {
		answer()
		return
	}
	if w.beats.asked.CompareAndSwap(false, true) {
		w.inputs.inbox <- delivery{beat: answer}
	}
}

func (w *World) answer(beat func()) {
	w.beats.asked.Store(false)
	beat()
}

// beats: asked says that a beat waits for its answer, copying that the loop is busy with a
// whole database.
type beats struct{ asked, copying atomic.Bool }
