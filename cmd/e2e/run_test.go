package e2e_test

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stigmer/local/probes/proc"
)

// ran is a run of a command that waits, and its processes, by the names of participants.
type ran struct {
	*place
	run  *exec.Cmd
	pids map[string]int
}

// participants are the processes of a run.
var participants = []string{"run", "supervisor", "caretaker", "temporal", "command"}

// inRunsFolder has everything that a run makes go below a folder of the test's.
func (p *place) inRunsFolder() {
	folder := filepath.Join(p.dir, "runs")
	check(p.t, os.MkdirAll(folder, 0o700))
	p.env = append(p.env, "TMPDIR="+folder)
}

// homesOfRuns are the homes of runs that are there.
func (p *place) homesOfRuns() []string {
	homes, err := filepath.Glob(filepath.Join(p.dir, "runs", "stigmer-*"))
	check(p.t, err)
	return homes
}

// begin starts a run, without a wait.
func (p *place) begin() *ran {
	p.t.Helper()
	r := &ran{place: p, pids: map[string]int{}}
	r.run = exec.Command(p.bin, "local", "run", "--", "sh", "-c", `echo $$ > "$STIGMER_HOME/command"; while :; do sleep 0.1; done`)
	r.run.Env = p.env
	check(p.t, r.run.Start())
	return r
}

// look finds the processes that there are by now, and reports whether that is all of them.
func (r *ran) look() bool {
	r.pids = map[string]int{"run": r.run.Process.Pid}
	homes := r.homesOfRuns()
	if len(homes) != 1 {
		return false
	}
	record, _ := os.ReadFile(filepath.Join(homes[0], "temporal.state.json"))
	command, _ := os.ReadFile(filepath.Join(homes[0], "command"))
	for name, text := range map[string]string{
		"supervisor": lookup(decode(string(record)), ".supervisor.pid"), "temporal": lookup(decode(string(record)), ".temporal.pid"),
		"command": strings.TrimSpace(string(command)),
	} {
		if pid, err := strconv.Atoi(text); err == nil && pid > 1 && runs(pid) {
			r.pids[name] = pid
		}
	}
	for _, p := range proc.StartedWith("STIGMER_HOME", homes[0]) {
		if slices.Contains(proc.Args(p.PID), "caretake") {
			r.pids["caretaker"] = p.PID
		}
	}
	return len(r.pids) == len(participants)
}

// kill9All kills processes of the run, as nearly at once as can be.
func (r *ran) kill9All(names []string) {
	for _, name := range names {
		// In the build blunt a shell shows no environment by which it could be known.
		if pid := r.pids[name]; pid == r.run.Process.Pid || pid > 1 && (r.owns(pid) || proc.Parent(pid) == r.run.Process.Pid) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// gone waits until nothing of the run lives, and no home of it is there.
func (r *ran) gone() {
	r.t.Helper()
	r.run.Wait()
	if left := r.stragglers(awaitDefault); len(left) > 0 {
		r.t.Fatalf("left behind:\n%s", strings.Join(left, "\n"))
	}
	if !poll(awaitDefault, func() bool { return len(r.homesOfRuns()) == 0 }) {
		r.t.Fatalf("left behind: %q", r.homesOfRuns())
	}
}

// sweep is another run, which removes what is left of one whose processes were all killed.
func (r *ran) sweep() {
	r.run.Wait()
	r.local("run", "--", "true")
}

// watched are those of which one that lives ends what the others leave.
var watched = participants[:3]

// TestRunKilled: whatever is killed of a run, nothing of it is left. One of run, supervisor and caretaker ends what
// is there, and where all three die at once, the next run does.
func TestRunKilled(t *testing.T) {
	inPlaces(t, func(p *place) {
		p.inRunsFolder()
		for set := 1; set < 1<<len(watched); set++ {
			var victims []string
			for i, name := range watched {
				if set&(1<<i) != 0 {
					victims = append(victims, name)
				}
			}
			p.killsOfRun(victims)
		}
		p.killsOfRun([]string{"temporal"})
		p.killsOfRun([]string{"command"})
		p.killsOfRun([]string{"supervisor", "temporal"})
	})
}

func (p *place) killsOfRun(victims []string) {
	p.t.Helper()
	r := p.begin()
	if !poll(awaitDefault, r.look) {
		p.t.Fatalf("the run did not begin: %v", r.pids)
	}
	r.kill9All(victims)
	switch {
	case len(victims) == len(watched):
		r.sweep()
	case slices.Contains(victims, "run"), slices.Contains(victims, "command"):
	default: // the run goes on, and has what it lost again
		if !poll(awaitDefault, r.look) {
			p.t.Fatalf("after a kill of %q the run has only %v", victims, r.pids)
		}
		check(p.t, r.run.Process.Signal(syscall.SIGTERM))
	}
	r.gone()
}

// TestRunSoak kills random participants at random moments, round after round.
func TestRunSoak(t *testing.T) {
	t.Parallel()
	p := fakePlace(t)
	p.inRunsFolder()
	for round := range rounds(8) {
		r := p.begin()
		began := time.Now()
		moment := time.Duration(rand.IntN(500)) * time.Millisecond // from before the server's start to the command's run
		poll(moment, func() bool { r.look(); return time.Since(began) >= moment })
		var victims []string
		for _, i := range rand.Perm(len(participants))[:1+rand.IntN(len(participants))] {
			victims = append(victims, participants[i])
		}
		t.Logf("round %d, after %s: kill of %q among %v", round, moment, victims, r.pids)
		r.kill9All(victims)
		if !slices.Contains(victims, "run") {
			_ = r.run.Process.Signal(syscall.SIGTERM) // it may have ended with its command
		}
		supervised := r.pids["supervisor"] > 1 && !slices.Contains(victims, "supervisor")
		if slices.Contains(victims, "run") && slices.Contains(victims, "caretaker") && !supervised {
			r.sweep()
		}
		r.gone()
	}
}

// TestRunsSideBySide: eight runs at once have an address each, and nothing of them is left.
func TestRunsSideBySide(t *testing.T) {
	inPlaces(t, func(p *place) {
		p.inRunsFolder()
		var all sync.WaitGroup
		var addresses sync.Map
		for range 8 {
			all.Go(func() {
				c := exec.Command(p.bin, "local", "run", "--", "sh", "-c", `"$0" local state > "$STIGMER_HOME/seen" && echo "$TEMPORAL_ADDRESS"`, p.bin)
				c.Env = p.env
				out, err := c.CombinedOutput()
				if _, twice := addresses.LoadOrStore(string(out), true); twice || err != nil {
					t.Errorf("%v, twice: %t: %s", err, twice, out)
				}
			})
		}
		all.Wait()
		if left := p.homesOfRuns(); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
	})
}
