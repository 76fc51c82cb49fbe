package cli

import (
	"github.com/spf13/cobra"
	"github.com/stigmer/local/statefile"
)

// WordsTo are the arguments with which this program runs c. They are not in
// c.CommandPath, where a program may show itself by a name of several words.
func WordsTo(c *cobra.Command) []string {
	if !c.HasParent() {
		return nil
	}
	return append(WordsTo(c.Parent()), c.Name())
}

// WithHome adds the variable that names the home to an environment.
func WithHome(env []string, home statefile.Home) []string {
	return append(env, homeVariable+"="+string(home))
}
