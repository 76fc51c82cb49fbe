package cmd

import (
	"encoding/json"
	"io"
	"os"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// outputFlag declares --output of a command that prints text or JSON.
func outputFlag(c *cobra.Command, output *string) {
	c.Flags().StringVarP(output, "output", "o", "text", "text or json")
}

// checkOutput refuses what --output does not know.
func checkOutput(output string) error {
	if output != "text" && output != "json" {
		return usage(badFlag("output", "--output %q is neither text nor json", output))
	}
	return nil
}

// printJSON prints a report as indented JSON, with its texts as they are.
func printJSON(out io.Writer, report any) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(report)
}

// terminal reports whether somebody reads or types at a stream.
func terminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && isatty.IsTerminal(file.Fd())
}

// columns is how many characters fit into a line of a terminal; one that does not
// know is the usual one.
func columns(out io.Writer) int {
	if file, ok := out.(*os.File); ok {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return 80
}
