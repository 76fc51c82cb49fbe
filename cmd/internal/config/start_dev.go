package config

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stigmer/local/cmd/internal/cli"
)

// presetFlags and clientFlags are flags of the Temporal CLI that it takes with start-dev, too. They
// have no use here.
var (
	presetFlags = []string{"env", "env-file", "config-file", "profile", "disable-config-file", "disable-config-env"}
	clientFlags = []string{"color", "time-format", "no-json-shorthand-payloads", "command-timeout", "client-connect-timeout"}
)

// sharedNames are flags that the Temporal CLI has, too, with other values, and what they are here.
var sharedNames = map[string]string{
	cli.LogFormatFlag: "text or json, for this command's log; the form of Temporal's is --" + LogFormatFlag,
	cli.OutputName:    "text or json, for this command's result; what Temporal prints is in its log",
}

// FlagError turns an error of parsing the flags of start into a Problem. A user may have typed what start-dev
// takes.
func FlagError(c *cobra.Command, err error) error {
	if bad, ok := errors.AsType[*pflag.InvalidValueError](err); ok && sharedNames[bad.GetFlag().Name] != "" {
		name := bad.GetFlag().Name
		p := cli.UsageProblem(cli.BadValue("--"+name, err))
		p.Try = sharedNames[name]
		return p
	}
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return cli.UsageError(c, err)
	}
	p := cli.UsageProblem(err)
	switch name := unknown.GetSpecifiedName(); {
	case name == "log-level":
		p.Means = "the log of Temporal is not that of this command; nothing was changed"
		p.Try = "--" + LogLevelFlag + " LEVEL for Temporal's; --verbose or --quiet for this command's"
	case slices.Contains(presetFlags, name):
		p.Means = "presets of the Temporal CLI are ignored, so that nothing else decides how Temporal runs; nothing was changed"
		p.Try = "the settings themselves, as flags or in the file that stigmer local config path prints"
	case slices.Contains(clientFlags, name):
		p.Means = "it is about the Temporal CLI's own output and calls, and changes nothing of a server; nothing was changed"
		p.Try = "the same command without it"
	default:
		p.Try += "; a flag of Temporal that stigmer does not know: --temporal-arg FLAG"
	}
	return p
}
