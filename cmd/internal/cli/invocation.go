package cli

import (
	"regexp"
	"strings"

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

// WithHome adds the variable that names the home to an environment, and takes away the name, which
// it would exclude.
func WithHome(env []string, home statefile.Home) []string {
	return append(env, homeVariable+"="+string(home), nameVariable+"=")
}

// commandLine is the beginning of a command in a text, with the home that the text itself names for it.
var commandLine = regexp.MustCompile(`(STIGMER_HOME=('[^']*'|[^ '])+ )?stigmer local `)

// ForThisHome has the commands that a text advises name the home by the flags that named it to
// this process.
func ForThisHome(text string) string {
	words := homeWords()
	if words == nil {
		return text
	}
	return commandLine.ReplaceAllStringFunc(text, func(command string) string {
		if strings.HasPrefix(command, homeVariable) {
			return command
		}
		return command + strings.Join(words, " ") + " "
	})
}
