package config

import (
	"fmt"
	"unicode/utf8"

	"github.com/stigmer/local/cmd/internal/cli"
)

// CheckHomeText refuses a home that is not UTF-8 by HOME or by the working folder, before it is
// made.
func CheckHomeText() error {
	path, err := cli.HomePath()
	if err != nil || utf8.ValidString(path) {
		return err
	}
	return &cli.Problem{
		What:  fmt.Sprintf("the home %q is not valid UTF-8", path),
		Means: "its record could not have that name, and Temporal does not start from such a path; nothing was changed",
		Try:   "another home: STIGMER_HOME=DIR", Exit: cli.ExitUsage,
	}
}
