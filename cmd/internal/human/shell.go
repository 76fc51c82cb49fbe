package human

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// Shell is how one family of shells sets and removes variables. Values are
// quoted so that nothing in them can mean anything to the shell.
type Shell struct {
	// names are the programs of the family; the first are those of --shell.
	names      []string
	quote      func(string) string
	set, unset string
	// Hint is what a person types to have the lines carried out; %s is the command.
	Hint string
}

// A line of the POSIX family ends with a semicolon: it then works in an unquoted
// eval $(...) as well, where the shell joins the lines with blanks.
var shells = []Shell{
	{
		names: []string{"bash", "zsh", "sh", "dash", "ash", "ksh", "mksh", "busybox"},
		quote: quotePOSIX, set: "export %s=%s;", unset: "unset %s;", Hint: `eval "$(%s)"`,
	},
	{names: []string{"fish"}, quote: quoteFish, set: "set -gx %s %s;", unset: "set -e %s;", Hint: "%s | source"},
	{
		names: []string{"powershell", "pwsh"}, quote: quotePowerShell,
		set: "$Env:%s = %s", unset: "Remove-Item -ErrorAction SilentlyContinue Env:%s", Hint: "%s | Out-String | Invoke-Expression",
	},
}

// ShellNames are the values of --shell.
var ShellNames = []string{"bash", "zsh", "fish", "powershell"}

// FindShell finds a shell by the name or path of its program.
func FindShell(program string) (Shell, bool) {
	name := strings.TrimPrefix(filepath.Base(program), "-") // a login shell's
	i := slices.IndexFunc(shells, func(s Shell) bool { return slices.Contains(s.names, name) })
	if i < 0 {
		return shells[0], false
	}
	return shells[i], true
}

func quoteFish(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
}

// quotePowerShell doubles every character that PowerShell takes for a single
// quote, the typographic ones included (about_Quoting_Rules).
func quotePowerShell(text string) string {
	return "'" + strings.NewReplacer("'", "''", "‘", "‘‘", "’", "’’", "‚", "‚‚", "‛", "‛‛").Replace(text) + "'"
}

// Variable is one variable of the environment.
type Variable struct{ Name, Value string }

// Print writes the lines that set variables in this shell.
func (s Shell) Print(out io.Writer, variables []Variable) {
	for _, v := range variables {
		fmt.Fprintf(out, s.set+"\n", v.Name, s.quote(v.Value))
	}
}

// PrintUnset writes the lines that remove variables from this shell.
func (s Shell) PrintUnset(out io.Writer, variables []Variable) {
	for _, v := range variables {
		fmt.Fprintf(out, s.unset+"\n", v.Name)
	}
}
