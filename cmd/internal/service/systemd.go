package service

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
)

// The exit statuses of systemctl status (systemctl(1), exit status).
const (
	systemctlInactive = 3 // also of a service that is being started or stopped
	systemctlNoUnit   = 4
)

// systemdManager is systemd for one user (systemd.unit(5), "user unit search
// path"). A relative $XDG_CONFIG_HOME is to be ignored (XDG Base Directory).
func systemdManager(home, config string) manager {
	if !filepath.IsAbs(config) {
		config = filepath.Join(home, ".config")
	}
	systemctl := func(args ...string) []string { return append([]string{"systemctl", "--user"}, args...) }
	reload := systemctl("daemon-reload")
	return manager{
		name: "systemd", tool: "systemctl", text: service.systemd,
		path: filepath.Join(config, "systemd", "user", SystemdUnit),
		verbs: verbs{
			reach:   toolCall{words: systemctl("show", "--property=Version")},
			reload:  []toolCall{{words: reload}},
			enable:  []toolCall{{words: reload}, {words: systemctl("enable", SystemdUnit)}},
			restart: []toolCall{{words: systemctl("restart", SystemdUnit)}},
			disable: []toolCall{{words: systemctl("disable", "--now", SystemdUnit)}},
		},
		query: query{
			words:    systemctl("status", "--no-pager", "--full", "--lines=0", SystemdUnit),
			read:     readSystemd,
			inactive: []int{systemctlInactive},
			absent:   systemctlNoUnit, absentWords: "it knows no such service yet: systemctl --user daemon-reload",
		},
		byHand: byHand{
			enable: [][]string{reload, systemctl("enable", "--now", SystemdUnit)},
			end:    [][]string{systemctl("stop", SystemdUnit), reload},
			hint:   "as the user who is logged in: systemctl --user status, journalctl --user -u " + SystemdUnit,
			alone:  "log in as this user where systemd runs (su and sudo open no session), or have root allow it without: loginctl enable-linger USER",
			also:   "It ends with your last session, unless you allow it to stay: loginctl enable-linger\n",
			pass:   func(names []string) string { return "systemctl --user import-environment " + strings.Join(names, " ") },
		},
	}
}

// readSystemd reads what systemctl status says. Its words are kept as they are, and the
// line "Active: STATE (SUBSTATE) since ..." is read: the states are those of
// org.freedesktop.systemd1(5), in no language but English.
func readSystemd(said string) managerStatus {
	s := managerStatus{}
	for line := range strings.Lines(said) {
		line = strings.TrimSpace(line)
		s.lines = append(s.lines, line)
		if words := strings.Fields(line); len(words) > 1 && words[0] == "Active:" {
			s.active = words[1] != "inactive" && words[1] != "failed"
			s.runs = s.active && words[1] != "deactivating" && !(len(words) > 2 && strings.HasPrefix(words[2], "(auto-restart"))
		}
	}
	return s
}

// systemd is the text of a unit.
func (s service) systemd() string {
	return s.fill(unitTemplate, "@ENVIRONMENT@", systemdQuote("STIGMER_HOME="+s.Home), "@COMMAND@", s.execStart(),
		"@FINAL@", fmt.Sprint(cli.ExitPermission, cli.ExitNoBinary))
}

// execStart is the command line, in which $ is expanded (systemd.service(5), command
// lines), but not in the path of the program. That may have no quote and no backslash
// ("Executable name contains special characters"): a shell becomes such a program.
func (s service) execStart() string {
	words := s.command()
	if strings.ContainsAny(s.Program, "\"'\\\n\t") {
		words = append([]string{"/bin/sh", "-c", `exec "$0" "$@"`}, words...)
	}
	for i, word := range words {
		if i > 0 {
			word = strings.ReplaceAll(word, "$", "$$")
		}
		words[i] = systemdQuote(word)
	}
	return strings.Join(words, " ")
}

// systemdQuote quotes a word that is more than letters and digits, so that neither
// spaces, quotes nor % mean anything (systemd.syntax(7), quoting; systemd.unit(5),
// specifiers).
func systemdQuote(text string) string {
	if human.PlainWord(text) {
		return text
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%", "\n", `\n`, "\t", `\t`).Replace(text) + `"`
}
