package logs

import (
	"bytes"
	"errors"
	"io"
	"iter"
)

// errShrunk says that a file was truncated while it was read.
var errShrunk = errors.New("the log was truncated while it was read")

// blockBytes is what is read at once at first; it grows with a line's length.
const blockBytes = 64 << 10

// backward yields the lines of a shot from the last to the first, beginning at the offset end of its
// newest file.
func (s *shot) backward(end int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for i, p := range s.parts {
			if i > 0 {
				end = p.info.Size()
			}
			if !p.backward(end, yield) {
				return
			}
		}
	}
}

// backward yields the lines before the offset at, and reports whether more are wanted. A newline at
// the end begins no line.
func (p part) backward(at int64, yield func([]byte, error) bool) bool {
	last := make([]byte, min(at, 1))
	if err := p.readAll(last, at-int64(len(last))); err != nil {
		return yield(nil, err)
	}
	if at -= int64(bytes.Count(last, []byte{'\n'})); at == 0 {
		return true
	}
	var held []byte // was read and not yielded yet
	for block := int64(blockBytes); ; {
		i := bytes.LastIndexByte(held, '\n')
		if i < 0 && at > 0 {
			more := make([]byte, min(at, block))
			at -= int64(len(more))
			if err := p.readAll(more, at); err != nil {
				return yield(nil, err)
			}
			held, block = append(more, held...), block*2
			continue
		}
		if wanted := yield(held[i+1:], nil); i < 0 || !wanted {
			return wanted
		}
		held, block = held[:i], blockBytes
	}
}

// lastLineEnd returns the offset behind a file's last newline, 0 if it has none.
func (p part) lastLineEnd() (int64, error) {
	block := make([]byte, blockBytes)
	for at := p.info.Size(); at > 0; at -= int64(len(block)) {
		block = block[:min(at, blockBytes)]
		begin := at - int64(len(block))
		if err := p.readAll(block, begin); err != nil {
			return 0, err
		}
		if i := bytes.LastIndexByte(block, '\n'); i >= 0 {
			return begin + int64(i) + 1, nil
		}
	}
	return 0, nil
}

// readAll fills a block from the offset at; errShrunk if the file does not reach that far.
func (p part) readAll(block []byte, at int64) error {
	_, err := p.ReadAt(block, at)
	if err == io.EOF {
		return errShrunk
	}
	return err
}
