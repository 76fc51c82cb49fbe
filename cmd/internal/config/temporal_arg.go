package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stigmer/local/cmd/internal/cli"
)

// ownArgs are the flags of start-dev that a setting stands for, and, without one, those that every
// Temporal gets, or with which none would serve.
var ownArgs = map[string]string{
	"ip": "--ip", "port": "--port", "p": "--port", "ui-port": "--ui-port", "http-port": "--http-port", "metrics-port": "--metrics-port",
	"db-filename": "--db", "f": "--db", "headless": "--headless", "namespace": "--namespace", "n": "--namespace",
	"log-level": "--" + LogLevelFlag, "log-format": "--" + LogFormatFlag,
	"ui-ip": "--ui-ip", "ui-public-path": "--ui-public-path", "ui-asset-path": "--ui-asset-path", "ui-codec-endpoint": "--ui-codec-endpoint",
	"ui-disable-news-fetch": "--ui-disable-news-fetch", "sqlite-pragma": "--sqlite-pragma", "dynamic-config-value": "--dynamic-config-value",
	"search-attribute": "--search-attribute", "log-config": "--log-config",
	"env": "", "env-file": "", "help": "", "h": "", "version": "", "v": "", "command-timeout": "", "": "",
}

// parseArg refuses what is not to be said twice, and what ends the flags.
func parseArg(text string) (string, error) {
	if !strings.HasPrefix(text, "-") || text == "-" {
		return text, nil // the value of the argument before
	}
	name, long := strings.CutPrefix(text, "--")
	if name, _, _ = strings.Cut(name, "="); !long {
		name = text[1:2]
	}
	switch own, known := ownArgs[name]; {
	case !known && slices.Contains(presetFlags, name):
		return "", fmt.Errorf("%s is about presets of the Temporal CLI, which are ignored", text)
	case !known:
		return text, nil
	case own == "":
		return "", fmt.Errorf("%s is given to Temporal by stigmer, or would keep it from serving", text)
	default:
		return "", fmt.Errorf("%s is a setting of its own: %s, without --temporal-arg", text, own)
	}
}

// checkArgs refuses an argument that is no flag and no flag's value: Temporal takes none. Of another word the program
// itself says whether the flag before it takes a value; "true" it would take for a switch as well, as launch.OptionalFlags
// asks, and then refuse it as it starts.
func checkArgs(args []string) error {
	for i, arg := range args {
		if strings.HasPrefix(arg, "-") {
			continue
		}
		if i == 0 || !strings.HasPrefix(args[i-1], "-") || strings.Contains(args[i-1], "=") {
			return cli.BadFlag("temporal-arg", "--temporal-arg %q is no flag, and the value of none before it", arg)
		}
		if arg == "true" || arg == "false" {
			return cli.BadFlag("temporal-arg", "--temporal-arg %q is no value for a switch; %s=%s is one argument", arg, args[i-1], arg)
		}
	}
	return nil
}
