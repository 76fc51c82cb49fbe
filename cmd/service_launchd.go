package cmd

import (
	"fmt"
	"strings"
)

// launchd is the text of a launchd agent (launchd.plist(5)).
func (s service) launchd() string {
	var words strings.Builder
	for _, word := range append([]string{s.Program}, s.args()...) {
		fmt.Fprintf(&words, "    <string>%s</string>\n", xmlText(word))
	}
	below := fmt.Sprintf(`<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
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
`, launchdName, words.String(), xmlText(s.Home), 2*int(restartAfter.Seconds()), stopWithin(), xmlText(s.Log))
	first, second := s.header(below)
	return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- " + first + "\n     " + second + " -->\n" + below
}

// xmlText escapes what XML would read as its own. Package encoding/xml does that
// too, and costs every command its initialisation.
func xmlText(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;", "\n", "&#10;", "\t", "&#9;").Replace(text)
}
