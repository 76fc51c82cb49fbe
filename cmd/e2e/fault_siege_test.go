package e2e_test

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

// siege is a home whose commands and processes are killed, stopped, run side by
// side and lied to. Every command has a deadline, and a guard watches throughout
// that there are never two Temporals.
type siege struct {
	*place
	rand *rand.Rand
	// as is the user whose commands these are, nil for the test's own.
	as *syscall.SysProcAttr
}

// commandDeadline is what no command may take, whatever happened to the home.
const commandDeadline = 90 * time.Second

// besiege runs a test on the fake Temporal and on the real one. Both are kept by the
// program as it is shipped, where the test does not take the one that is raced.
func besiege(t *testing.T, test func(h *siege)) {
	t.Parallel()
	t.Run("fake", func(t *testing.T) { t.Parallel(); test(newSiege(t, false)) })
	t.Run("real", func(t *testing.T) { t.Parallel(); test(newSiege(t, true)) })
}

// newSiege makes the home, empty. The seed of all that is drawn is printed, and
// STIGMER_SEED sets it.
func newSiege(t *testing.T, real bool) *siege {
	t.Helper()
	make := fakePlace
	if real {
		make = realPlace
	}
	base := make(t)
	base.bin = plainStigmer(t)
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("STIGMER_SEED"); text != "" {
		var err error
		seed, err = strconv.ParseUint(text, 10, 64)
		check(t, err)
	}
	t.Logf("STIGMER_SEED=%d", seed)
	name := fnv.New64()
	fmt.Fprint(name, t.Name())
	h := &siege{place: base, rand: rand.New(rand.NewPCG(seed, name.Sum64()))}
	check(t, os.Mkdir(h.home, 0o700))
	h.guard()
	return h
}

func plainStigmer(t *testing.T) string {
	t.Helper()
	bin, err := buildPlain()
	check(t, err)
	return bin
}

// rounds is how often a loop runs: STIGMER_SOAK times, if that is more.
func rounds(usual int) int {
	soak, _ := strconv.Atoi(os.Getenv("STIGMER_SOAK"))
	return max(usual, soak)
}

// soaks reports whether there is time for everything.
func soaks() bool { return rounds(0) > 0 }

// drawn is all of a table where there is time, else n that are drawn, in either
// case in an order that is drawn.
func drawn[T any](h *siege, n int, all []T) []T {
	some := slices.Clone(all)
	h.rand.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
	if soaks() {
		return some
	}
	return some[:min(n, len(some))]
}

// rows is a table, each of whose rows is tried in every run: all of it on the fake
// Temporal, and some that are drawn on the real one, unless there is time for all.
func rows[T any](h *siege, all []T) []T {
	if h.real() {
		return drawn(h, (len(all)+4)/5, all)
	}
	return drawn(h, len(all), all)
}

// runningCommand is a command that runs. Wait for it with result.
type runningCommand struct {
	*exec.Cmd
	verb string
	out  strings.Builder
	done chan struct{} // closed by the goroutine that waits for the process
}

// result is how a command ended: its status, -1 if a signal ended it.
type result struct {
	verb, out string
	code      int
	took      time.Duration
}

func (r result) String() string {
	return fmt.Sprintf("stigmer local %s: exit %d after %s\n%s", r.verb, r.code, r.took.Round(time.Millisecond), r.out)
}

// ask starts a command. A process that still has its output open after its end holds back the
// result for WaitDelay, which is then an error.
func (h *siege) ask(args ...string) *runningCommand {
	return h.askOf(exec.Command(h.bin, append([]string{"local"}, args...)...), args...)
}

// askOf is ask for a command line that ends in the asked command.
func (h *siege) askOf(c *exec.Cmd, args ...string) *runningCommand {
	a := &runningCommand{Cmd: c, verb: strings.Join(args, " "), done: make(chan struct{})}
	a.Env, a.Stdout, a.Stderr, a.WaitDelay = h.env, &a.out, &a.out, awaitDefault
	a.SysProcAttr = h.as
	if err := a.Start(); err != nil {
		panic(err)
	}
	go func() { // ends with the process
		if err := a.Wait(); errors.Is(err, exec.ErrWaitDelay) {
			fmt.Fprintln(&a.out, "a process keeps the command's output open")
		}
		close(a.done)
	}()
	return a
}

// result waits for the end. A command over its deadline, one that crashed and
// one that a race ended are errors of the test. It may be called from any goroutine.
func (h *siege) result(a *runningCommand) result {
	began := time.Now()
	select {
	case <-a.done:
	case <-time.After(commandDeadline):
		a.Process.Kill()
		<-a.done
		h.t.Errorf("stigmer local %s did not end within %s\n%s", a.verb, commandDeadline, a.out.String())
	}
	r := result{a.verb, a.out.String(), a.ProcessState.ExitCode(), time.Since(began)}
	for _, sign := range append(h.faults(), "keeps the command's output open") {
		if strings.Contains(r.out, sign) {
			h.t.Errorf("%s in %s", sign, r)
		}
	}
	return r
}

func (h *siege) run(args ...string) result { return h.result(h.ask(args...)) }

// must runs a command that has to end with one of the statuses.
func (h *siege) must(args []string, codes ...int) result {
	h.t.Helper()
	r := h.run(args...)
	if !slices.Contains(codes, r.code) {
		h.t.Fatalf("not one of %v: %s", codes, r)
	}
	return r
}

// up starts, and checks what start promises.
func (h *siege) up() {
	h.t.Helper()
	h.must([]string{"start"}, 0)
	h.isUp()
}

// down stops soon what a round is done with, and checks what stop promises.
func (h *siege) down() {
	h.t.Helper()
	h.must(stopSoon, 0)
	h.isDown()
}

// isUp checks that one Temporal serves, and that state says so.
func (h *siege) isUp() {
	h.t.Helper()
	if answer, err := askHealth(h.address); err != nil || answer != healthpb.HealthCheckResponse_SERVING {
		h.t.Fatalf("health %s, %v", answer, err)
	}
	if list := h.temporals(); len(list) != 1 {
		h.t.Fatalf("Temporals: %v", list)
	}
	h.must([]string{"state"}, 0)
}

// isDown checks that nothing of Temporal is left, at once, and soon nothing else.
func (h *siege) isDown() {
	h.t.Helper()
	if list := h.temporals(); len(list) != 0 {
		h.t.Fatalf("Temporals are left: %v", list)
	}
	h.must([]string{"state"}, 3)
	if left := h.stragglers(awaitDefault); len(left) > 0 {
		h.t.Fatalf("left behind:\n%s", strings.Join(left, "\n"))
	}
}

// converges lets one undisturbed command set everything right.
func (h *siege) converges(verb string) {
	h.t.Helper()
	switch verb {
	case "stop":
		h.must([]string{verb}, 0)
		h.isDown()
	case "state":
		if r := h.must([]string{"state"}, 0, 3, 4, 8, 9); r.code == 4 && (len(h.temporals()) > 0 || !strings.Contains(r.out, "another PID namespace")) {
			h.t.Fatalf("it is known: %s", r)
		}
		h.up()
	default:
		h.must([]string{verb}, 0)
		h.isUp()
	}
}

func (h *siege) anyVerb() string {
	return []string{"start", "stop", "restart", "state"}[h.rand.IntN(4)]
}
