package cli

import (
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"
)

// Screen is a terminal that shows pages in place: on the alternate screen, so that
// what was on it comes back, and without lines that wrap.
type Screen struct {
	out *os.File
	// Keys are those that are typed; nothing, where input is no terminal.
	Keys chan byte
	// Ends is what a user types to end what is shown.
	Ends string
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

// OpenScreen takes a terminal over; close gives it back, which must not be left out.
func OpenScreen(in io.Reader, out *os.File) (*Screen, error) {
	s := &Screen{out: out, Keys: make(chan byte), Ends: "Ctrl-C", restore: func() {}}
	if Terminal(in) {
		keyboard := in.(*os.File)
		was, err := term.MakeRaw(int(keyboard.Fd()))
		if err != nil {
			return nil, err
		}
		s.Ends = "q"
		s.restore = func() { _ = term.Restore(int(keyboard.Fd()), was) }
		go s.listen(keyboard) // ends with the process: a read cannot be cancelled
	}
	_, err := io.WriteString(out, enterScreen)
	if err != nil {
		s.restore()
	}
	return s, err
}

func (s *Screen) listen(keyboard io.Reader) {
	key := make([]byte, 1)
	for {
		if n, err := keyboard.Read(key); err != nil {
			return
		} else if n == 1 {
			s.Keys <- key[0]
		}
	}
}

// Size is how many characters and lines fit; a terminal that does not know is the usual one.
func (s *Screen) Size() (width, height int, err error) {
	width, height, err = term.GetSize(int(s.out.Fd()))
	if err == nil && (width == 0 || height == 0) {
		width, height = 80, 24
	}
	return width, height, err
}

// Draw shows lines in place of what is shown, with one write. They must fit.
func (s *Screen) Draw(lines []string) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.closed {
		return nil
	}
	// A raw terminal does not return the carriage by itself.
	_, err := io.WriteString(s.out, toTheTop+strings.Join(lines, clearLine+"\r\n")+clearLine+clearBelow)
	return err
}

// Close gives the terminal back as it was.
func (s *Screen) Close() {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.closed = true
	_, _ = io.WriteString(s.out, leaveScreen)
	s.restore()
}
