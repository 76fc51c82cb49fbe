package files

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stigmer/local/probes/xnu/fake"
)

func (m mac) holding(pid int) (fds []int) {
	_ = m.eachDescriptor(pid, func(f Descriptor) bool {
		if f.Locked {
			fds = append(fds, f.FD)
		}
		return true
	})
	return fds
}

func TestMacHolder(t *testing.T) {
	machine := fake.Temporal()
	m := mac{machine.Kernel()}
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
	if err := m.eachDescriptor(99, func(Descriptor) bool { return true }); err == nil {
		t.Error("the files of no process are listed")
	}
	file, ok := m.descriptorAt(4711, 3)
	if !ok || !file.Locked || file.Deleted || file.Name != "/Users/ann/.stigmer/temporal.lock" || file.ID != (ID{0x1000011, 8812345}) {
		t.Errorf("descriptorAt = %+v, %t", file, ok)
	}
	if file.Path != "" {
		t.Errorf("a path that leads elsewhere opens it: %s", file.Path)
	}
	machine.Info[fake.Question{Call: 3, PID: 4711, Flavor: 1, Arg: 3}] = "file_deleted"
	delete(machine.Info, fake.Question{Call: 3, PID: 4711, Flavor: 2, Arg: 3}) // a policy keeps the path
	if file, ok := m.descriptorAt(4711, 3); !ok || !file.Deleted || !file.Locked || file.Name != "" {
		t.Errorf("deleted: %+v, %t", file, ok)
	}
}

func TestMacReopens(t *testing.T) {
	path := filepath.Join(t.TempDir(), "temporal.lock")
	check(t, os.WriteFile(path, nil, 0o600))
	id, err := IDAt(path)
	check(t, err)
	for name, c := range map[string]struct {
		file Descriptor
		want string
	}{
		"moved":                    {Descriptor{ID: id, Name: path}, path},
		"the path of another file": {Descriptor{ID: ID{id.Device, id.Inode + 1}, Name: path}, ""},
		"deleted":                  {Descriptor{ID: id, Name: path, Deleted: true}, ""},
	} {
		if got := reopenable(c.file).Path; got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestMacProgramFile(t *testing.T) {
	m := mac{fake.Temporal().Kernel()}
	if file, ok := m.programFile(4711); !ok || file != (ID{0x1000011, 8812396}) {
		t.Errorf("programFile = %v, %t", file, ok)
	}
	if _, ok := m.programFile(812); ok {
		t.Error("the file of a protected program is known")
	}
}
