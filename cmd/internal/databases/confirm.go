package databases

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/cmd/internal/cli"
)

// confirm shows what would be done and asks, unless the user said yes. It refuses where no terminal can
// answer. Undone is what did not happen if the user does not confirm it.
func confirm(c *cobra.Command, yes bool, what, undone string) error {
	if yes {
		return nil
	}
	if !cli.Terminal(c.InOrStdin()) {
		return &cli.Problem{
			What:  c.Name() + " asks before it does anything, and there is no terminal to ask on",
			Means: "nothing was " + undone,
			Try:   "the same command with --yes", Exit: cli.ExitUsage,
		}
	}
	out := c.ErrOrStderr()
	ctx, stop := cli.WithSignals(context.Background())
	defer stop()
	fmt.Fprint(out, what, " Go on? [y/N] ") // from now on a signal is an answer
	answer, err := readAnswer(ctx, c.InOrStdin())
	if errors.Is(err, io.EOF) {
		fmt.Fprintln(out) // after Ctrl-D the cursor stands behind the question
	}
	switch {
	case errors.Is(err, context.Canceled):
		fmt.Fprintf(out, "\nNothing was %s.\n", undone)
		return cli.Status(cli.ExitInterrupted)
	case err != nil && !errors.Is(err, io.EOF):
		return cli.SystemProblem(err, "nothing was "+undone)
	case answer == "y", answer == "yes":
		return nil
	}
	fmt.Fprintf(out, "Nothing was %s.\n", undone)
	return cli.Status(cli.ExitFailed)
}

// readAnswer returns the line that the user types, in small letters; context.Canceled where ctx
// ended instead.
func readAnswer(ctx context.Context, in io.Reader) (string, error) {
	var line string
	read := make(chan error, 1)
	go func() { // after a signal it ends with the process: a read cannot be cancelled
		text, err := bufio.NewReader(in).ReadString('\n')
		line = strings.ToLower(strings.TrimSpace(text))
		read <- err
	}()
	select {
	case err := <-read:
		return line, err
	case <-ctx.Done():
		return "", context.Canceled
	}
}
