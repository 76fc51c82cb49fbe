package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestFaultNoExec: a home on a mount from which no program may be run. A program that lies
// elsewhere serves as ever; where there is none, that is said before anything is fetched.
func TestFaultNoExec(t *testing.T) {
	inPlaces(t, func(p *place) {
		p.onMount("disk", unix.MS_NOEXEC, "size=512m")
		elsewhere := p.temporalBin()
		p.local("start")
		p.exits(0, []string{"state"})
		p.stop()

		p.env = append(p.env, "STIGMER_TEMPORAL_BIN=", "PATH="+filepath.Join(p.dir, "none"), "STIGMER_MIRROR=http://127.0.0.1:1")
		for _, c := range []struct {
			status int
			args   []string
		}{{5, []string{"start"}}, {5, []string{"start", "--no-install"}}, {1, []string{"install"}}, {1, []string{"doctor"}}} {
			out := p.exits(c.status, c.args, "mounted noexec", "STIGMER_HOME=DIR", "--temporal-bin FILE")
			if strings.Contains(out, "reached") || strings.Contains(out, "Installing") {
				p.t.Errorf("%q: something was fetched:\n%s", c.args, out)
			}
		}

		// A program that lies there is another case than one that lacks the right to be run.
		text, err := os.ReadFile(elsewhere)
		check(p.t, err)
		lies := filepath.Join(p.home, "bin", "temporal")
		check(p.t, os.MkdirAll(filepath.Dir(lies), 0o700))
		check(p.t, os.WriteFile(lies, text, 0o700))
		p.exits(5, []string{"start"}, "mounted noexec")
		p.exits(5, []string{"start", "--temporal-bin", lies}, "mounted noexec", "elsewhere")
		p.exits(1, []string{"doctor"}, "!!  binary", "mounted noexec", "tmpfs, mounted noexec, flock works")
		check(p.t, os.Chmod(lies, 0o600))
		if out := p.exits(5, []string{"start", "--temporal-bin", lies}, "permission denied", "chmod u+x"); strings.Contains(out, "noexec") {
			p.t.Errorf("a program without the right to be run:\n%s", out)
		}
		p.nothingRuns("starts that were refused")

		// Temporal runs on where its mount changes, and what then keeps it from being started
		// again is named.
		check(p.t, os.Chmod(lies, 0o700))
		check(p.t, unix.Mount("", filepath.Dir(p.home), "", unix.MS_REMOUNT, ""))
		p.local("start")
		check(p.t, unix.Mount("", filepath.Dir(p.home), "", unix.MS_REMOUNT|unix.MS_NOEXEC, ""))
		p.exits(0, []string{"state"})
		p.kill9(p.pid("temporal"))
		p.await(".state=Stopped", ".desired=stopped")
		p.exits(3, []string{"state"}, "not mounted noexec")
		p.exits(1, []string{"doctor"}, "mounted noexec")
		p.exits(5, []string{"restart"}, "mounted noexec")
	})
}
