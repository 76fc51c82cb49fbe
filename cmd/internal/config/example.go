package config

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"
	"github.com/stigmer/local/cmd/internal/cli"
)

// SchemaURL is where editors find the JSON schema of settings files: docs/settings.schema.json.
const SchemaURL = "https://raw.githubusercontent.com/stigmer/local/main/docs/settings.schema.json"

// exampleValues are values of settings whose default shows nothing.
var exampleValues = map[string]string{
	"db":                "~/orders.db",
	"namespace":         "[orders, billing]",
	attributeSetting:    "{CustomerId: Keyword, default: {Region: Keyword}}",
	"retention":         "720h",
	"ui-ip":             "127.0.0.1",
	"ui-public-path":    "/temporal",
	"ui-asset-path":     "ui",
	"ui-codec-endpoint": "http://localhost:8081",
	pragmaSetting:       "{journal_mode: WAL, synchronous: NORMAL}",
	dynamicSetting:      "{frontend.enableUpdateWorkflowExecution: true, limit.maxIDLength: 1000}",
	"temporal-arg":      "[--flag-of-a-newer-version]",
	PassEnvFlag:         "[AWS_*]",
	"temporal-bin":      "/opt/temporal/bin/temporal",
	VersionFlag:         strings.TrimPrefix(cli.TemporalVersion, "v"),
	"trace":             "trace.json",
	FromSetting:         FromRelease,
	MirrorSetting:       "https://mirror.example/temporal",
}

// Example is a settings file that says nothing: each setting is a line of its own behind a #, and what it
// does stands above it behind a # and a blank.
func Example() string {
	var b strings.Builder
	b.WriteString("# yaml-language-server: $schema=" + SchemaURL + "\n#\n" +
		"# Settings of stigmer local. Take the # from a line to set it. Relative paths are taken from this folder.\n" +
		"# A flag and its variable beat this file. stigmer local config check names what is wrong in it.\n")
	for _, group := range groupsOf(knownFlags()) {
		b.WriteString("\n# == " + group.title + " ==\n")
		for _, f := range group.flags {
			b.WriteString("\n")
			for _, line := range wrapped(f.Usage, 100) {
				b.WriteString("# " + line + "\n")
			}
			fmt.Fprintf(&b, "#%s: %s\n", f.Name, exampleValue(f))
		}
	}
	return b.String()
}

func exampleValue(f *pflag.Flag) string {
	if value, ok := exampleValues[f.Name]; ok {
		return value
	}
	if f.Value.Type() == "bool" {
		return "true"
	}
	return f.DefValue
}

// wrapped breaks a text into lines of at most so many bytes, where its words allow it.
func wrapped(text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimLeft(line+" "+word, " ")
	}
	return append(lines, line)
}
