package cmd

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/actions/environment"
	"github.com/stigmer/local/fsm"
)

const passEnvFlag = "pass-env"

// lent returns what this command lends to Temporal of its environment. Its error is a Problem:
// the record has no room for that much.
func (o *options) lent() (fsm.Environment, error) {
	lent := environment.Lend(os.Environ(), o.settings.PassEnv.List())
	if size := len(lent.Lent); size > environment.Limit {
		return lent, &Problem{
			What:  fmt.Sprintf("the variables for Temporal have %d bytes, more than the %d that are kept", size, environment.Limit),
			Means: "a restart could not give Temporal the same ones; nothing was changed",
			Try:   "shorter ones: the longest is " + longest(lent.Lent.List()) + "; or fewer: --" + passEnvFlag, Exit: ExitUsage,
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

// keepLent takes pass-env from what a restart was given, unless it was typed or differs from
// the record: a variable or the settings file that only repeats the recorded patterns must not
// make each restart from another shell change what Temporal gets.
func (o *options) keepLent(r fsm.Record) {
	if o.origins[passEnvFlag].layer == layerFlag || r.Settings.PassEnv != o.settings.PassEnv {
		return
	}
	given := o.given.List()
	o.given = fsm.MakeNames(slices.DeleteFunc(given, func(name string) bool { return name == passEnvFlag }))
}

// withheldWords says what was kept away from a Temporal, and how to let it through. It is
// empty if nothing was.
func withheldWords(e fsm.Environment) string {
	withheld := e.Withheld.List()
	if len(withheld) == 0 {
		return ""
	}
	way := "--" + passEnvFlag + " NAME lets a variable through"
	if slices.ContainsFunc(withheld, environment.IsPreset) {
		way += "; what a preset has is given to start as settings"
	}
	return actions.Printable("kept away from Temporal: " + strings.Join(withheld, ", ") + " (" + way + ")")
}
