package cmd

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/mattn/go-isatty"
)

// checkOutput refuses what --output does not know.
func checkOutput(output string) error {
	if output != "text" && output != "json" {
		return usage(fmt.Errorf("--output %q is neither text nor json", output))
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
