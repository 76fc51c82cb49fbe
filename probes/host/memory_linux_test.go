//go:build !blunt

package host

import (
	"slices"
	"testing"

	"github.com/moby/sys/mountinfo"
	"github.com/prometheus/procfs"
)

func TestMemoryGroupIn(t *testing.T) {
	v1 := []*mountinfo.Info{
		{FSType: "cgroup", Mountpoint: "/c/cpu", Root: "/", VFSOptions: "rw,cpu"},
		{FSType: "cgroup", Mountpoint: "/c/memory", Root: "/", VFSOptions: "rw,memory"},
	}
	v2 := []*mountinfo.Info{{FSType: "cgroup2", Mountpoint: "/c/unified", Root: "/", VFSOptions: "rw"}}
	for name, tt := range map[string]struct {
		groups []procfs.Cgroup
		mounts []*mountinfo.Info
		folder string
		names  memoryNames
	}{
		"v2":                     {[]procfs.Cgroup{{Path: "/x"}}, v2, "/c/unified/x", unifiedNames},
		"v1":                     {[]procfs.Cgroup{{HierarchyID: 3, Controllers: []string{"cpu"}, Path: "/n"}, {HierarchyID: 4, Controllers: []string{"memory"}, Path: "/x"}}, v1, "/c/memory/x", legacyNames},
		"both":                   {[]procfs.Cgroup{{HierarchyID: 4, Controllers: []string{"memory"}, Path: "/x"}, {Path: "/y"}}, slices.Concat(v2, v1), "/c/memory/x", legacyNames},
		"v1 that is not mounted": {[]procfs.Cgroup{{HierarchyID: 4, Controllers: []string{"memory"}, Path: "/x"}, {Path: "/y"}}, v2, "/c/unified/y", unifiedNames},
		"nothing is mounted":     {[]procfs.Cgroup{{Path: "/x"}}, nil, "", memoryNames{}},
	} {
		have := memoryGroupIn(tt.groups, tt.mounts)
		folder := ""
		if len(have.folders) > 0 {
			folder = have.folders[0]
		}
		if folder != tt.folder || have.names != tt.names {
			t.Errorf("%s: %+v", name, have)
		}
	}
}
