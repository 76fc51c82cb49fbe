//go:build !blunt

package host

import (
	"slices"
	"strings"

	"github.com/moby/sys/mountinfo"
	"github.com/prometheus/procfs"
)

// memoryGroupOf finds the memory cgroup of a process: in the hierarchy of cgroup v1 that
// has the memory controller, else in that of v2. Both may be mounted (cgroups(7)).
func memoryGroupOf(pid int) memoryGroup {
	proc, err := procfs.NewProc(pid)
	if err != nil {
		return memoryGroup{}
	}
	groups, err := proc.Cgroups()
	if err != nil {
		return memoryGroup{}
	}
	mounts, err := mountinfo.GetMounts(mountinfo.FSTypeFilter("cgroup", "cgroup2"))
	if err != nil {
		return memoryGroup{}
	}
	return memoryGroupIn(groups, mounts)
}

func memoryGroupIn(groups []procfs.Cgroup, mounts []*mountinfo.Info) memoryGroup {
	const memory = "memory"
	var unified memoryGroup
	for _, group := range groups {
		legacy := slices.Contains(group.Controllers, memory)
		if !legacy && group.HierarchyID != 0 {
			continue
		}
		i := slices.IndexFunc(mounts, func(m *mountinfo.Info) bool {
			if legacy {
				return m.FSType == "cgroup" && slices.Contains(strings.Split(m.VFSOptions, ","), memory)
			}
			return m.FSType == "cgroup2"
		})
		if i < 0 {
			continue
		}
		folders := groupFolders(mounts[i].Mountpoint, mounts[i].Root, group.Path)
		if legacy {
			return memoryGroup{folders, legacyNames}
		}
		unified = memoryGroup{folders, unifiedNames}
	}
	return unified
}
