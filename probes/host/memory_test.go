package host

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stigmer/local/fsm"
)

// TestShortage writes what the kernel shows of a group and of the one above it before a
// process has ended and after that.
func TestShortage(t *testing.T) {
	type files map[string]string
	const quiet = "low 0\nhigh 0\nmax 7\noom 0\noom_kill 0\noom_group_kill 0\n"
	const legacyQuiet = "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n"
	for name, tt := range map[string]struct {
		names         memoryNames
		before, after files
		want          fsm.Shortage
	}{
		"v2, a plain kill": {unifiedNames, files{"a/b/memory.events": quiet}, nil, fsm.NoShortage},
		"v2, reclaim at the limit alone": {unifiedNames, files{"a/b/memory.events": quiet},
			files{"a/b/memory.events": "max 99\noom 0\noom_kill 0\n"}, fsm.NoShortage},
		"v2, its own limit": {unifiedNames, files{"a/b/memory.events": quiet, "a/memory.events": quiet},
			files{"a/b/memory.events": "max 9\noom 1\noom_kill 1\n"}, fsm.LimitShortage},
		"v2, the limit of the group above": {unifiedNames, files{"a/b/memory.events": quiet, "a/memory.events": quiet},
			files{"a/b/memory.events": "max 7\noom 0\noom_kill 1\n", "a/memory.events": "max 9\noom 1\noom_kill 1\n"}, fsm.LimitShortage},
		"v2, the machine's": {unifiedNames, files{"a/b/memory.events": quiet, "a/memory.events": quiet},
			files{"a/b/memory.events": "max 7\noom 0\noom_kill 1\n"}, fsm.MachineShortage},
		"v2, an earlier one": {unifiedNames, files{"a/b/memory.events": "oom 3\noom_kill 3\n"}, nil, fsm.NoShortage},
		"v2, a neighbour's": {unifiedNames, files{"a/b/memory.events": quiet, "a/memory.events": quiet},
			files{"a/memory.events": "oom 1\noom_kill 1\n"}, fsm.NoShortage},
		"v1, its own limit": {legacyNames, files{"a/b/memory.oom_control": legacyQuiet, "a/b/memory.failcnt": "12\n"},
			files{"a/b/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n", "a/b/memory.failcnt": "90\n"}, fsm.LimitShortage},
		"v1, the limit of the group above": {legacyNames, files{"a/b/memory.oom_control": legacyQuiet, "a/b/memory.failcnt": "0\n", "a/memory.failcnt": "0\n"},
			files{"a/b/memory.oom_control": "oom_kill 2\n", "a/memory.failcnt": "3\n"}, fsm.LimitShortage},
		"v1, the machine's": {legacyNames, files{"a/b/memory.oom_control": legacyQuiet, "a/b/memory.failcnt": "12\n"},
			files{"a/b/memory.oom_control": "oom_kill 1\n"}, fsm.MachineShortage},
		"v1 of an old kernel, without oom_kill": {legacyNames, files{"a/b/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\n"}, nil, fsm.NoShortage},
		"no files, as in the root group":        {unifiedNames, nil, nil, fsm.NoShortage},
		"nonsense":                              {unifiedNames, files{"a/b/memory.events": "oom_kill x\n\noom_kill\n"}, files{"a/b/memory.events": "oom_kill -1\n"}, fsm.NoShortage},
	} {
		root := t.TempDir()
		write := func(all files) {
			for path, text := range all {
				path = filepath.Join(root, path)
				check(t, os.MkdirAll(filepath.Dir(path), 0o700))
				check(t, os.WriteFile(path, []byte(text), 0o600))
			}
		}
		write(tt.before)
		w := MemoryWatch{group: memoryGroup{groupFolders(root, "/", "/a/b"), tt.names}}
		w.before = w.group.read()
		write(tt.after)
		if have := w.Shortage(); have != tt.want {
			t.Errorf("%s: %q, not %q", name, have, tt.want)
		}
	}
	if have := (MemoryWatch{}).Shortage(); have != fsm.NoShortage {
		t.Errorf("without groups: %q", have)
	}
}

func TestGroupFolders(t *testing.T) {
	for _, tt := range []struct {
		mountpoint, root, path string
		want                   []string
	}{
		{"/sys/fs/cgroup", "/", "/user.slice/a.scope", []string{"/sys/fs/cgroup/user.slice/a.scope", "/sys/fs/cgroup/user.slice", "/sys/fs/cgroup"}},
		{"/sys/fs/cgroup", "/", "/", []string{"/sys/fs/cgroup"}},                               // a container with a namespace of its own
		{"/sys/fs/cgroup/memory", "/docker/1", "/docker/1", []string{"/sys/fs/cgroup/memory"}}, // one without
		{"/sys/fs/cgroup/memory", "/docker/1", "/docker/1/x", []string{"/sys/fs/cgroup/memory/x", "/sys/fs/cgroup/memory"}},
		{"/sys/fs/cgroup/memory", "/docker/1", "/docker/12", nil},
		{"/sys/fs/cgroup", "/", "/../outside", []string{"/sys/fs/cgroup/outside", "/sys/fs/cgroup"}}, // there is no such folder
		{"/sys/fs/cgroup", "/a", "/", nil},
	} {
		if have := groupFolders(tt.mountpoint, tt.root, tt.path); !slices.Equal(have, tt.want) {
			t.Errorf("%+v: %q", tt, have)
		}
	}
}
