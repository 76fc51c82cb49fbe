package service

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/stigmer/local/cmd/internal/human"
)

// toolCall is one call of the manager's tool, and what its exit statuses mean.
type toolCall struct {
	words []string
	// done are the exit statuses of success, 0 alone if there are none.
	done []int
	// busy are the statuses for which the call is repeated, for as long as within says,
	// and unmet is the error after that: a tool that does not wait is waited for.
	busy   []int
	within time.Duration
	unmet  string
}

// toolPause is the pause before a call is repeated.
const toolPause = 100 * time.Millisecond

// toolPatience bounds what the manager's tool may take: a stop that it waits for
// lasts as long as Temporal's grace period.
func toolPatience() time.Duration { return time.Duration(stopWithin())*time.Second + 30*time.Second }

// run makes the call until it is done, and returns what the tool says against it.
func (call toolCall) run() (string, error) {
	for began := time.Now(); ; time.Sleep(toolPause) {
		out, err := output(call.words, toolPatience())
		status := exitStatus(err)
		switch busy := slices.Contains(call.busy, status); {
		case busy && time.Since(began) < call.within:
			continue
		case busy && err == nil:
			return "", fmt.Errorf("%s, after %s", call.unmet, human.FormatDuration(call.within))
		case busy:
			return out, fmt.Errorf("%w: %s, after %s", err, call.unmet, human.FormatDuration(call.within))
		case err == nil, slices.Contains(call.done, status):
			return "", nil
		}
		return out, err
	}
}

// exitStatus is that of a program which returned err, -1 for one that did not exit.
func exitStatus(err error) int {
	if err == nil {
		return 0
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	return -1
}

// output runs a program and returns what it says.
func output(command []string, patience time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.WaitDelay = time.Second
	out, err := c.CombinedOutput()
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = fmt.Errorf("it did not end within %s", patience)
	}
	return strings.TrimSpace(string(out)), err
}
