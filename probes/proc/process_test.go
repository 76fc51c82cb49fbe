package proc

import (
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/childtest"
)

func TestIdentify(t *testing.T) {
	child := childtest.Start(t, "an argument")
	got, err := Identify(child.PID)
	check(t, err)
	boot, err := Boot()
	check(t, err)
	group, err := syscall.Getpgid(child.PID) // 0 for one outside of this PID namespace
	check(t, err)
	if got.PID != child.PID || got.PGID != group || got.StartTicks == 0 || got.Boot != boot {
		t.Errorf("Identify = %+v", got)
	}
	self, err := os.Executable()
	check(t, err)
	if got.Exe != self {
		t.Errorf("Exe = %q, want %q", got.Exe, self)
	}
	if age := time.Now().UnixMilli() - int64(got.StartedAt); age < -100 || age > 60_000 {
		t.Errorf("StartedAt is %d ms ago", age)
	}
	if !Alive(got) {
		t.Error("not Alive")
	}
	for name, other := range map[string]fsm.Process{
		"a reused PID": {PID: got.PID, StartTicks: got.StartTicks + 1, Boot: got.Boot},
		"another boot": {PID: got.PID, StartTicks: got.StartTicks, Boot: "x"},
		"no process":   {},
	} {
		if Alive(other) {
			t.Errorf("%s is Alive", name)
		}
	}
}

func TestWhatAProcessWasGiven(t *testing.T) {
	child := childtest.Start(t, "an argument")
	if args := Args(child.PID); !slices.Equal(args, child.Args) {
		t.Errorf("Args = %q, want %q", args, child.Args)
	}
	if line := CommandLine(child.PID); !strings.HasSuffix(line, " an argument") {
		t.Errorf("CommandLine = %q", line)
	}
	if home := Instance(child.PID); home != childtest.Home {
		t.Errorf("Instance = %q", home)
	}
}

func TestIdentifyNobody(t *testing.T) {
	for _, pid := range []int{0, -1, 1, math.MinInt32, math.MaxInt32, math.MaxInt} {
		if p, err := Identify(pid); !errors.Is(err, ErrNoProcess) {
			t.Errorf("Identify(%d) = %+v, %v", pid, p, err)
		}
	}
	if Args(math.MaxInt32) != nil || Executable(math.MaxInt32) != "" || Instance(math.MaxInt32) != "" {
		t.Error("no process was given something")
	}
}

func BenchmarkIdentify(b *testing.B) {
	for b.Loop() {
		if _, err := Identify(os.Getpid()); err != nil {
			b.Fatal(err)
		}
	}
}
