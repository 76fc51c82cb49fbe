package cmd

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// shell is how one family of shells sets and removes variables. Values are
// quoted so that nothing in them can mean anything to the shell.
type shell struct {
	// names are the programs of the family; the first are those of --shell.
	names      []string
	quote      func(string) string
	set, unset string
	// hint is what a person types to have the lines carried out; %s is the command.
	hint string
}

// A line of the POSIX family ends with a semicolon: it then works in an unquoted
// eval $(...) as well, where the shell joins the lines with blanks.
var shells = []shell{
	{
		names: []string{"bash", "zsh", "sh", "dash", "ash", "ksh", "mksh", "busybox"},
		quote: quotePOSIX, set: "export %s=%s;", unset: "unset %s;", hint: `eval "$(%s)"`,
	},
	{names: []string{"fish"}, quote: quoteFish, set: "set -gx %s %s;", unset: "set -e %s;", hint: "%s | source"},
	{
		names: []string{"powershell", "pwsh"}, quote: quotePowerShell,
		set: "$Env:%s = %s", unset: "Remove-Item -ErrorAction SilentlyContinue Env:%s", hint: "%s | Out-String | Invoke-Expression",
	},
}

// shellNames are the values of --shell.
var shellNames = []string{"bash", "zsh", "fish", "powershell"}

// findShell finds a shell by the name or path of its program.
func findShell(program string) (shell, bool) {
	name := strings.TrimPrefix(filepath.Base(program), "-") // a login shell's
	i := slices.IndexFunc(shells, func(s shell) bool { return slices.Contains(s.names, name) })
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

// variable is one variable of the environment.
type variable struct{ name, value string }

func (s shell) print(out io.Writer, variables []variable) {
	for _, v := range variables {
		fmt.Fprintf(out, s.set+"\n", v.name, s.quote(v.value))
	}
}

func (s shell) printUnset(out io.Writer, variables []variable) {
	for _, v := range variables {
		fmt.Fprintf(out, s.unset+"\n", v.name)
	}
}
