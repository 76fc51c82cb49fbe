package profile

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/cmd/internal/inspect"
)

// Options is what the flags of env say.
type Options struct {
	Shell, Profile, File, Namespace, Output string
	Unset, Force                            bool
}

// Run prints the variables that lead a client to Temporal, or writes them into a profile.
func Run(c *cobra.Command, o *Options) error {
	profile := c.Flags().Changed("profile")
	if err := o.check(c, profile); err != nil {
		return cli.UsageProblem(err)
	}
	if profile {
		return o.writeProfile(c)
	}
	if o.Unset {
		o.pickShell(c).PrintUnset(c.OutOrStdout(), inspect.ClientVariables)
		return nil
	}
	found, err := inspect.FindContact()
	if err != nil {
		return err
	}
	warnContact(c, found, o.Namespace)
	inspect.WarnCompanions(c)
	if o.Output != ShellOutput {
		return printOutput(c.OutOrStdout(), o.Output, found.Variables(o.Namespace))
	}
	sh := o.pickShell(c)
	sh.Print(c.OutOrStdout(), found.Variables(o.Namespace))
	if cli.Terminal(c.OutOrStdout()) {
		fmt.Fprintf(c.OutOrStdout(), "# To have it done: "+sh.Hint+"\n", c.CommandPath())
	}
	return nil
}

func (o *Options) check(c *cobra.Command, profile bool) error {
	f := c.Flags()
	switch {
	case profile && (o.Unset || f.Changed("shell")):
		return fmt.Errorf("--profile writes a file and prints no lines: it goes neither with --shell nor with --unset")
	case !profile && (f.Changed("file") || o.Force):
		return fmt.Errorf("--file and --force are for --profile")
	case profile && !printable(o.Profile):
		return cli.BadFlag("profile", "--profile %q is not a name", o.Profile)
	case f.Changed("file") && o.File == "":
		return cli.BadFlag("file", "--file is empty")
	// A line break or another control character would be a line of its own where the lines go.
	case o.Namespace == "" || strings.ContainsAny(o.Namespace, ", ") || !printable(o.Namespace):
		return cli.BadFlag("namespace", "--namespace %q is not a name", o.Namespace)
	case f.Changed("shell") && !slices.Contains(human.ShellNames, o.Shell):
		return cli.BadFlag("shell", "--shell %q is none of %s", o.Shell, strings.Join(human.ShellNames, ", "))
	}
	return o.checkOutput(!profile && !o.Unset && !f.Changed("shell"))
}

// pickShell is the shell of --shell, else that of $SHELL, else bash. It warns of a shell with
// another syntax, since that could not read the lines.
func (o *Options) pickShell(c *cobra.Command) human.Shell {
	if o.Shell != "" {
		sh, _ := human.FindShell(o.Shell)
		return sh
	}
	program := os.Getenv("SHELL")
	sh, known := human.FindShell(program)
	if !known && program != "" {
		cli.Warn(c, "$SHELL is %s, which is not known here: these lines are for bash (--shell chooses)", program)
	}
	return sh
}

// warnContact warns of what would surprise: nothing to reach, or no such
// namespace as far as is known.
func warnContact(c *cobra.Command, found inspect.Contact, namespace string) {
	if !found.Runs {
		cli.Warn(c, "Temporal does not run; this is where it ran last. Try: stigmer local start")
	}
	if known := append([]string{"default"}, found.Settings.Namespaces.List()...); !slices.Contains(known, namespace) {
		cli.Warn(c, "namespace %s was not asked for at the start (%s were)", namespace, strings.Join(known, ", "))
	}
}

func printable(text string) bool {
	return text != "" && strings.TrimSpace(text) == text && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' })
}
