package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/stigmer/local/fsm"
)

// versions are the two programs of an upgrade.
func versions(t *testing.T) (old, now string) {
	t.Helper()
	old, now = os.Getenv(oldTemporalVariable), os.Getenv(realTemporalVariable)
	if old == "" || now == "" {
		t.Skip(oldTemporalVariable + " and " + realTemporalVariable + " name no two Temporals; make test does")
	}
	return old, now
}

// programs gives a place another program than the one at hand.
func (p *place) program(path string) { p.env = append(p.env, "STIGMER_TEMPORAL_BIN="+path) }

// TestUpgrade: what an old Temporal had goes on under a new one: a workflow that waits for a timer and a signal,
// closed ones, a schedule, a search attribute, a second namespace; its worker never notices. A restore is the way back.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	old, now := versions(t)
	p := newPlace(t, old)
	p.local("start", "--namespace", "orders", "--search-attribute", "orders:Region=Keyword", "--retention", "48h")
	c, _ := p.connect("default")
	orders, _ := p.connect("orders")
	ctx, cancel := context.WithTimeout(context.Background(), 4*clientPatience)
	defer cancel()
	p.addAttribute(ctx, c, "default", "Customer")
	closed := c.start(ctx, Greet, "before")
	c.ends(ctx, closed, "hello before")
	orders.greets("an order")
	waits := p.startWith(ctx, c, "Customer", "ann", Wait)
	schedule, err := c.ScheduleClient().Create(ctx, client.ScheduleOptions{
		// An action whose activity the stop of a server has cut off keeps no other one waiting.
		ID: "each-second", Overlap: enums.SCHEDULE_OVERLAP_POLICY_ALLOW_ALL, Spec: client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: time.Second}}},
		Action: &client.ScheduleWorkflowAction{Workflow: Greet, Args: []any{"scheduled"}, TaskQueue: queue},
	})
	check(t, err)
	fired := func() int {
		d, err := schedule.Describe(ctx)
		if err != nil {
			return -1
		}
		return d.Info.NumActions
	}
	if !poll(awaitDefault, func() bool { return fired() > 0 }) {
		t.Fatal("the schedule does not fire before the upgrade")
	}

	// The new program refuses the database as it is, and nothing is stopped.
	running := p.pid("temporal")
	p.program(now)
	p.exits(1, []string{"restart"}, "works with another", "stigmer local upgrade", "nothing was started or stopped")
	if p.pid("temporal") != running {
		t.Error("Temporal was replaced")
	}
	applied := p.setupAt()
	p.exits(0, []string{"upgrade", "--yes"}, "Upgraded: the database is one of Temporal", ".backup-")
	if again := p.setupAt(); applied == 0 || again <= applied {
		t.Errorf("the setup was applied at %d, and at %d after the upgrade", applied, again)
	}

	p.lists(ctx, c, `Customer = "ann"`, waits.GetID())
	p.lists(ctx, c, `ExecutionStatus = "Completed" AND WorkflowId = "`+closed.GetID()+`"`, closed.GetID())
	c.goesOn(ctx, waits, "after all")
	before := fired()
	if !poll(awaitDefault, func() bool { return fired() > before+1 }) {
		t.Errorf("the schedule fires no more: %d actions", before)
	}
	north := p.startWith(ctx, orders, "Region", "north", Wait)
	p.lists(ctx, orders, `Region = "north"`, north.GetID())
	orders.greets("another order") // the worker has been there all the time
	later := p.startWith(ctx, c, "Customer", "ben", Wait)
	p.lists(ctx, c, `Customer = "ben"`, later.GetID())
	p.exits(0, []string{"upgrade", "--yes"}, "already")

	// The old version can have its database back, and the other one is kept.
	p.exits(0, []string{"backup", "during"}, "Backed up as during")
	list := p.exits(0, []string{"backup", "--list"}, "during")
	name := strings.Fields(strings.Split(list, "\n")[1])[0]
	p.exits(0, []string{"restore", name, "--yes"}, "Restored", "Kept")
	p.exits(1, []string{"start"}, "works with another")
	p.program(old)
	p.exits(0, []string{"start"}, "Started")
	orders.greets("an order of before")
	p.exits(0, []string{"restore", "during", "--yes"})
	p.exits(1, []string{"start"}, "works with another", "restore")
	p.program(now)
	p.exits(0, []string{"start"}, "Started")
	p.lists(ctx, c, `Customer = "ben"`, later.GetID())
	p.stop()
}

// setupAt is when the setup was applied to the database, 0 if it was not.
func (p *place) setupAt() fsm.Instant {
	p.t.Helper()
	var document struct{ Database fsm.Database }
	check(p.t, json.Unmarshal([]byte(p.record()), &document))
	if document.Database.Setup.Fault != "" {
		return 0
	}
	return document.Database.Setup.At
}

// addAttribute adds a search attribute of keywords, and waits until it can be used.
func (p *place) addAttribute(ctx context.Context, c *sdkClient, namespace, name string) {
	p.t.Helper()
	_, err := c.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
		Namespace: namespace, SearchAttributes: map[string]enums.IndexedValueType{name: enums.INDEXED_VALUE_TYPE_KEYWORD},
	})
	check(p.t, err)
}

// startWith starts a workflow with a search attribute, which the server may not know for a moment.
func (p *place) startWith(ctx context.Context, c *sdkClient, name, value string, run any) (started client.WorkflowRun) {
	p.t.Helper()
	options := client.StartWorkflowOptions{TaskQueue: queue, TypedSearchAttributes: temporal.NewSearchAttributes(temporal.NewSearchAttributeKeyKeyword(name).ValueSet(value))}
	var err error
	if !poll(awaitDefault, func() bool { started, err = c.ExecuteWorkflow(ctx, options, run); return err == nil }) {
		p.t.Fatal(err)
	}
	return started
}

// lists waits until a query finds exactly these workflows.
func (p *place) lists(ctx context.Context, c *sdkClient, query string, want ...string) {
	p.t.Helper()
	var have []string
	var failed error
	ok := poll(awaitDefault, func() bool {
		have = nil
		answer, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: query})
		if failed = err; err == nil {
			for _, w := range answer.Executions {
				have = append(have, w.Execution.WorkflowId)
			}
		}
		return slices.Equal(have, want)
	})
	if !ok {
		p.t.Errorf("%s finds %q, not %q (%v)", query, have, want, failed)
	}
}

// TestUpgradeKilled kills an upgrade at each of its writes of the record, and at moments between them.
// The next start works, with the old program or the new, and no Temporal and no file is left.
func TestUpgradeKilled(t *testing.T) {
	t.Parallel()
	old, now := versions(t)
	p := newPlace(t, old)
	p.bin = plainStigmer(t)
	p.local("start")
	p.works("default")
	p.stop()
	base := p.home
	p.program(now)
	p.exits(1, []string{"start"}, "works with another") // the blueprint is made here, so that the rounds are short
	ended := map[string]int{}
	for round := range rounds(24) {
		p.env = append(p.env, "STIGMER_HOME="+base)
		p.move(filepath.Join(p.dir, fmt.Sprintf("round%d", round)))
		check(t, os.CopyFS(p.home, os.DirFS(base)))
		check(t, os.Chmod(p.home, 0o700))
		p.program(now)
		moment := p.killUpgrade(round)
		p.program(old)
		out, status := p.try("start")
		with := "old"
		if status != 0 {
			p.program(now)
			with = "new"
			if again, status := p.try("start"); status != 0 {
				t.Fatalf("round %d, %s: neither starts:\n%s\n%s", round, moment, out, again)
			}
		}
		ended[with]++
		p.works("default")
		p.stop()
		p.nothingRuns(moment)
		left, err := filepath.Glob(filepath.Join(p.home, "temporal-data", "*.next-*"))
		check(t, err)
		if len(left) > 0 {
			t.Errorf("round %d, %s: %q is left", round, moment, left)
		}
	}
	t.Logf("it went on with %v", ended)
}

// killUpgrade kills an upgrade at its round-th write, or so many parts of its usual time after it began.
func (p *place) killUpgrade(round int) (moment string) {
	p.t.Helper()
	writes, stop := watchWrites(p.home)
	defer stop()
	c := exec.Command(p.bin, "local", "upgrade", "--yes")
	c.Env = p.env
	check(p.t, c.Start())
	done := make(chan struct{})
	go func() { c.Wait(); close(done) }()
	after, n := (time.Duration(round) * 60 * time.Millisecond), round/2+1
	timer := make(<-chan time.Time)
	if round%2 == 0 {
		timer, n = time.After(after), 1<<30
	}
	for seen := 0; seen < n; {
		select {
		case <-writes:
			seen++
			moment = fmt.Sprintf("write %d", seen)
		case <-timer:
			moment, n = after.String(), 0
		case <-done:
			return "after its end"
		}
	}
	c.Process.Kill()
	<-done
	return moment
}

// TestUpgradeFails: whatever the new program does on the new file, the old one goes on with the old database.
func TestUpgradeFails(t *testing.T) {
	t.Parallel()
	old, now := versions(t)
	p := newPlace(t, old)
	p.local("start")
	c, _ := p.connect("default")
	ctx, cancel := context.WithTimeout(context.Background(), 4*clientPatience)
	defer cancel()
	waits := c.start(ctx, Wait)
	wrapper := filepath.Join(p.dir, "temporal")
	for what, does := range map[string]string{
		"ended before it served":                              `exit 3`,
		"workflow " + waits.GetID() + " of namespace default": `exec "$NEW" server start-dev --headless --ip 127.0.0.1 --port $6 --http-port $8 --metrics-port ${10} --db-filename ` + p.dir + `/other.db --log-level warn`,
	} {
		script := "#!/bin/sh\nNEW=" + now + "\ncase \"$*\" in *.next-*) " + does + ";; esac\nexec \"$NEW\" \"$@\"\n"
		check(t, os.WriteFile(wrapper, []byte(script), 0o700))
		generation := p.ask(".settings.temporal_bin")
		p.exits(1, []string{"upgrade", "--temporal-bin", wrapper, "--yes"}, what, "the database is as it was, and Temporal runs on it again as it did")
		if p.ask(".settings.temporal_bin") != generation {
			t.Errorf("%s: the program is %s", what, p.ask(".settings.temporal_bin"))
		}
		if left, err := filepath.Glob(p.database() + ".*-*"); err != nil || len(left) > 0 {
			t.Errorf("%s: %q is left (%v)", what, left, err)
		}
	}
	c.goesOn(ctx, waits, "after all")
	p.stop()
}
