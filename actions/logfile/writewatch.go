package logfile

// writeWatch sends on written when one of the armed files is written to: once, until they are
// armed again, so that a writer of many lines costs no more than a writer of one. Where the
// kernel gives no watch (err is set), nothing is sent.
type writeWatch struct {
	written chan struct{}
	queue   writeQueue
	err     error
}

func newWriteWatch() *writeWatch {
	w := &writeWatch{written: make(chan struct{}, 1)}
	if w.queue, w.err = newWriteQueue(); w.err == nil {
		go w.pass()
	}
	return w
}

// pass turns the queue's events into sends, until the queue is closed.
func (w *writeWatch) pass() {
	for w.queue.wait() == nil {
		select {
		case w.written <- struct{}{}:
		default: // one that was not received yet stands for both
		}
	}
}

// arm has the next write to any of the files reported. A file that cannot be watched is left
// out.
func (w *writeWatch) arm(paths []string) {
	if w.err != nil {
		return
	}
	for _, path := range paths {
		_ = w.queue.add(path)
	}
}

func (w *writeWatch) close() {
	if w.err == nil {
		w.queue.close()
	}
}
