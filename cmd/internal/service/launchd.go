package service

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// launchdUmask closes what the supervisor makes to others, and launchd's log too,
// which launchd makes with mode 0666 less this. A property list has no octal numbers.
const launchdUmask = 0o077

// launchd is the text of a launchd agent (launchd.plist(5)). Without a ProcessType
// launchd throttles processor and disk of the supervisor, and of Temporal, which it
// starts. The log is outside the home: launchd opens it before the program runs, and
// may not reach a home on another volume or in Documents.
func (s service) launchd() string {
	var words strings.Builder
	for _, word := range append([]string{s.Program}, s.args()...) {
		fmt.Fprintf(&words, "    <string>%s</string>\n", xmlText(word))
	}
	first, second := s.header()
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<!-- %s
     %s -->
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>%s</string>
  <key>ProgramArguments</key>
  <array>
%s  </array>
  <key>EnvironmentVariables</key>
  <dict>
    <key>STIGMER_HOME</key>
    <string>%s</string>
  </dict>
  <key>ProcessType</key>
  <string>Interactive</string>
  <key>Umask</key>
  <integer>%d</integer>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>%d</integer>
  <key>ExitTimeOut</key>
  <integer>%d</integer>
  <key>AbandonProcessGroup</key>
  <true/>
  <key>StandardErrorPath</key>
  <string>%s</string>
</dict>
</plist>
`, first, second, launchdName, words.String(), xmlText(s.Home), launchdUmask, 2*int(restartAfter.Seconds()), stopWithin(), xmlText(s.Log))
}

// xmlText escapes what XML would read as its own. Package encoding/xml does that
// too, and costs every command its initialisation.
func xmlText(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;", "\n", "&#10;", "\t", "&#9;").Replace(text)
}

// makeLogFolder makes the folder of the manager's log, which launchd does not make.
func (m manager) makeLogFolder() error {
	if m.log == "" {
		return nil
	}
	return os.MkdirAll(filepath.Dir(m.log), 0o700)
}
