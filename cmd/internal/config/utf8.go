package config

import (
	"fmt"
	"unicode/utf8"

	"github.com/stigmer/local/cmd/internal/cli"
)

// checkText refuses a name that is not UTF-8: the record, which is JSON, would have another
// text in its place, and Temporal itself ends at its start (seen with 1.5.1). Of paths
// expandPath refuses it.
func (o *Options) checkText() error {
	for flag, values := range map[string][]string{"namespace": o.namespaces, PassEnvFlag: o.passEnv} {
		for _, value := range values {
			if !utf8.ValidString(value) {
				return cli.BadFlag(flag, "--%s %q is not valid UTF-8", flag, value)
			}
		}
	}
	return nil
}

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
