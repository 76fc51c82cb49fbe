package cmd

import (
	"cmp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stigmer/local/actions/install"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/dashboard"
	"github.com/stigmer/local/cmd/internal/databases"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/cmd/internal/installer"
	"github.com/stigmer/local/cmd/internal/profile"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/logs"
)

// flagValues says what a shell offers for the value of a flag: under its name, or,
// where a command has values of its own, under "command flag". A new flag with words
// for values gets its line here; TestTextFlagsComplete misses it otherwise. Numbers and
// times need none: nothing is offered for them; nor do paths, for which the shell has files.
var flagValues = map[string]cobra.CompletionFunc{
	"delete":           databases.CompleteNames,
	"from":             completeFrom(config.FromRelease+"\tthe official archive, proven by its checksum", config.FromGo+"\tbuilt by go, from the Go module proxy"),
	"ip":               completeFrom("127.0.0.1\tthis machine only", "0.0.0.0\tevery machine that can reach this one", "::\tthe same, by IPv6 as well"),
	cli.LogFormatFlag:  completeFrom("text\tfor people", "json\tfor programs, a line each"),
	"level":            completeFromList(logs.Levels),
	"search-attribute": completeAttributes,
	"sqlite-pragma":    completeFrom("journal_mode=WAL\treaders do not wait for a writer", "synchronous=OFF\tfaster; a crash of the machine may damage the database"),
	"ui-ip":            completeFrom("127.0.0.1\tthis machine only", "0.0.0.0\tevery machine that can reach this one"),
	"ui-public-path":   completeFrom("/\tthe default"),
	"mirror":           completeFrom(install.Releases + "\tthe official releases"),
	cli.NameFlag:       cli.CompleteHomeNames,
	"namespace":        config.CompleteNamespaces,
	config.PassEnvFlag: config.CompleteVariables,
	"output":           completeFrom("text\tfor people", "json\tfor programs"),
	"profile":          profile.CompleteNames,
	"shell":            completeFrom(human.ShellNames...),
	"since":            completeFrom("10m", "1h", "24h"),
	"env output":       completeFrom(profile.ShellOutput+"\tlines for a shell", "dotenv\tfor Docker Compose and dotenv libraries", "json\tfor programs", "github\tlines for $GITHUB_ENV"),
	"state output":     completeFromList(dashboard.Outputs),
	"version":          installer.CompleteVersions,
	config.VersionFlag: installer.CompleteVersions,
	"wait-for":         completeFromList(fsm.States),

	"dynamic-config-value": completeFrom("limit.blobSize.error=4194304\tthe largest payload, in bytes", "frontend.namespaceRPS=10000\tcalls a second", "matching.numTaskqueueReadPartitions=1\ttasks in order"),
	"temporal-arg":         completeFrom("--FLAG=VALUE\ta flag of temporal server start-dev"),
	"ui-codec-endpoint":    completeFrom("http://localhost:8081\tthe codec server of Temporal's samples"),

	config.LogLevelFlag:  completeFromList(config.LogLevels),
	config.LogFormatFlag: completeFromList(config.LogFormats),
}

// completeTree gives every flag of a tree its values, and every command without
// subcommands its arguments: none, unless it has brought its own. Nothing is
// looked up before a shell asks.
func completeTree(tree *cobra.Command) {
	for _, c := range tree.Commands() {
		completeTree(c)
	}
	if !tree.HasSubCommands() && tree.ValidArgsFunction == nil && len(tree.ValidArgs) == 0 {
		tree.ValidArgsFunction = cobra.NoFileCompletions
	}
	// Not tree.LocalFlags, which gives each command those of all above it first: every
	// command would pay for that.
	tree.Flags().VisitAll(func(f *pflag.Flag) { completeFlag(tree, f) })
	tree.PersistentFlags().VisitAll(func(f *pflag.Flag) { completeFlag(tree, f) })
}

func completeFlag(c *cobra.Command, f *pflag.Flag) {
	if _, own := c.GetFlagCompletionFunc(f.Name); own || f.Value.Type() == "bool" {
		return
	}
	// It would fail for a flag that is not there, or that has its values already.
	_ = c.RegisterFlagCompletionFunc(f.Name, valuesOf(c.Name(), f))
}

func valuesOf(command string, f *pflag.Flag) cobra.CompletionFunc {
	for _, key := range []string{command + " " + f.Name, f.Name} {
		if values, ok := flagValues[key]; ok {
			return values
		}
	}
	if f.Value.Type() == cli.PathType {
		return fileNames
	}
	return cobra.NoFileCompletions
}

// completeFrom offers a fixed list; what follows a tab in one explains it.
func completeFrom(list ...cobra.Completion) cobra.CompletionFunc {
	return cobra.FixedCompletions(list, cobra.ShellCompDirectiveNoFileComp)
}

// completeFromList is words of a list that the command itself goes by.
func completeFromList[S ~string](list []S) cobra.CompletionFunc {
	var offered []cobra.Completion
	for _, word := range list {
		offered = append(offered, cobra.Completion(word))
	}
	return completeFrom(offered...)
}

// completeAttributes offers the types, behind the name that was typed.
func completeAttributes(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	name, _, _ := strings.Cut(typed, "=")
	var offered []cobra.Completion
	for _, kind := range config.AttributeTypes {
		offered = append(offered, cobra.Completion(cmp.Or(name, "NAME")+"="+kind))
	}
	return cli.Offer(offered)
}

// fileNames leaves it to the shell.
func fileNames(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}
