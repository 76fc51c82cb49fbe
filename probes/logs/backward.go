package logs

import (
	"bytes"
	"errors"
	"io"
)

// errShrunk says that a file was truncated while it was read.
var errShrunk = errors.New("the log was truncated while it was read")

// blockBytes is what is read at once at first; it grows with a line's length.
const blockBytes = 64 << 10

// backward gives the lines of a shot from the last to the first.
type backward struct {
	parts []part
	// held is what was read of parts[0] and not given yet; at is where it begins.
	held  []byte
	at    int64
	block int64
	// begun says that the end of parts[0] was seen to: a final newline begins no line.
	begun bool
	// end is where the reading began in the newest file.
	end int64
}

// newBackward begins at the end of the log, or, to be followed, after its last
// whole line.
func newBackward(s *shot, whole bool) (*backward, error) {
	b := &backward{parts: s.parts, at: s.parts[0].info.Size(), block: blockBytes}
	b.end = b.at
	for whole && b.at > 0 {
		if err := b.more(); err != nil {
			return nil, err
		}
		if i := bytes.LastIndexByte(b.held, '\n'); i >= 0 {
			b.held = b.held[:i+1]
			break
		}
		if b.at == 0 {
			b.held = nil // not one whole line yet
		}
	}
	if whole {
		b.end = b.at + int64(len(b.held))
	}
	return b, nil
}

// more puts the block before held in front of it.
func (b *backward) more() error {
	n := min(b.at, b.block)
	block := make([]byte, n, n+int64(len(b.held)))
	if _, err := b.parts[0].ReadAt(block, b.at-n); err != nil {
		if err == io.EOF {
			return errShrunk
		}
		return err
	}
	b.held, b.at, b.block = append(block, b.held...), b.at-n, b.block*2
	return nil
}

// line returns the line before the last one that it returned; false at the
// beginning of all.
func (b *backward) line() ([]byte, bool, error) {
	for len(b.parts) > 0 {
		if !b.begun {
			if len(b.held) == 0 && b.at > 0 {
				if err := b.more(); err != nil {
					return nil, false, err
				}
			}
			b.begun = true
			b.held = bytes.TrimSuffix(b.held, []byte{'\n'})
			if len(b.held) == 0 && b.at == 0 {
				b.next()
				continue
			}
		}
		if i := bytes.LastIndexByte(b.held, '\n'); i >= 0 {
			line := b.held[i+1:]
			b.held, b.block = b.held[:i], blockBytes
			return line, true, nil
		}
		if b.at == 0 {
			line := b.held
			b.next()
			return line, true, nil
		}
		if err := b.more(); err != nil {
			return nil, false, err
		}
	}
	return nil, false, nil
}

// next goes on to the file that is older.
func (b *backward) next() {
	b.parts = b.parts[1:]
	b.held, b.begun, b.block = nil, false, blockBytes
	if len(b.parts) > 0 {
		b.at = b.parts[0].info.Size()
	}
}
