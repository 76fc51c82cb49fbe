package e2e_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestFaultFirstStartKilled: a Temporal that is killed while it makes its
// database leaves one with which it never starts again. The next start copes,
// and so does the supervisor, if it lives, and where the record is lost as well. The moment
// is not ours to choose, so there are as many rounds as it takes to have made one of each.
func TestFaultFirstStartKilled(t *testing.T) {
	t.Parallel()
	p := realPlace(t)
	halves, unrecorded := 0, 0
	for i := 0; i < rounds(5) || halves == 0 || unrecorded == 0; i++ {
		if i == 100 {
			t.Fatal("a hundred times no database was half-made")
		}
		p.move(filepath.Join(p.dir, fmt.Sprintf("home%d", i)))
		supervisorToo := i%2 == 0
		after := p.killFirst(supervisorToo)
		lost := i%4 == 0
		if lost {
			p.local("stop", "--timeout", "1ms")
			check(t, os.Remove(filepath.Join(p.home, "temporal.state.json")))
		}
		if out, status := p.try("start"); status != 0 {
			t.Fatalf("round %d, killed %s, supervisor too %t: %d\n%s", i, after, supervisorToo, status, out)
		}
		aside, err := filepath.Glob(p.database() + ".half-made-*")
		check(t, err)
		halves += min(len(aside), 1)
		if lost {
			unrecorded += min(len(aside), 1)
		}
		p.local("stop", "--timeout", "1ms")
	}
	p.local("start")
	p.works("default")
	p.stop()
	t.Logf("%d databases were half-made and set aside, %d of them without a record", halves, unrecorded)
}

// killFirst starts on a new home and kills Temporal while it makes its database:
// some time after its spawn, or after the file is there.
func (p *place) killFirst(supervisorToo bool) string {
	p.t.Helper()
	start := exec.Command(p.bin, "local", "start")
	start.Env = p.env
	check(p.t, start.Start())
	p.await(".temporal.pid~[1-9]")
	temporal, supervisor := p.pid("temporal"), p.pid("supervisor")
	after, since := time.Duration(30+rand.IntN(51))*time.Millisecond, "its spawn"
	if rand.IntN(2) == 0 {
		after, since = time.Duration(rand.IntN(30))*time.Millisecond, "its file was there"
		poll(awaitDefault, func() bool { _, err := os.Stat(p.database()); return err == nil })
	}
	<-time.After(after) // the moment at which it is killed is what is tried
	if supervisorToo {
		p.signal(supervisor, syscall.SIGKILL)
	}
	if p.owns(temporal) {
		syscall.Kill(temporal, syscall.SIGKILL)
	}
	start.Wait() // takes over from the dead; the next start is another one
	return fmt.Sprintf("%s after %s", after, since)
}

// TestFaultOtherVersion: a database on which another version has served is reported and copied
// before this one opens it.
func TestFaultOtherVersion(t *testing.T) {
	t.Parallel()
	p := realPlace(t)
	p.local("start", "--namespace", "orders")
	id := p.begins("orders")
	p.stop()
	made := p.ask(".database.version")
	if made == "missing" || made == "" {
		t.Fatalf("the version that made the database is not recorded:\n%s", p.record())
	}
	p.edit(func(record map[string]any) { record["database"].(map[string]any)["version"] = "1.4.0" })
	out := p.local("start")
	copied := p.database() + ".backup-1.4.0"
	if _, err := os.Stat(copied); err != nil {
		t.Error(err)
	}
	p.says("start", out, "1.4.0", copied)
	log, err := os.ReadFile(filepath.Join(p.home, "logs", "supervisor.log"))
	check(t, err)
	p.says("the supervisor's log", string(log), "1.4.0", copied)
	if now := p.ask(".database.version"); now != made {
		t.Errorf("the record says that %s made it", now)
	}
	p.knows("orders", id)
	p.stop()
	p.local("start") // the same version again: no second copy
	p.stop()
	all, err := filepath.Glob(p.database() + ".backup-*")
	check(t, err)
	// A Temporal that was ended in a transaction leaves a journal, which belongs to the copy.
	all = slices.DeleteFunc(all, func(path string) bool { return strings.HasSuffix(path, "-journal") })
	if len(all) != 1 {
		t.Errorf("copies: %q", all)
	}
	// The copy is a database with what was there: its namespace needs no flag.
	p.move(filepath.Join(p.dir, "other"))
	p.local("start", "--db", copied)
	p.knows("orders", id)
	p.stop()
}

// edit changes the record while nothing runs.
func (p *place) edit(change func(record map[string]any)) {
	p.t.Helper()
	var record map[string]any
	d := json.NewDecoder(strings.NewReader(p.record()))
	d.UseNumber()
	check(p.t, d.Decode(&record))
	change(record)
	text, err := json.Marshal(record)
	check(p.t, err)
	check(p.t, os.WriteFile(filepath.Join(p.home, "temporal.state.json"), text, 0o600))
}

// begins starts a workflow that waits, and returns its ID.
func (p *place) begins(namespace string) string {
	p.t.Helper()
	c, end := p.connect(namespace)
	defer end()
	return c.start(p.t.Context(), Wait).GetID()
}

// knows checks that a namespace has a workflow.
func (p *place) knows(namespace, id string) {
	p.t.Helper()
	c, end := p.connect(namespace)
	defer end()
	if _, err := c.DescribeWorkflowExecution(p.t.Context(), id, ""); err != nil {
		p.t.Errorf("workflow %s in %s: %v", id, namespace, err)
	}
}
