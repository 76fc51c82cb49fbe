package config

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/stigmer/local/actions/environment"
	"github.com/stigmer/local/actions/logfile"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/fsm"
)

// PassEnvFlag names the flag that lets variables through to Temporal.
const PassEnvFlag = "pass-env"

// Lent returns what this command lends to Temporal of its environment. Its error is a Problem:
// the record has no room for that much.
func (o *Options) Lent() (fsm.Environment, error) {
	lent := environment.Lend(os.Environ(), o.Settings.PassEnv.List())
	if size := len(lent.Lent); size > environment.Limit {
		return lent, &cli.Problem{
			What:  fmt.Sprintf("the variables for Temporal have %d bytes, more than the %d that are kept", size, environment.Limit),
			Means: "a restart could not give Temporal the same ones; nothing was changed",
			Try:   "shorter ones: the longest is " + longest(lent.Lent.List()) + "; or fewer: --" + PassEnvFlag, Exit: cli.ExitUsage,
		}
	}
	return lent, nil
}

// longest names the longest of some variables.
func longest(entries []string) string {
	entry := slices.MaxFunc(entries, func(a, b string) int { return len(a) - len(b) })
	name, _, _ := strings.Cut(entry, "=")
	return name
}

// KeepLent takes pass-env from what a restart was given, unless it was typed or differs from
// the record: a variable or the settings file that only repeats the recorded patterns must not
// make each restart from another shell change what Temporal gets.
func (o *Options) KeepLent(r fsm.Record) {
	if o.origins[PassEnvFlag].layer == layerFlag || r.Settings.PassEnv != o.Settings.PassEnv {
		return
	}
	given := o.Given.List()
	o.Given = fsm.MakeNames(slices.DeleteFunc(given, func(name string) bool { return name == PassEnvFlag }))
}

// WithheldWords says what was kept away from a Temporal, and how to let it through. It is
// empty if nothing was.
func WithheldWords(e fsm.Environment) string {
	withheld := e.Withheld.List()
	if len(withheld) == 0 {
		return ""
	}
	way := "--" + PassEnvFlag + " NAME lets a variable through"
	if slices.ContainsFunc(withheld, environment.IsPreset) {
		way += "; what a preset has is given to start as settings"
	}
	return logfile.Printable("kept away from Temporal: " + strings.Join(withheld, ", ") + " (" + way + ")")
}
