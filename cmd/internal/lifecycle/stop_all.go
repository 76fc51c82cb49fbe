package lifecycle

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/fsm"
)

// AllStopped is what stop --all -o json prints.
type AllStopped struct {
	Schema int `json:"schema"`
	// Results are those of the homes in which there was something to stop.
	Results []Result `json:"results"`
}

// StopAll stops homes side by side, each by a stop in a process of its own: a command drives one
// home, and signals are sent to a driver by its PID. how is the flag that says how. It prints a line for each as soon as that is
// stopped. A home that cannot be stopped keeps none of the others from it.
func StopAll(c *cobra.Command, homes []inspect.HomeReport, how string) error {
	c.SetContext(context.WithValue(c.Context(), endingKey{}, &ending{})) // it prints its result itself
	ctx, stop := cli.WithSignals(c.Context())
	defer stop()
	results := make([]Result, len(homes))
	var all sync.WaitGroup
	var printing sync.Mutex
	for i, home := range homes {
		all.Go(func() {
			results[i] = stopOne(ctx, c, home, how)
			printing.Lock()
			defer printing.Unlock()
			printStopped(c, results[i])
		})
	}
	all.Wait()
	if cli.PrintsJSON(c) {
		if err := cli.PrintJSON(c.OutOrStdout(), AllStopped{Schema: ResultSchema, Results: results}); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return interrupted(fsm.Command{Verb: fsm.VerbStop})
	}
	return notAllStopped(results)
}

// stopOne runs a stop of one home in a child process, and returns what that printed.
func stopOne(ctx context.Context, c *cobra.Command, home inspect.HomeReport, how string) Result {
	result := Result{Schema: ResultSchema, Command: c.Name(), Outcome: OutcomeFailed, HomeReport: home, Next: []string{}}
	exe, err := os.Executable()
	if err == nil {
		child := exec.CommandContext(ctx, exe, append(cli.WordsTo(c), "--"+cli.HomeFlag+"="+home.Home, how, "--output=json")...)
		var printed, words bytes.Buffer
		child.Args[0], child.Stdout, child.Stderr = os.Args[0], &printed, &words
		child.Cancel = func() error { return child.Process.Signal(syscall.SIGINT) }
		err = child.Run()
		if json.Unmarshal(printed.Bytes(), &result) == nil {
			return result
		}
		if text := strings.TrimSpace(words.String()); text != "" {
			err = fmt.Errorf("%w: %s", err, text)
		}
	}
	result.Error = &ErrorReport{Code: "failed", What: fmt.Sprintf("the stop of %s could not be run to its end: %v", home.Home, err), Means: "whether it was stopped is not known", Try: stopOf(home), Details: []string{}, Exit: cli.ExitFailed}
	return result
}

func printStopped(c *cobra.Command, r Result) {
	switch {
	case cli.PrintsJSON(c):
	case r.Error != nil:
		fmt.Fprintf(c.ErrOrStderr(), "%s: not stopped: %s\n", r.label(), r.Error.What)
	case r.Outcome == OutcomeStopped:
		how := ""
		if r.Killed {
			how = ", by SIGKILL"
		}
		fmt.Fprintf(cli.Success(c), "%s: stopped in %.1fs%s.\n", r.label(), time.Duration(r.TookMS*int64(time.Millisecond)).Seconds(), how)
	default:
		fmt.Fprintf(cli.Success(c), "%s: nothing ran.\n", r.label())
	}
}

// notAllStopped names the homes that could not be stopped, nil if there is none.
func notAllStopped(results []Result) error {
	var names, tries []string
	for _, r := range results {
		if r.Error != nil {
			names, tries = append(names, r.label()), append(tries, stopOf(r.HomeReport))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return &cli.Problem{
		What:  fmt.Sprintf("%d of %d homes could not be stopped: %s", len(names), len(results), strings.Join(names, ", ")),
		Means: "the others are stopped", Try: tries[0] + ", which says more", Exit: cli.ExitFailed,
	}
}

func (r Result) label() string {
	if r.Name != "" {
		return r.Name
	}
	return r.Home
}

// stopOf is the command that stops one home.
func stopOf(h inspect.HomeReport) string {
	if h.Name != "" {
		return "stigmer local stop --" + cli.NameFlag + " " + h.Name
	}
	return "stigmer local stop --" + cli.HomeFlag + " " + human.ShellWord(h.Home)
}
