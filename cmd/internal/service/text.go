package service

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

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

// watchdogWithin is how long the supervisor may not answer before systemd ends
// it, and restartAfter the pause before it is started again.
const (
	watchdogWithin = 60 * time.Second
	restartAfter   = 5 * time.Second
)

// stopWithin is how long a stop may take: Temporal's grace period, and what the
// supervisor needs after it.
func stopWithin() int { return int(fsm.DefaultPolicy().Grace/1000) + 15 }

// header is the two comment lines above a text. As XML allows no -- in a comment,
// and a systemd comment must not end with a backslash, the JSON has neither.
func (a installParams) header() (string, string) {
	text, err := json.Marshal(a)
	if err != nil {
		panic("cmd: strings cannot be written as JSON: " + err.Error())
	}
	return marker, askedPrefix + strings.ReplaceAll(string(text), "--", `-\u002d`)
}

// readHeader reads the header of a file: what it was installed with, the text below, and
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
