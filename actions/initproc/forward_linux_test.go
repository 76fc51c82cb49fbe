package initproc

import (
	"errors"
	"syscall"
	"testing"
)

func TestExitStatus(t *testing.T) {
	for raw, want := range map[syscall.WaitStatus]int{
		0: 0, 1 << 8: 1, 130 << 8: 130,
		syscall.WaitStatus(syscall.SIGKILL): 137, syscall.WaitStatus(syscall.SIGTERM): 143,
	} {
		if have := exitStatus(raw); have != want {
			t.Errorf("%#x: %d, not %d", uint32(raw), have, want)
		}
	}
}

func TestForegroundTerminal(t *testing.T) {
	none := errors.New("no terminal")
	for name, tt := range map[string]struct {
		groups [3]int // of the terminal at each standard descriptor, 0 for none
		fd     int
		ok     bool
	}{
		"no terminal":                {},
		"all three":                  {[3]int{7, 7, 7}, 0, true},
		"only standard error":        {[3]int{0, 0, 7}, 2, true},
		"another group's foreground": {[3]int{9, 9, 9}, 0, false},
	} {
		fd, ok := foregroundTerminal(7, func(fd int) (int, error) {
			if tt.groups[fd] == 0 {
				return 0, none
			}
			return tt.groups[fd], nil
		})
		if fd != tt.fd || ok != tt.ok {
			t.Errorf("%s: %d, %t", name, fd, ok)
		}
	}
}
