package actions

import (
	"bytes"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// cut is where a log is to be divided so that nothing which is appended meanwhile
// is lost: whole blocks of its head are taken out of the file, which some file
// systems do in one step under the lock that a write takes as well.
type cut struct {
	// blocks is how many bytes can be taken out: whole blocks, 0 for none.
	blocks int64
	// end is the end of the line that reaches beyond them. Up to there the log is copied.
	end int64
}

// lineSearch is how far from its end a log is searched for the end of a line.
const lineSearch = 64 << 10

// cutOf looks for the last place where a log can be divided. Where there is none,
// all that the log has now is to be copied, and end is its size.
func cutOf(log *os.File) cut {
	info, err := log.Stat()
	if err != nil {
		return cut{}
	}
	none := cut{end: info.Size()}
	var fs unix.Statfs_t
	if err := unix.Fstatfs(int(log.Fd()), &fs); err != nil || fs.Bsize <= 0 {
		return none
	}
	from := max(0, info.Size()-lineSearch)
	text, err := io.ReadAll(io.NewSectionReader(log, from, info.Size()-from))
	last := bytes.LastIndexByte(text, '\n')
	if err != nil || last < 0 {
		return none
	}
	block := int64(fs.Bsize)
	blocks := (from + int64(last)) / block * block
	if blocks < from || blocks == 0 {
		return none
	}
	return cut{blocks, blocks + int64(bytes.IndexByte(text[blocks-from:], '\n')) + 1}
}

// apply takes the head out of a log that was copied up to the cut's end, and
// strikes out what is left of the line that was divided. It is false where the file
// system cannot, and has then changed nothing.
func (c cut) apply(log *os.File) bool {
	if c.blocks == 0 || !behead(log, c.blocks) {
		return false
	}
	strike := bytes.Repeat([]byte("-"), int(c.end-c.blocks))
	strike[len(strike)-1] = '\n'
	// A strike that fails leaves the end of a line that stands in log.1 as a whole.
	log.WriteAt(strike, 0)
	return true
}
