package procs

import (
	"errors"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/xnu/fake"
)

// What macOS 14.2 and older ones do with a signal to a process that is there, has gone, is
// another one meanwhile, or runs another program meanwhile.
func TestSignalVersion(t *testing.T) {
	const pid, version = 4711, 9001 // as the fixture has it
	identity, send := fake.Question{Call: 2, PID: pid, Flavor: 18}, fake.Question{Call: 0x11, Flavor: int(unix.SIGTERM)}
	for _, test := range []struct {
		name    string
		gone    bool // before anything
		strange bool // it is not the one that is meant
		answer  error
		sent    []uint32 // by version
		killed  []int    // by PID
		want    error
	}{
		{name: "macOS 14.2", sent: []uint32{pid, version}},
		{name: "gone", gone: true},
		{name: "a reused PID", strange: true},
		{name: "macOS 13", answer: unix.ENOTSUP, killed: []int{pid}},
		{name: "another macOS", answer: unix.EINVAL, killed: []int{pid}},
		{name: "not permitted", answer: unix.EPERM, want: unix.EPERM},
		{name: "a new program each time", answer: unix.ESRCH, want: errBusy},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := &fake.Machine{Folder: filepath.Join("..", "..", "probes", "xnu", "testdata"), Info: map[fake.Question]string{identity: "identity"}}
			if test.gone {
				m.Info = nil
			}
			if test.answer != nil {
				m.Errors = map[fake.Question]error{send: test.answer}
			}
			var killed []int
			kill := func(pid int, _ unix.Signal) error { killed = append(killed, pid); return unix.ESRCH }
			alive := func(fsm.Process) bool { return !test.strange }
			err := signalByPIDVersion(m.Kernel(), alive, kill, fsm.Process{PID: pid}, unix.SIGTERM)
			if !errors.Is(err, test.want) || !slices.Equal(m.Sent, test.sent) || !slices.Equal(killed, test.killed) {
				t.Errorf("sent %v, killed %v, %v", m.Sent, killed, err)
			}
		})
	}
}

// A process that ran another program once is proven and signalled anew.
func TestSignalAfterExec(t *testing.T) {
	identity := fake.Question{Call: 2, PID: 4711, Flavor: 18}
	m := &fake.Machine{Folder: filepath.Join("..", "..", "probes", "xnu", "testdata"), Info: map[fake.Question]string{identity: "identity"}}
	k, tries := m.Kernel(), 0
	info := k.Info
	k.Info = func(call, pid, flavor int, arg uint64, answer []byte) (int, error) {
		if call == 0x11 {
			if tries++; tries == 1 {
				return 0, unix.ESRCH
			}
		}
		return info(call, pid, flavor, arg, answer)
	}
	alive := func(fsm.Process) bool { return true }
	if err := signalByPIDVersion(k, alive, nil, fsm.Process{PID: 4711}, unix.SIGKILL); err != nil || tries != 2 {
		t.Errorf("%d tries: %v", tries, err)
	}
}

func TestExitOf(t *testing.T) {
	for status, want := range map[syscall.WaitStatus]fsm.Exit{
		0:         {Known: true},
		3 << 8:    {Known: true, Code: 3},
		9:         {Known: true, Code: 137, Signal: "SIGKILL"},
		0x80 | 11: {Known: true, Code: 139, Signal: "SIGSEGV"},
		15:        {Known: true, Code: 143, Signal: "SIGTERM"},
	} {
		if got := exitOf(status); got != want {
			t.Errorf("exitOf(%#x) = %+v, want %+v", status, got, want)
		}
	}
}

// A PID that is given to another process after the proof, and before the signal, has
// another version by then: that process is not signalled.
func TestSignalOfAPIDReusedAfterTheProof(t *testing.T) {
	identity := fake.Question{Call: 2, PID: 4711, Flavor: 18}
	m := &fake.Machine{Folder: filepath.Join("..", "..", "probes", "xnu", "testdata"), Info: map[fake.Question]string{identity: "identity"}}
	k, reused := m.Kernel(), false
	info := k.Info
	k.Info = func(call, pid, flavor int, arg uint64, answer []byte) (int, error) {
		n, err := info(call, pid, flavor, arg, answer)
		if reused && call == 2 {
			answer[168]++ // p_idversion
		}
		if reused && call == 0x11 && answer[28] == 9001&0xff {
			return 0, unix.ESRCH // that version is no more
		}
		return n, err
	}
	alive := func(fsm.Process) bool {
		before := reused
		reused = true
		return !before
	}
	if err := signalByPIDVersion(k, alive, nil, fsm.Process{PID: 4711}, unix.SIGKILL); err != nil {
		t.Error(err)
	}
	for i := 1; i < len(m.Sent); i += 2 {
		if m.Sent[i] != 9001 {
			t.Errorf("version %d was signalled", m.Sent[i])
		}
	}
}
