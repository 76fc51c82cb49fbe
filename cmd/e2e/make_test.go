package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestMakeStart runs make start as README says to, for every place in which a
// Temporal CLI may be, and with none at all, in a PATH with go, make and sh and
// without bash and git. Only go install is not go's: it says what it was asked
// for, and provides the fake.
func TestMakeStart(t *testing.T) {
	t.Parallel()
	tools, out := makeTools(t), t.TempDir()
	fake, err := exec.LookPath("temporal")
	check(t, err)
	builds := "go install github.com/temporalio/cli/cmd/temporal@v1.5.1"
	for name, c := range map[string]struct {
		prepare func(m *maker)
		// program is what then runs as Temporal, below the test's folder.
		program string
		builds  bool
	}{
		"by variable": {func(m *maker) { m.env = append(m.env, "STIGMER_TEMPORAL_BIN="+m.own("mine/temporal", fake)) }, "mine/temporal", false},
		"by local.yaml": {func(m *maker) {
			text := fmt.Sprintf("temporal-bin: %s\n", m.own("mine/temporal", fake))
			check(t, os.MkdirAll(m.path("home"), 0o700))
			check(t, os.WriteFile(m.path("home/local.yaml"), []byte(text), 0o600))
		}, "mine/temporal", false},
		"in PATH":     {func(m *maker) { m.env = append(m.env, "PATH="+tools+":"+filepath.Dir(m.own("mine/temporal", fake))) }, "mine/temporal", false},
		"in the home": {func(m *maker) { m.own("home/bin/temporal", fake) }, "home/bin/temporal", false},
		"none":        {func(*maker) {}, "home/bin/temporal", true},
		"it runs": {func(m *maker) {
			m.own("home/bin/temporal", fake)
			m.make("start")
			check(t, os.Remove(m.path("home/bin/temporal")))
		}, "home/bin/temporal", false},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMaker(t, tools, out)
			c.prepare(m)
			said := m.make("start")
			m.await("Healthy", ".settings.temporal_bin="+m.path(c.program))
			if strings.Contains(said, builds) != c.builds {
				t.Errorf("whether it builds is not %t:\n%s", c.builds, said)
			}
			m.stop()
		})
	}
}

// makeTools is a folder for PATH: all that make start may need.
func makeTools(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"make", "sh", "cp"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Skipf("there is no %s", name)
		}
		check(t, os.Symlink(path, filepath.Join(dir, name)))
	}
	real, err := exec.LookPath("go")
	check(t, err)
	fake, err := exec.LookPath("temporal")
	check(t, err)
	shim := fmt.Sprintf("#!/bin/sh\nif [ \"$1\" = install ]; then exec cp %q \"$GOBIN/temporal\"; fi\nexec %q \"$@\"\n", fake, real)
	check(t, os.WriteFile(filepath.Join(dir, "go"), []byte(shim), 0o700))
	return dir
}

// maker is somebody with a clone, who has a home of their own.
type maker struct {
	*realHome
	// out is where the clone's stigmer is built: one for all tests.
	out string
}

func newMaker(t *testing.T, tools, out string) *maker {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	check(t, err)
	port, err := freePort()
	check(t, err)
	ui, err := freePort()
	check(t, err)
	m := &maker{&realHome{script: &script{dir: dir}, t: t, bin: filepath.Join(out, "stigmer")}, out}
	m.env = slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "STIGMER_") || strings.HasPrefix(entry, "MAKE")
	})
	m.env = append(m.env, "PATH="+tools, "STIGMER_HOME="+m.path("home"), "STIGMER_PORT="+port, "STIGMER_UI_PORT="+ui,
		"STIGMER_MIRROR=http://127.0.0.1:1") // make start asks no host of releases
	t.Cleanup(m.end)
	return m
}

func (m *maker) path(name string) string { return filepath.Join(m.dir, name) }

// own gives the user a program of their own.
func (m *maker) own(name, program string) string {
	m.t.Helper()
	text, err := os.ReadFile(program)
	check(m.t, err)
	check(m.t, os.MkdirAll(filepath.Dir(m.path(name)), 0o700))
	check(m.t, os.WriteFile(m.path(name), text, 0o700))
	return m.path(name)
}

// make runs make in the module's folder and returns what it says.
func (m *maker) make(target string) string {
	m.t.Helper()
	path, err := exec.LookPath("make")
	check(m.t, err)
	c := exec.Command(path, "-C", "../..", "out="+m.out, target)
	c.Env = m.env
	said, err := c.CombinedOutput()
	if err != nil {
		m.t.Fatalf("make %s: %v\n%s", target, err, said)
	}
	return string(said)
}
