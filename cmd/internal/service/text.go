package service

import (
	_ "embed" // the files to fill
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/fsm"
)

// service is what a service manager is to run. Its text in either manager's
// language is a function of it alone.
type service struct {
	// Verb is the way to the program's start command: local start --foreground.
	Verb []string
	installParams
	// Log is the manager's log.
	Log string
}

// installParams is what the service was installed with. It is kept in a comment of the
// file, so that the text can be made again.
type installParams struct {
	// Program is the absolute path of the program that is started.
	Program string   `json:"program"`
	Home    string   `json:"home"`
	Flags   []string `json:"flags"`
}

// again is the command line that installs the service once more, with other flags
// before those that it was installed with.
func (a installParams) again(flags ...string) string {
	return "STIGMER_HOME=" + human.ShellWord(a.Home) + " " + human.ShellLine(slices.Concat([]string{"stigmer", "local", "service", "install"}, flags, a.Flags))
}

// command is what the service runs.
func (s service) command() []string { return slices.Concat([]string{s.Program}, s.Verb, s.Flags) }

// The names by which the managers know the service.
const (
	SystemdUnit = "stigmer-local.service"
	launchdName = cli.LaunchdName
)

// marker is how a file is known as ours.
const (
	marker      = "Written by stigmer local service install; service uninstall removes it."
	askedPrefix = "Asked for: "
)

// unitTemplate is a systemd user unit (systemd.service(5)), agentTemplate a launchd agent
// (launchd.plist(5)). Without a ProcessType launchd throttles processor and disk of the
// supervisor, and of Temporal, which it starts. Umask, in decimal, is 077: it closes what the
// supervisor makes to others, and launchd's log too, which launchd makes with mode 0666 less
// this. The log is outside the home: launchd opens it before the program runs, and may not
// reach a home on another volume or in Documents.
var (
	//go:embed stigmer-local.service.in
	unitTemplate string
	//go:embed com.stigmer.local.plist.in
	agentTemplate string
)

// fill puts values into a template: pairs of @NAME@ and text.
func (s service) fill(template string, values ...string) string {
	params, err := json.Marshal(s.installParams)
	if err != nil {
		panic("service: strings cannot be written as JSON: " + err.Error())
	}
	// As XML allows no -- in a comment, and a systemd comment must not end with a
	// backslash, the JSON has neither.
	values = append(values, "@MARKER@", marker, "@PARAMS@", askedPrefix+strings.ReplaceAll(string(params), "--", `-\u002d`),
		"@STOP@", fmt.Sprint(stopWithin()))
	return strings.NewReplacer(values...).Replace(template)
}

// stopWithin is how many seconds a stop may take: Temporal's grace period, and what the
// supervisor needs after it.
func stopWithin() int { return int(fsm.DefaultPolicy().Grace/1000) + 15 }

// readHeader reads the comment of a file: what it was installed with, the text below, and
// whether we wrote it at all.
func readHeader(text string) (a installParams, below string, ours bool) {
	first, rest, found := strings.Cut(text, marker+"\n")
	if !found || strings.Count(first, "\n") > 2 {
		return installParams{}, "", false
	}
	line, below, _ := strings.Cut(rest, "\n")
	_, line, found = strings.Cut(line, askedPrefix)
	if !found || json.NewDecoder(strings.NewReader(line)).Decode(&a) != nil {
		return installParams{}, "", false
	}
	return a, below, true
}

// writable checks that a service can be written down: neither language has a way
// to say control characters other than a line's end and a tab.
func (s service) writable() error {
	for _, text := range append(s.command(), s.Home, s.Log) {
		control := func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }
		if !utf8.ValidString(text) || strings.ContainsFunc(text, control) {
			return &cli.Problem{
				What:  fmt.Sprintf("%q cannot be written into a service's file: it has control characters or is not UTF-8", text),
				Means: "nothing was written",
				Try:   "another path or name",
				Exit:  cli.ExitFailed,
			}
		}
	}
	return nil
}
