package cmd

import (
	"github.com/spf13/cobra"
	"github.com/stigmer/local/statefile"
)

// wordsTo are the words by which this program is told to run c. They are not in
// c.CommandPath, where a program may show itself by a name of several words.
func wordsTo(c *cobra.Command) []string {
	if !c.HasParent() {
		return nil
	}
	return append(wordsTo(c.Parent()), c.Name())
}

func withHome(env []string, home statefile.Home) []string {
	return append(env, "STIGMER_HOME="+string(home))
}
