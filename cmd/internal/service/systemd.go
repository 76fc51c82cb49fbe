package service

import (
	"fmt"
	"strings"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
)

// systemd is the text of a systemd user unit (systemd.service(5)).
func (s service) systemd() string {
	first, second := s.header()
	return fmt.Sprintf(`# %s
# %s
[Unit]
Description=Local Temporal, supervised by stigmer
Documentation=https://github.com/stigmer/local
StartLimitIntervalSec=600
StartLimitBurst=5

[Service]
Type=notify
NotifyAccess=main
Environment=%s
ExecStart=%s
# Ready is when Temporal serves. The supervisor itself gives up on one that never does.
TimeoutStartSec=infinity
WatchdogSec=%d
# Only the supervisor is signalled: it stops Temporal and waits for it. If the
# supervisor dies, Temporal serves on, and the next one adopts it.
KillMode=process
TimeoutStopSec=%d
Restart=on-failure
RestartSec=%d
# Permission, no Temporal binary: trying again would not help. A usage error (2)
# is not among them: what the watchdog ends, or panics, exits with 2 as well.
RestartPreventExitStatus=%d %d

[Install]
WantedBy=default.target
`, first, second, systemdQuote("STIGMER_HOME="+s.Home), s.execStart(),
		int(watchdogWithin.Seconds()), stopWithin(), int(restartAfter.Seconds()), cli.ExitPermission, cli.ExitNoBinary)
}

// execStart is the command line. The path of the program is not expanded by $,
// unlike what follows it, and may have no quote and no backslash ("Executable
// name contains special characters"): a shell becomes such a program.
func (s service) execStart() string {
	words := []string{systemdQuote(s.Program)}
	if strings.ContainsAny(s.Program, "\"'\\\n\t") {
		words = []string{"/bin/sh", "-c", systemdArgument(`exec "$0" "$@"`), systemdArgument(s.Program)}
	}
	for _, word := range s.args() {
		words = append(words, systemdArgument(word))
	}
	return strings.Join(words, " ")
}

func (s service) args() []string { return append(append([]string{}, s.Verb...), s.Flags...) }

// systemdArgument quotes one argument of a command line, in which $ is expanded
// (systemd.service(5), command lines).
func systemdArgument(text string) string {
	return systemdQuote(strings.ReplaceAll(text, "$", "$$"))
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
