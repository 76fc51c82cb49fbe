package cmd

import (
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"
)

// screen is a terminal that shows pages in place: on the alternate screen, so that
// what was on it comes back, and without lines that wrap.
type screen struct {
	out *os.File
	// keys are those that are typed; nothing, where nobody types at a terminal.
	keys chan byte
	// ends is what somebody types to end what is shown.
	ends string
	// restore makes the keyboard what it was.
	restore func()

	writing sync.Mutex
	closed  bool
}

const (
	enterScreen = "\x1b[?1049h\x1b[?25l\x1b[?7l" // alternate screen, no cursor, no wrapping
	leaveScreen = "\x1b[?7h\x1b[?25h\x1b[?1049l"
	toTheTop    = "\x1b[H"
	clearLine   = "\x1b[K"
	clearBelow  = "\x1b[J"
)

// openScreen takes a terminal over; close gives it back, which must not be left out.
func openScreen(in io.Reader, out *os.File) (*screen, error) {
	s := &screen{out: out, keys: make(chan byte), ends: "Ctrl-C", restore: func() {}}
	if terminal(in) {
		keyboard := in.(*os.File)
		was, err := term.MakeRaw(int(keyboard.Fd()))
		if err != nil {
			return nil, err
		}
		s.ends = "q"
		s.restore = func() { _ = term.Restore(int(keyboard.Fd()), was) }
		go s.listen(keyboard) // ends with the process: a read cannot be cancelled
	}
	_, err := io.WriteString(out, enterScreen)
	if err != nil {
		s.restore()
	}
	return s, err
}

func (s *screen) listen(keyboard io.Reader) {
	key := make([]byte, 1)
	for {
		if n, err := keyboard.Read(key); err != nil {
			return
		} else if n == 1 {
			s.keys <- key[0]
		}
	}
}

// size is how many characters and lines fit; a terminal that does not know is the usual one.
func (s *screen) size() (width, height int, err error) {
	width, height, err = term.GetSize(int(s.out.Fd()))
	if err == nil && (width == 0 || height == 0) {
		width, height = 80, 24
	}
	return width, height, err
}

// draw shows lines in place of what is shown, with one write. They must fit.
func (s *screen) draw(lines []string) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.closed {
		return nil
	}
	// A raw terminal does not return the carriage by itself.
	_, err := io.WriteString(s.out, toTheTop+strings.Join(lines, clearLine+"\r\n")+clearLine+clearBelow)
	return err
}

func (s *screen) close() {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.closed = true
	_, _ = io.WriteString(s.out, leaveScreen)
	s.restore()
}
