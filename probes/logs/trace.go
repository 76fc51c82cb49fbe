package logs

import (
	"bytes"
	"slices"
)

// trace is what was read of a file: texts of beginningBytes that end where a reading ended, the
// last one last. A rotation keeps only a part of a log that is too large, and loses what is
// written in its instant; the trace finds out where in that part the reading goes on.
type trace struct {
	texts [][]byte
	// gap is how far the last text is behind the last but one, in bytes.
	gap int
}

// traceTexts and traceStep bound a trace: its texts are at least traceStep bytes apart, but for
// the last one. They reach back over at least 8 MiB, more than a rotation loses.
const (
	traceTexts = 128
	traceStep  = 64 << 10
)

// read adds what was read next, which may be nothing.
func (t *trace) read(chunk []byte) {
	if len(chunk) == 0 {
		return
	}
	text := chunk
	if last := len(t.texts) - 1; last >= 0 {
		text = append(bytes.Clone(t.texts[last]), chunk...)
		if last > 0 && t.gap < traceStep {
			t.texts = t.texts[:last]
		} else {
			t.gap = 0
		}
	}
	t.gap += len(chunk)
	text = bytes.Clone(text[max(0, len(text)-beginningBytes):])
	t.texts = append(t.texts[max(0, len(t.texts)-traceTexts+1):], text)
}

// end returns the offset behind what was read of p. That is all of p if it has something that was
// read, but not what was read last, and 0 if it has nothing that was read.
func (t *trace) end(p part) int64 {
	for i, text := range slices.Backward(t.texts) {
		at, err := p.find(text)
		if err != nil || at < 0 {
			continue
		}
		if i == len(t.texts)-1 {
			return at + int64(len(text))
		}
		return p.size()
	}
	return 0
}
