package config

import (
	"github.com/spf13/pflag"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/fsm"
)

// The settings of Temporal's log.
const (
	LogLevelFlag  = "temporal-log-level"
	LogFormatFlag = "temporal-log-format"
)

// LogLevels and LogFormats are what every Temporal CLI takes for them since 1.0.
var (
	LogLevels  = []string{"debug", "info", "warn", "error", "never"}
	LogFormats = []string{"text", "json"}
)

func (o *Options) logFlags(f *pflag.FlagSet) {
	log := &o.Settings.ServerLog
	*log = fsm.DefaultServerLog
	cli.ChoiceVar(f, &log.LogLevel, LogLevelFlag, "level", LogLevels, "what Temporal logs, and all that is graver: debug, info, warn, error; or never")
	cli.ChoiceVar(f, &log.LogFormat, LogFormatFlag, "format", LogFormats, "form of Temporal's log: text, or json, a line each; stigmer local logs reads both")
}
