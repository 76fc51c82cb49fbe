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

// formerCommit is the last commit before the code moved into the packages of today: the
// homes that users have are of a build like it.
const formerCommit = "86134fcbe3467d397f0a35c96c6515ecb78dbaee"

// TestFormerBuild goes on, as newerVersion, where a real build of formerCommit began: its
// record, its locks and its supervisor are understood.
func TestFormerBuild(t *testing.T) {
	t.Parallel()
	source := formerSource(t)
	older, unordered := buildOf(t, source, "v1.1.0"), buildOf(t, source, "")
	for name, row := range map[string]struct {
		former  string       // the program that starts Temporal
		then    func(*place) // what happens before the new program runs
		state   int          // the exit status of the new state
		explain []string     // what the new state --explain says
		verb    string       // the new command
		says    string
		kept    []string // the processes that it leaves alone
	}{
		"supervised, state and stop": {older, nil, 0, []string{"!!  version", "namespace orders"}, "stop", "Stopped", nil},
		"supervised, stop --now":     {older, nil, 0, nil, "stop --now", "It was ended by SIGKILL", nil},
		"supervised, start":          {older, nil, 0, []string{"end the older supervisor"}, "start", "Replaced the supervisor of stigmer v1.1.0", []string{"temporal"}},
		"supervised, restart":        {older, nil, 0, nil, "restart", "Restarted", nil},
		"no order, start":            {unordered, nil, 0, []string{"(devel)"}, "start", "already running", []string{"temporal", "supervisor"}},
		"crashed, start":             {older, (*place).crash, 0, []string{"SIGKILL"}, "start", "Replaced", []string{"temporal"}},
		"orphan, start":              {older, (*place).orphan, 8, []string{"Degraded", "start adopts it"}, "start", "Adopted", []string{"temporal"}},
		"orphan, restart":            {older, (*place).orphan, 8, nil, "restart", "Restarted", nil},
		"orphan, stop":               {older, (*place).orphan, 8, nil, "stop", "Stopped", nil},
		"both killed, start":         {older, (*place).abandoned, 3, []string{"says Healthy"}, "start", "Started", nil},
		"stopped, start":             {older, func(p *place) { p.local("stop") }, 3, []string{"asked for by stigmer local stop"}, "start", "Started", nil},
		"given up, start":            {older, (*place).givenUp, 3, []string{"exited with status 1"}, "start", "Started", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := fakePlace(t)
			p.bin = row.former
			p.local("start", "--namespace", "orders")
			if row.then != nil {
				row.then(p)
			}
			former := map[string]string{"temporal": p.ask(".temporal.pid"), "supervisor": p.ask(".supervisor.pid")}
			p.bin = stamped(t, newerVersion)
			p.exits(row.state, []string{"state", "--explain"}, row.explain...)
			p.exits(0, strings.Fields(row.verb), row.says)
			if !strings.HasPrefix(row.verb, "stop") {
				p.await("Healthy")
				if have := strings.Contains(p.record(), `"orders"`); have != (row.state != 3) {
					t.Errorf("the setting of a Temporal that runs is kept: %t", have)
				}
				for who, pid := range former {
					if kept := slices.Contains(row.kept, who); kept != (p.ask("."+who+".pid") == pid) {
						t.Errorf("%s: pid %s became %s", who, pid, p.ask("."+who+".pid"))
					}
				}
				p.exits(0, []string{"state"}, "Healthy")
				// A record of the former build has no side ports: an adopted Temporal's command line has.
				if known := p.ask(".side_ports.metrics") != "missing"; known == slices.Contains(row.kept, "supervisor") {
					t.Errorf("the side ports are known: %t", known)
				} else if known {
					p.scrape(p.target())
				}
				p.stop()
			}
			p.nothingRuns("a stop")
			p.exits(3, []string{"state"}, "Stopped")
		})
	}
}

// orphan kills the supervisor.
func (p *place) orphan() { p.kill9(p.pid("supervisor")) }

// abandoned kills the supervisor and Temporal.
func (p *place) abandoned() { p.orphan(); p.kill9(p.pid("temporal")) }

// givenUp has a start fail, of a Temporal that exits at once.
func (p *place) givenUp() {
	p.stop()
	check(p.t, os.WriteFile(filepath.Join(p.dir, "plan"), []byte("exit1\nexit1\nexit1\nexit1\nexit1\nexit1\n"), 0o600))
	p.exits(1, []string{"start"}, "exited with status 1")
	check(p.t, os.Remove(filepath.Join(p.dir, "plan")))
}

// formerSource unpacks the module as it was at formerCommit.
func formerSource(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	archive := filepath.Join(folder, "former.tar")
	if out, err := exec.Command("git", "--git-dir=../../.git", "archive", "-o", archive, formerCommit).CombinedOutput(); err != nil {
		t.Skipf("no git, or a clone without its history, has no former build: %v\n%s", err, out)
	}
	if out, err := exec.Command("tar", "-xf", archive, "-C", folder).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return folder
}

// buildOf builds the program of formerCommit with a version, none for (devel).
func buildOf(t *testing.T, source, version string) string {
	t.Helper()
	program := filepath.Join(source, fmt.Sprintf("stigmer%s", version))
	// Without its folder's path in it, go finds it in its cache the next time.
	build := exec.Command("go", "build", "-buildvcs=false", "-trimpath", "-ldflags", "-X github.com/stigmer/local/cmd.Version="+version, "-o", program, "./cmd/stigmer")
	build.Dir, build.Env = source, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}
