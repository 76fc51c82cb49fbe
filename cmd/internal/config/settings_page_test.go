package config

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

const settingsPage = "../../../docs/SETTINGS.md"

// The lines of the page between which the text is made from the flags.
const (
	generatedFrom = "<!-- generated from the flags: go test ./cmd/internal/config -run Settings -update -->\n"
	generatedTo   = "<!-- end of what is generated -->\n"
)

// newerFlags are the flags of start-dev that Temporal CLI 1.5.1, the oldest one that is tested, does not know, with the
// first version that does: TestSettingsOfOldTemporal in cmd/e2e asks both.
var newerFlags = map[string]string{"ui-disable-news-fetch": "1.8"}

// typedElsewhere are the flags of settings that are none of start.
var typedElsewhere = map[string]string{FromSetting: "`--from` of `install`", MirrorSetting: "`--mirror` of `install`"}

// TestSettingsPage holds docs/SETTINGS.md against the flags.
func TestSettingsPage(t *testing.T) {
	text, err := os.ReadFile(settingsPage)
	check(t, err)
	before, rest, found := strings.Cut(string(text), generatedFrom)
	_, after, closed := strings.Cut(rest, generatedTo)
	if !found || !closed {
		t.Fatalf("%s has no place for what is generated", settingsPage)
	}
	golden(t, settingsPage, []byte(before+generatedFrom+settingsTables()+generatedTo+after))
	_, example, _ := strings.Cut(before, "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	t.Setenv("STIGMER_HOME", t.TempDir())
	if faults, err := FileFaults(teamFile(t, example)); len(faults) > 0 || err != nil || fits(t, example) != nil || !strings.Contains(example, SchemaURL) {
		t.Errorf("%s shows a file with faults: %v, %v, %v", settingsPage, faults, err, fits(t, example))
	}
}

func settingsTables() string {
	var b strings.Builder
	var own []string
	for _, group := range groupsOf(knownFlags()) {
		b.WriteString("### " + group.title + "\n\n| key | flag | variable | default | what it does |\n| --- | --- | --- | --- | --- |\n")
		for _, f := range group.flags {
			if needsOwnFile(f) {
				own = append(own, f.Name)
			}
			b.WriteString(settingRow(f))
		}
		b.WriteString("\n")
	}
	b.WriteString("### What is asked of file and program\n\nTaken only from a file that others cannot write to: `" + strings.Join(own, "`, `") + "`.\n\n" +
		"| setting | needs Temporal CLI |\n| --- | --- |\n")
	for _, name := range slices.Sorted(maps.Keys(newerFlags)) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", name, newerFlags[name])
	}
	return b.String()
}

func settingRow(f *pflag.Flag) string {
	typed := "`--" + f.Name + "`"
	if f.Shorthand != "" {
		typed += ", `-" + f.Shorthand + "`"
	}
	if elsewhere := typedElsewhere[f.Name]; elsewhere != "" {
		typed = elsewhere
	}
	standard := strings.TrimSuffix(f.DefValue, "[]")
	if standard != "" {
		standard = "`" + standard + "`"
	}
	return fmt.Sprintf("| `%s` | %s | `%s` | %s | %s |\n", f.Name, typed, VariableOf(f.Name), standard, strings.ReplaceAll(f.Usage, "|", `\|`))
}
