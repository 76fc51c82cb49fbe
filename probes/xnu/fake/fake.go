// Package fake answers for the kernel of macOS in tests, with fixtures: hexadecimal
// dumps in the formats that xnu's headers fix, laid out by a C compiler. Only tests
// import it.
package fake

import (
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/stigmer/local/probes/xnu"
)

// Question is one call of proc_info(2), as its numbers stand in proc_info_private.h and
// proc_info.h.
type Question struct {
	Call, PID, Flavor int
	Arg               uint64
}

// Machine is a Mac of fixtures. What it has no answer to fails with ESRCH.
type Machine struct {
	// Folder has the fixtures, each NAME.hex.
	Folder string
	// Info and Sysctl name the fixture of an answer. A sysctl with a number after its
	// name is "name.number".
	Info   map[Question]string
	Sysctl map[string]string
	// PIDs are what a list of processes answers.
	PIDs []int
	// Errors fail a question instead.
	Errors map[Question]error
	// Held says that every lock file is locked.
	Held bool
	UID  int
	// Asked collects the questions, and Sent what was signalled: PID and version.
	Asked []Question
	Sent  []uint32
}

// Kernel makes the calls to this machine.
func (m *Machine) Kernel() xnu.Kernel {
	return xnu.Kernel{
		Info: m.info, Sysctl: m.sysctl, EffectiveUID: func() int { return m.UID },
		AnyLock: func(int) (bool, error) { return m.Held, nil },
	}
}

// The calls that are answered without a fixture.
const (
	listPIDs      = 1
	signalByToken = 0x11
)

func (m *Machine) info(call, pid, flavor int, arg uint64, answer []byte) (int, error) {
	q := Question{call, pid, flavor, arg}
	m.Asked = append(m.Asked, q)
	if err := m.Errors[q]; err != nil {
		return 0, err
	}
	switch {
	case call == listPIDs && answer == nil:
		return 4, nil // too little, as of a machine on which processes begin meanwhile
	case call == listPIDs:
		n := 0
		for _, pid := range m.PIDs {
			if n+4 <= len(answer) {
				binary.LittleEndian.PutUint32(answer[n:], uint32(pid))
				n += 4
			}
		}
		return n, nil
	case call == signalByToken:
		m.Sent = append(m.Sent, binary.LittleEndian.Uint32(answer[20:]), binary.LittleEndian.Uint32(answer[28:]))
		return 0, nil
	}
	fixture, ok := m.Info[q]
	if !ok {
		return 0, syscall.ESRCH
	}
	raw, err := m.read(fixture)
	if answer == nil {
		return len(raw), err
	}
	return copy(answer, raw), err
}

func (m *Machine) sysctl(name string, more ...int) ([]byte, error) {
	for _, n := range more {
		name += "." + strconv.Itoa(n)
	}
	fixture, ok := m.Sysctl[name]
	if !ok {
		return nil, syscall.EINVAL
	}
	if text, ok := strings.CutPrefix(fixture, "="); ok { // the answer itself
		return []byte(text + "\x00"), nil
	}
	return m.read(fixture)
}

func (m *Machine) read(fixture string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(m.Folder, fixture+".hex"))
	if err != nil {
		return nil, err
	}
	var digits strings.Builder
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") {
			digits.WriteString(strings.TrimSpace(line))
		}
	}
	return hex.DecodeString(digits.String())
}
