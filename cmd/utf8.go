package cmd

import (
	"fmt"
	"unicode/utf8"
)

// checkText refuses what is not UTF-8: the record, which is JSON, would have another text
// in its place, and Temporal itself ends at its start (seen with 1.5.1).
func (o *options) checkText() error {
	texts := map[string][]string{
		"db": {o.settings.DB}, "temporal-bin": {o.settings.TemporalBin}, "namespace": o.namespaces, passEnvFlag: o.passEnv,
	}
	for flag, values := range texts {
		for _, value := range values {
			if !utf8.ValidString(value) {
				return badFlag(flag, "--%s %q is not valid UTF-8", flag, value)
			}
		}
	}
	return nil
}

// checkHomeText is checkText for the home, before it is made.
func checkHomeText() error {
	path, err := homePath()
	if err != nil || utf8.ValidString(path) {
		return err
	}
	return &Problem{
		What:  fmt.Sprintf("the home %q is not valid UTF-8", path),
		Means: "its record could not have that name, and Temporal does not start from such a path; nothing was changed",
		Try:   "another home: STIGMER_HOME=DIR", Exit: ExitUsage,
	}
}
