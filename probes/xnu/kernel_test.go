package xnu_test

import (
	"errors"
	"net/netip"
	"reflect"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stigmer/local/probes/xnu"
	"github.com/stigmer/local/probes/xnu/fake"
)

// The numbers below are those of xnu's headers, written anew: a slip in the package's
// own does not agree with itself here.
const (
	pidInfo, fdInfo                             = 2, 3
	descriptors, workFolder, identity           = 1, 9, 18
	vnode, vnodePath, socket                    = 1, 2, 3
	listUser, listGroup, listAll, listPIDs, pid = 4, 2, 1, 1, 4711
)

func machine(info map[fake.Question]string) *fake.Machine {
	return &fake.Machine{Folder: "testdata", UID: 501, Info: info}
}

func of(flavor int) fake.Question { return fake.Question{Call: pidInfo, PID: pid, Flavor: flavor} }

func at(flavor int, fd uint64) fake.Question {
	return fake.Question{Call: fdInfo, PID: pid, Flavor: flavor, Arg: fd}
}

func TestProcess(t *testing.T) {
	running := xnu.Process{
		PID: 4711, Parent: 4700, Group: 4711, UIDs: [3]int{501, 502, 503},
		StartedAt: time.Unix(1764460800, 123456000), UniqueID: 1<<32 + 77, ParentUniqueID: 70, PIDVersion: 9001,
	}
	stopped, exiting := running, running
	stopped.Stopped, exiting.Exiting = true, true
	for fixture, want := range map[string]xnu.Process{
		"identity": running, "identity_stopped": stopped, "identity_exiting": exiting,
	} {
		got, err := machine(map[fake.Question]string{of(identity): fixture}).Kernel().Process(pid)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", fixture, got, err)
		}
	}
	if _, err := machine(nil).Kernel().Process(pid); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("no process: %v", err)
	}
	// Another layout answers with less: no process must be made of that.
	if _, err := machine(map[fake.Question]string{of(identity): "file_holder"}).Kernel().Process(pid); err == nil {
		t.Error("a short answer is believed")
	}
}

func TestFile(t *testing.T) {
	for fixture, want := range map[string]xnu.File{
		"file_holder":  {Device: 0x1000011, Inode: 8812345, Links: 1, HasFlock: true},
		"file_waiter":  {Device: 0x1000011, Inode: 8812345, Links: 1},
		"file_watcher": {Device: 0x1000011, Inode: 8812345, Links: 1},
		"file_deleted": {Device: 0x1000011, Inode: 8812345, HasFlock: true},
	} {
		got, err := machine(map[fake.Question]string{at(vnode, 3): fixture}).Kernel().File(pid, 3)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", fixture, got, err)
		}
	}
	got, err := machine(map[fake.Question]string{at(vnodePath, 3): "file_path"}).Kernel().FileAt(pid, 3)
	want := xnu.File{Device: 0x1000011, Inode: 8812345, Links: 1, HasFlock: true, Path: "/Users/ann/.stigmer/temporal.lock"}
	if err != nil || got != want {
		t.Errorf("with a path: %+v, %v", got, err)
	}
}

func TestDescriptors(t *testing.T) {
	k := machine(map[fake.Question]string{
		of(descriptors): "descriptors", of(workFolder): "work_folder",
		at(socket, 5): "socket_listen", at(socket, 7): "socket_connected",
	}).Kernel()
	if got, err := k.Files(pid); err != nil || !slices.Equal(got, []int{0, 3, 6}) {
		t.Errorf("Files = %v, %v", got, err)
	}
	got, err := k.SocketsOf(pid)
	want := []xnu.Socket{
		{Local: netip.MustParseAddrPort("127.0.0.1:7233"), State: xnu.Listen},
		{Local: netip.MustParseAddrPort("[::1]:8233"), State: 4},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("SocketsOf = %v, %v", got, err)
	}
	if folder, err := k.WorkFolder(pid); err != nil || folder != "/Users/ann/work" {
		t.Errorf("WorkFolder = %q, %v", folder, err)
	}
	local := machine(map[fake.Question]string{of(descriptors): "descriptors", at(socket, 5): "socket_unix"})
	if got, err := local.Kernel().SocketsOf(pid); err != nil || len(got) != 0 {
		t.Errorf("a local socket: %v, %v", got, err)
	}
}

func TestSockets(t *testing.T) {
	m := machine(nil)
	m.Sysctl = map[string]string{"net.inet.tcp.pcblist_n": "sockets"}
	got, err := m.Kernel().Sockets()
	want := []xnu.Socket{
		{Local: netip.MustParseAddrPort("0.0.0.0:7233"), State: xnu.Listen, LastPID: 812},
		{Local: netip.MustParseAddrPort("[::]:8233"), State: xnu.Listen, LastPID: 4711},
		{Local: netip.MustParseAddrPort("127.0.0.1:50123"), State: 4, LastPID: 99},
		{Local: netip.MustParseAddrPort("127.0.0.1:7233"), State: xnu.TimeWait},
		{Local: netip.MustParseAddrPort("[::1]:7333"), State: xnu.Listen, LastPID: 77},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("Sockets = %v, %v", got, err)
	}
	k, grows := m.Kernel(), 2
	answer := k.Sysctl
	k.Sysctl = func(name string, more ...int) ([]byte, error) {
		if grows--; grows >= 0 {
			return nil, syscall.ENOMEM
		}
		return answer(name, more...)
	}
	if got, err := k.Sockets(); err != nil || len(got) != len(want) {
		t.Errorf("a list that grew meanwhile: %v, %v", got, err)
	}
}

func TestExec(t *testing.T) {
	m := machine(nil)
	m.Sysctl = map[string]string{"kern.procargs2.1": "exec", "kern.procargs2.2": "exec_protected", "kern.bootsessionuuid": "=A1B2"}
	k := m.Kernel()
	open := k.Exec(1)
	if open.Path != "/opt/homebrew/bin/temporal" || !slices.Equal(open.Args, []string{"temporal", "server", "start-dev"}) {
		t.Errorf("Exec = %+v", open)
	}
	if !slices.Contains(open.Environment, "STIGMER_INSTANCE=/Users/ann/.stigmer") {
		t.Errorf("environment = %q", open.Environment)
	}
	if device, inode, ok := open.File(); device != 0x1000011 || inode != 8812396 || !ok {
		t.Errorf("File = %#x, %d, %t", device, inode, ok)
	}
	protected := k.Exec(2)
	if _, _, ok := protected.File(); ok || protected.Path != "/bin/sleep" || len(protected.Args) != 2 {
		t.Errorf("a protected program: %+v", protected)
	}
	if !reflect.DeepEqual(k.Exec(3), xnu.Exec{}) {
		t.Errorf("no process: %+v", k.Exec(3))
	}
	for _, broken := range []string{"", "\x01", "\xff\xff\xff\xff", "\x09\x00\x00\x00/bin/cat\x00cat\x00"} {
		m.Sysctl["kern.procargs2.4"] = "=" + broken
		if got := k.Exec(4); got.Args != nil || got.Environment != nil {
			t.Errorf("%q: %+v", broken, got)
		}
	}
	if boot, err := k.Boot(); boot != "A1B2" || err != nil {
		t.Errorf("Boot = %q, %v", boot, err)
	}
}

// A list that was cut off is asked for again; what is listed depends on the user.
func TestPIDs(t *testing.T) {
	m := machine(nil)
	m.PIDs = []int{0, 1, 812, 4711, 99999}
	want := []int{1, 812, 4711, 99999}
	if got, err := m.Kernel().PIDs(); err != nil || !slices.Equal(got, want) {
		t.Errorf("PIDs = %v, %v", got, err)
	}
	if q := m.Asked[0]; q.Call != listPIDs || q.PID != listUser || q.Flavor != 501 {
		t.Errorf("a user asks %+v", q)
	}
	m.UID, m.Asked = 0, nil
	if got, err := m.Kernel().PIDs(); err != nil || !slices.Equal(got, want) {
		t.Errorf("PIDs of root = %v, %v", got, err)
	}
	if q := m.Asked[0]; q.PID != listAll {
		t.Errorf("root asks %+v", q)
	}
	m.Asked = nil
	if _, err := m.Kernel().Group(77); err != nil || m.Asked[0].PID != listGroup || m.Asked[0].Flavor != 77 {
		t.Errorf("a group: %+v, %v", m.Asked[0], err)
	}
}

func TestSignal(t *testing.T) {
	m := machine(nil)
	if err := m.Kernel().Signal(4711, 9001, syscall.SIGTERM); err != nil || !slices.Equal(m.Sent, []uint32{4711, 9001}) {
		t.Errorf("sent %v, %v", m.Sent, err)
	}
	if q := m.Asked[0]; q.Call != 0x11 || q.Flavor != int(syscall.SIGTERM) {
		t.Errorf("asked %+v", q)
	}
}

// Whatever the kernel answers, no reader goes beyond it.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0, 'x', 0})
	f.Fuzz(func(t *testing.T, raw []byte) {
		k := xnu.Kernel{
			Info: func(_, _, _ int, _ uint64, answer []byte) (int, error) {
				return min(len(raw), max(len(answer), 0)), nil
			},
			Sysctl:       func(string, ...int) ([]byte, error) { return raw, nil },
			EffectiveUID: func() int { return 0 },
		}
		k.Sockets()
		k.Exec(1).File()
		k.PIDs()
		k.SocketsOf(1)
	})
}
