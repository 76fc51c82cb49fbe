package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// A variable that is almost a setting's is named; another program's is not.
func TestMisspelt(t *testing.T) {
	flags := pflag.NewFlagSet("start", pflag.ContinueOnError)
	new(Options).StartFlags(flags)
	t.Setenv("STIGMER_DB", "x.db")
	for _, entry := range []string{
		"STIGMER_UIPORT=1", "stigmer_port=1", "STIGMER_NAMESPACES=a", "STIGMER_HTTP_PORT=7", "STIGMER_API_KEY=x",
		"STIGMER_HOME=/x", "STIGMER_SERVICE_PORT=1", "STIGMER__DB=y", "STIGMER_HEAD_LESS=", "PORT=1",
	} {
		name, value, _ := strings.Cut(entry, "=")
		t.Setenv(name, value)
	}
	got := IgnoredVariables(flags)
	var names []string
	for _, words := range got {
		names = append(names, strings.Fields(words)[0]+" "+words[strings.LastIndex(words, " ")+1:])
	}
	const want = "STIGMER_NAMESPACES STIGMER_NAMESPACE, STIGMER_UIPORT STIGMER_UI_PORT, stigmer_port STIGMER_PORT"
	if strings.Join(names, ", ") != want {
		t.Errorf("%q", got)
	}
}

// Settings whose file has gone from behind a link are not done without.
func TestSettingsBehindALinkToNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	check(t, os.Symlink("elsewhere.yaml", path))
	if c, err := readSettings(path); err == nil || !strings.Contains(err.Error(), "is a link to elsewhere.yaml, which is not there") {
		t.Errorf("%+v, %v", c, err)
	}
	if words := OtherYAML(File{Path: path}); words != "" {
		t.Error(words)
	}
	check(t, os.WriteFile(strings.TrimSuffix(path, ".yaml")+".yml", nil, 0o600))
	if words := OtherYAML(File{Path: path}); !strings.Contains(words, "local.yml is not read") {
		t.Error(words)
	}
}
