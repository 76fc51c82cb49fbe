package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stigmer/local/cmd/internal/cli"
)

// TestMakeStart runs make start as README says to, with a Temporal CLI and without, in a
// PATH with go, make and sh and without bash and git. Only the build of the Temporal CLI is
// not go's: it provides the fake. start's own tests have all the places
// in which it finds a Temporal CLI.
func TestMakeStart(t *testing.T) {
	t.Parallel()
	tools, out := makeTools(t), t.TempDir()
	for name, own := range map[string]string{"none": "", "in PATH": "mine/temporal", "in the home": "home/bin/temporal"} {
		t.Run(name, func(t *testing.T) {
			p := fakePlace(t)
			fake := p.temporalBin()
			p.env = slices.DeleteFunc(p.env, func(entry string) bool {
				return strings.HasPrefix(entry, "STIGMER_TEMPORAL_BIN=") || strings.HasPrefix(entry, "MAKE")
			})
			// go's cache is in the user's own HOME, and no host is asked for releases.
			p.env = append(p.env, "PATH="+tools+":"+filepath.Join(p.dir, "mine"), "HOME="+os.Getenv("HOME"), "STIGMER_MIRROR=http://127.0.0.1:1")
			if own != "" {
				install(t, fake, filepath.Join(p.dir, own))
			}
			said := p.make(out, "start")
			program := "/home/bin/temporal"
			if own != "" {
				program = "/" + own
			}
			p.await("Healthy", ".settings.temporal_bin~"+regexp.QuoteMeta(program)+"$")
			if built := strings.Contains(said, "github.com/temporalio/cli/cmd/temporal@"+cli.TemporalVersion+" with go"); built != (own == "") {
				t.Errorf("it builds: %t:\n%s", built, said)
			}
			p.bin = filepath.Join(out, "stigmer")
			p.stop()
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
	shim := fmt.Sprintf("#!/bin/sh\ncase \"$*\" in *cli/cmd/temporal) exec cp %q \"$3\" ;; esac\nexec %q \"$@\"\n", fake, real)
	check(t, os.WriteFile(filepath.Join(dir, "go"), []byte(shim), 0o700))
	return dir
}

// make runs make in the module's folder, with its program in out, and returns what it says.
func (p *place) make(out, target string) string {
	p.t.Helper()
	path, err := exec.LookPath("make")
	check(p.t, err)
	c := exec.Command(path, "-C", "../..", "out="+out, target)
	c.Env = p.env
	said, err := c.CombinedOutput()
	if err != nil {
		p.t.Fatalf("make %s: %v\n%s", target, err, said)
	}
	return string(said)
}
