package cmd

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// envOptions is what the flags of env say.
type envOptions struct {
	shell, profile, file, namespace string
	unset, force                    bool
}

func runEnv(c *cobra.Command, o *envOptions) error {
	profile := c.Flags().Changed("profile")
	if err := o.check(c, profile); err != nil {
		return usage(err)
	}
	if profile {
		return o.writeProfile(c)
	}
	sh := o.pickShell(c)
	if o.unset {
		sh.printUnset(c.OutOrStdout(), []variable{{name: addressVariable}, {name: namespaceVariable}})
		return nil
	}
	found, err := findContact()
	if err != nil {
		return err
	}
	warnContact(c, found, o.namespace)
	warnCompanions(c)
	sh.print(c.OutOrStdout(), []variable{{addressVariable, found.address()}, {namespaceVariable, o.namespace}})
	if terminal(c.OutOrStdout()) {
		fmt.Fprintf(c.OutOrStdout(), "# To have it done: "+sh.hint+"\n", c.CommandPath())
	}
	return nil
}

const (
	addressVariable   = "TEMPORAL_ADDRESS"
	namespaceVariable = "TEMPORAL_NAMESPACE"
)

func (o *envOptions) check(c *cobra.Command, profile bool) error {
	f := c.Flags()
	switch {
	case profile && (o.unset || f.Changed("shell")):
		return fmt.Errorf("--profile writes a file and prints no lines: it goes neither with --shell nor with --unset")
	case !profile && (f.Changed("file") || o.force):
		return fmt.Errorf("--file and --force are for --profile")
	case profile && !printable(o.profile):
		return badFlag("profile", "--profile %q is not a name", o.profile)
	case f.Changed("file") && o.file == "":
		return badFlag("file", "--file is empty")
	case o.namespace == "" || strings.ContainsAny(o.namespace, ", \t\n"):
		return badFlag("namespace", "--namespace %q is not a name", o.namespace)
	case f.Changed("shell") && !slices.Contains(shellNames, o.shell):
		return badFlag("shell", "--shell %q is none of %s", o.shell, strings.Join(shellNames, ", "))
	}
	return nil
}

// pickShell is the shell asked for, else that of $SHELL, else bash. A shell with
// another syntax is told, since its user would get lines that it cannot read.
func (o *envOptions) pickShell(c *cobra.Command) shell {
	if o.shell != "" {
		sh, _ := findShell(o.shell)
		return sh
	}
	program := os.Getenv("SHELL")
	sh, known := findShell(program)
	if !known && program != "" {
		warn(c, "$SHELL is %s, which is not known here: these lines are for bash (--shell chooses)", program)
	}
	return sh
}

// warn tells what would surprise: nothing to reach, or no such
// namespace as far as is known.
func warnContact(c *cobra.Command, found contact, namespace string) {
	if !found.runs {
		warn(c, "Temporal does not run; this is where it ran last. Try: stigmer local start")
	}
	if known := append([]string{"default"}, found.settings.Namespaces.List()...); !slices.Contains(known, namespace) {
		warn(c, "namespace %s was not asked for at the start (%s were)", namespace, strings.Join(known, ", "))
	}
}

// warnCompanions names the variables of the Temporal configuration that are set
// as well: an API key or TLS that is meant for a cluster would be used here too.
func warnCompanions(c *cobra.Command) {
	var set []string
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		for _, prefix := range []string{"TEMPORAL_API_KEY", "TEMPORAL_TLS", "TEMPORAL_CODEC_", "TEMPORAL_GRPC_META_"} {
			if strings.HasPrefix(name, prefix) {
				set = append(set, name)
			}
		}
	}
	if len(set) > 0 {
		slices.Sort(set)
		warn(c, "clients would use these for the local Temporal as well: %s", strings.Join(set, ", "))
	}
}

func printable(text string) bool {
	return text != "" && strings.TrimSpace(text) == text && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' })
}
