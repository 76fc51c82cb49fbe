package probes

import (
	"context"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/stigmer/local/probes/xnu/fake"
)

// fakeMac is a Mac on which pid 4711 is a Temporal that has temporal.lock as descriptor
// 3, and pid 812 a stranger that waits for it.
func fakeMac() (*fake.Machine, mac) {
	ask := func(call, pid, flavor int, arg uint64) fake.Question {
		return fake.Question{Call: call, PID: pid, Flavor: flavor, Arg: arg}
	}
	m := &fake.Machine{
		Folder: filepath.Join("xnu", "testdata"), UID: 501, PIDs: []int{812, 4711},
		Info: map[fake.Question]string{
			ask(2, 4711, 18, 0): "identity", ask(2, 4711, 9, 0): "work_folder", ask(2, 4711, 1, 0): "descriptors",
			ask(3, 4711, 1, 3): "file_holder", ask(3, 4711, 2, 3): "file_path", ask(3, 4711, 3, 5): "socket_listen", ask(3, 4711, 3, 7): "socket_connected",
			ask(2, 812, 18, 0): "identity", ask(2, 812, 1, 0): "descriptors", ask(3, 812, 1, 3): "file_waiter",
		},
		Sysctl: map[string]string{
			"kern.bootsessionuuid": "=A1B2", "kern.procargs2.4711": "exec", "kern.procargs2.812": "exec_protected",
			"net.inet.tcp.pcblist_n": "sockets",
		},
	}
	return m, mac{m.Kernel()}
}

func (m mac) holding(pid int) (fds []int) {
	_ = m.eachOpen(pid, func(f openFile) bool {
		if f.locked {
			fds = append(fds, f.fd)
		}
		return true
	})
	return fds
}

func TestMacHolder(t *testing.T) {
	machine, m := fakeMac()
	if got := m.holding(4711); !slices.Equal(got, []int{3}) {
		t.Errorf("a holder: %v", got)
	}
	if got := m.holding(812); got != nil {
		t.Errorf("a waiter holds %v", got)
	}
	machine.Info[fake.Question{Call: 3, PID: 812, Flavor: 1, Arg: 3}] = "file_watcher"
	if got := m.holding(812); got != nil {
		t.Errorf("a watcher holds %v", got)
	}
	if err := m.eachOpen(99, func(openFile) bool { return true }); err == nil {
		t.Error("the files of nobody are listed")
	}
	file, ok := m.openAt(4711, 3)
	if !ok || !file.locked || file.deleted || file.path != "/Users/ann/.stigmer/temporal.lock" || file.FileID != (FileID{0x1000011, 8812345}) {
		t.Errorf("openAt = %+v, %t", file, ok)
	}
	if path := reopenPathOf(file); path != "" {
		t.Errorf("a path that leads elsewhere opens it: %s", path)
	}
	machine.Info[fake.Question{Call: 3, PID: 4711, Flavor: 1, Arg: 3}] = "file_deleted"
	delete(machine.Info, fake.Question{Call: 3, PID: 4711, Flavor: 2, Arg: 3}) // a policy keeps the path
	if file, ok := m.openAt(4711, 3); !ok || !file.deleted || !file.locked || file.path != "" {
		t.Errorf("deleted: %+v, %t", file, ok)
	}
}

func TestMacReopens(t *testing.T) {
	path := filepath.Join(t.TempDir(), "temporal.lock")
	check(t, os.WriteFile(path, nil, 0o600))
	id, err := FileAt(path)
	check(t, err)
	if got := reopenPathOf(openFile{FileID: id, path: path}); got != path {
		t.Errorf("moved: %q", got)
	}
	other := FileID{id.Device, id.Inode + 1}
	if got := reopenPathOf(openFile{FileID: other, path: path}); got != "" {
		t.Errorf("the path of another file: %q", got)
	}
	if got := reopenPathOf(openFile{FileID: id, path: path, deleted: true}); got != "" {
		t.Errorf("deleted: %q", got)
	}
}

func TestMacProcess(t *testing.T) {
	machine, m := fakeMac()
	identity := fake.Question{Call: 2, PID: 4711, Flavor: 18}
	p, err := m.look(4711)
	if err != nil || p.PGID != 4711 || p.StartTicks != 1<<32+77 || p.Boot != "A1B2" || p.Exe != "/opt/homebrew/bin/temporal" || p.StartedAt != 1764460800123 {
		t.Errorf("look = %+v, %v", p, err)
	}
	if m.parentUniqueID(4711) != 70 || m.parentUniqueID(99) != 0 {
		t.Errorf("born of %d", m.parentUniqueID(4711))
	}
	if m.parent(4711) != 4700 || m.workFolder(4711) != "/Users/ann/work" || !slices.Equal(m.group(4711), []int{812, 4711}) {
		t.Errorf("parent %d, folder %q, group %v", m.parent(4711), m.workFolder(4711), m.group(4711))
	}
	machine.Sysctl["kern.procargs2.99"] = "exec_relative"
	if exe := m.executable(99); exe != "./stigmer" {
		t.Errorf("a program that is nowhere now is %q", exe)
	}
	machine.Info[fake.Question{Call: 2, PID: 99, Flavor: 11}] = "program_path"
	if exe := m.executable(99); exe != "/Users/ann/work/stigmer" {
		t.Errorf("a relative path is %q", exe)
	}
	if file, ok := m.programFile(4711); !ok || file != (FileID{0x1000011, 8812396}) {
		t.Errorf("programFile = %v, %t", file, ok)
	}
	if _, ok := m.programFile(812); ok {
		t.Error("the file of a protected program is known")
	}
	for fixture, want := range map[string]struct{ dying, stopped bool }{
		"identity": {}, "identity_stopped": {stopped: true}, "identity_exiting": {dying: true},
	} {
		machine.Info[identity] = fixture
		if m.dying(4711) != want.dying || m.stopped(4711) != want.stopped {
			t.Errorf("%s: dying %t, stopped %t", fixture, m.dying(4711), m.stopped(4711))
		}
	}
	if !m.dying(99) {
		t.Error("nobody is not dying")
	}
}

// A mark is anybody's to set: a process of which one ID is another user's is not ours.
func TestMacLikeUs(t *testing.T) {
	machine, m := fakeMac()
	if m.sameUserAndFiles(4711) { // its IDs are 501, 502 and 503
		t.Error("a process that can become another user is like us")
	}
	machine.Errors = map[fake.Question]error{{Call: 2, PID: 4711, Flavor: 18}: syscall.EPERM}
	if _, err := m.look(4711); err == nil || m.sameUserAndFiles(4711) {
		t.Errorf("another user's process: %v", err)
	}
}

func TestMacLocked(t *testing.T) {
	machine, m := fakeMac()
	path := filepath.Join(t.TempDir(), "temporal.lock")
	if state, err := m.listed(path); state != LockUnknown || err == nil || m.knownUnlocked(path) {
		t.Errorf("no file: %s, %v", state, err)
	}
	check(t, os.WriteFile(path, nil, 0o600))
	if state, err := m.listed(path); state != LockFree || err != nil || !m.knownUnlocked(path) {
		t.Errorf("free: %s, %v", state, err)
	}
	machine.Held = true
	if state, err := m.listed(path); state != LockHeld || err != nil || m.knownUnlocked(path) {
		t.Errorf("held: %s, %v", state, err)
	}
	if len(machine.Asked) != 0 {
		t.Errorf("it was searched: %v", machine.Asked)
	}
}

func TestMacSockets(t *testing.T) {
	_, m := fakeMac()
	all, err := m.sockets()
	check(t, err)
	if len(all) != 5 || !all[0].listening || all[2].listening || !all[3].timeWait {
		t.Fatalf("sockets = %+v", all)
	}
	at := func(text string) socket { return socket{local: netip.MustParseAddrPort(text), listening: true} }
	// The one that used it last has it no more: it is searched for.
	stale := at("127.0.0.1:7233")
	stale.pid, stale.fd = 812, 3
	if pid := m.socketOwner(t.Context(), stale); pid != 4711 {
		t.Errorf("socketOwner = %d", pid)
	}
	if pid := m.socketOwner(t.Context(), at("127.0.0.1:9999")); pid != 0 {
		t.Errorf("a socket of another user is pid %d's", pid)
	}
	over, end := context.WithCancel(t.Context())
	end()
	if pid := m.socketOwner(over, stale); pid != 0 {
		t.Errorf("a search that is over finds %d", pid)
	}
	is := func(a netip.AddrPort) bool { return a.Port() == 7233 }
	if got, ok := m.listens(4711, is); !ok || got != stale.local {
		t.Errorf("listens = %s, %t", got, ok)
	}
	for _, pid := range []int{0, 812} {
		if got, ok := m.listens(pid, is); ok {
			t.Errorf("pid %d listens on %s", pid, got)
		}
	}
}

// A connected socket is none that listens, whatever its port.
func TestMacListensOnlyIfItListens(t *testing.T) {
	_, m := fakeMac()
	if got, ok := m.listens(4711, func(a netip.AddrPort) bool { return a.Port() == 8233 }); ok {
		t.Errorf("listens = %s", got)
	}
}
