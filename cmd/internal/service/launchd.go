package service

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// The exit statuses of launchctl are numbers of errno and its own (launchctl error N).
const (
	launchctlNoProcess  = 3   // bootout: launchd has no such service
	launchctlIO         = 5   // bootstrap: the label is not free yet, or the file is refused
	launchctlInProgress = 36  // bootout: the service is being stopped
	launchctlAlready    = 37  // bootstrap: the service is still being stopped
	launchctlNotFound   = 113 // print, bootout: launchd has no such service
)

// settleWithin bounds how long launchd may refuse a service whose label it has just
// released: about 5 s were measured.
const settleWithin = 15 * time.Second

// launchdManager is launchd in one user's graphical session (launchctl(1)).
//
// bootout returns before the service has ended, and bootstrap fails until it has: so
// print is called until launchd no longer knows the service. A service whose process
// has ended is still loaded, with the file as launchd read it then. bootout and
// bootstrap start that one as well; kickstart would not read the file again.
func launchdManager(home string, uid int) manager {
	domain := fmt.Sprintf("gui/%d", uid)
	target := domain + "/" + launchdName
	path := filepath.Join(home, "Library", "LaunchAgents", launchdName+".plist")
	launchctl := func(args ...string) []string { return append([]string{"launchctl"}, args...) }
	enable, bootstrap, bootout := launchctl("enable", target), launchctl("bootstrap", domain, path), launchctl("bootout", target)
	disable := []toolCall{
		{words: bootout, done: []int{launchctlNoProcess, launchctlInProgress, launchctlNotFound}},
		{words: launchctl("print", target), done: []int{launchctlNotFound}, busy: []int{0}, within: toolPatience(), unmet: "launchd has not ended the service"},
	}
	return manager{
		name: "launchd", tool: "launchctl", describe: service.launchd,
		path: path,
		log:  filepath.Join(home, "Library", "Logs", "stigmer-local.log"),
		verbs: verbs{
			reach:   toolCall{words: launchctl("print", domain)},
			enable:  []toolCall{{words: enable}}, // System Settings may have switched it off
			disable: disable,
			restart: append(slices.Clone(disable), toolCall{
				words: bootstrap, busy: []int{launchctlIO, launchctlAlready}, within: settleWithin, unmet: "launchd does not take the service",
			}),
		},
		query: query{
			words:  launchctl("print", target),
			read:   readLaunchd,
			absent: launchctlNotFound, absentWords: "not loaded: it is not started before the next login",
		},
		byHand: byHand{
			enable: [][]string{enable, bootstrap},
			end:    [][]string{bootout},
			hint:   "in Terminal on the Mac itself: launchctl print " + target,
			alone:  "log in on the Mac itself, where launchd reads the file",
			pass:   func([]string) string { return "launchctl setenv NAME VALUE, for each" },
		},
	}
}

// The states of a service, by the names that launchd itself gives them: of one that runs,
// and of one that is about to or that is being stopped. The others are exited, waiting and
// not running.
var (
	launchdRuns   = []string{"xpcproxy", "running"}
	launchdActive = append([]string{"spawn scheduled", "spawning", "SIGTERMed"}, launchdRuns...)
)

// readLaunchd reads what launchctl print says of a service that is loaded. It is
// text for people; these lines have been in it since macOS 10.10. The service's own
// lines are indented by one tab: those below are about its coalitions, which have a
// state too.
func readLaunchd(said string) managerStatus {
	s := managerStatus{}
	for line := range strings.Lines(said) {
		line, own := strings.CutPrefix(strings.TrimRight(line, "\n"), "\t")
		name, value, _ := strings.Cut(line, " = ")
		if !own || name != "state" && name != "pid" && name != "last exit code" {
			continue
		}
		s.lines = append(s.lines, line)
		if name == "state" {
			s.active, s.runs = slices.Contains(launchdActive, value), slices.Contains(launchdRuns, value)
		}
		if line == "state = not running" {
			s.lines = append(s.lines, launchdWhy)
		}
		if name == "last exit code" && strings.HasPrefix(value, "78") {
			s.lines = append(s.lines, launchdUnreached...)
		}
	}
	return s
}

// launchdWhy says what is next for a service that has ended, and where it said why.
const launchdWhy = "launchd starts it at the next login; if you did not stop it, ~/Library/Logs/stigmer-local.log says why it ended"

// launchdUnreached explains exit code 78 (EX_CONFIG), which no program of ours has:
// launchd could not spawn the job, and says no more anywhere.
var launchdUnreached = []string{
	"launchd could not run the program, or could not open ~/Library/Logs/stigmer-local.log:",
	"what is on another volume, or in Desktop, Documents or Downloads, is closed to it",
}

// launchd is the text of an agent.
func (s service) launchd() string {
	words := s.command()
	for i, word := range words {
		words[i] = "    <string>" + xmlText(word) + "</string>"
	}
	return s.fill(agentTemplate, "@LABEL@", launchdName, "@COMMAND@", strings.Join(words, "\n"), "@HOME@", xmlText(s.Home), "@LOG@", xmlText(s.Log))
}

// xmlText escapes what XML would read as its own. Package encoding/xml does that
// too, and costs every command its initialisation.
func xmlText(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;", "\n", "&#10;", "\t", "&#9;").Replace(text)
}
