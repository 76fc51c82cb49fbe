package profile

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
)

// ShellOutput is the form that a shell carries out, and the default of --output.
const ShellOutput = "shell"

// Outputs are the values of --output.
var Outputs = []string{ShellOutput, "dotenv", "json", "github"}

// printOutput prints variables in a form for programs.
func printOutput(out io.Writer, output string, variables []human.Variable) error {
	switch output {
	case "dotenv":
		return printDotenv(out, variables)
	case "json":
		values := map[string]string{}
		for _, v := range variables {
			values[v.Name] = v.Value
		}
		return cli.PrintJSON(out, values)
	}
	// A line of $GITHUB_ENV is taken as it is, quotes included. Only a value of several lines
	// would need another form, and no name of a namespace and no address has a second one.
	for _, v := range variables {
		fmt.Fprintf(out, "%s=%s\n", v.Name, v.Value)
	}
	return nil
}

// printDotenv prints lines that Docker Compose and the dotenv libraries read alike: docker run
// --env-file takes quotes as part of the value, so only what needs them has them; within single
// quotes nothing is expanded, and what a backslash or another quote means there differs.
func printDotenv(out io.Writer, variables []human.Variable) error {
	lines := make([]string, len(variables))
	for i, v := range variables {
		value := v.Value
		switch {
		case strings.ContainsAny(value, `'\`):
			return &cli.Problem{
				What:  fmt.Sprintf("%s is %s: readers of dotenv files disagree about a quote and a backslash", v.Name, value),
				Means: "no line was printed", Try: "stigmer local env -o json, or a namespace without them", Exit: cli.ExitUsage,
			}
		case strings.ContainsFunc(value, needsQuotes):
			value = "'" + value + "'"
		}
		lines[i] = v.Name + "=" + value + "\n"
	}
	_, err := io.WriteString(out, strings.Join(lines, ""))
	return err
}

// needsQuotes reports whether a reader of dotenv files may take a character for more than itself.
func needsQuotes(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._:/@%+-[]", r))
}

// checkOutput refuses what --output does not know, and what does not go with it.
func (o *Options) checkOutput(alone bool) error {
	switch {
	case !slices.Contains(Outputs, o.Output):
		return cli.BadFlag("output", "--output %q is none of %s", o.Output, strings.Join(Outputs, ", "))
	case o.Output != ShellOutput && !alone:
		return fmt.Errorf("--output %s prints lines for a program: it goes with none of --shell, --unset and --profile", o.Output)
	}
	return nil
}
