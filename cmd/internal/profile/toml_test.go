package profile

import (
	"errors"
	"strings"
	"testing"

	"go.temporal.io/sdk/contrib/envconfig"
)

var here = []profileSetting{{"address", "127.0.0.1:7233"}, {"namespace", "orders"}}

// The Temporal SDKs' own reader finds the profile, and all that was there before.
func TestProfileIsReadByTheSDK(t *testing.T) {
	const other = "[profile.cloud]\naddress = \"c.tmprl.cloud:7233\" # mine\napi_key = 'k'\n[profile.cloud.tls]\nserver_name = \"s\"\n"
	for name, text := range map[string]string{
		"empty":              "",
		"no newline at end":  "[profile.cloud]\napi_key = 'k'",
		"other":              other,
		"already there":      other + "[profile.local]\naddress = \"127.0.0.1:1\"\nnamespace = \"x\"\n",
		"header alone":       other + "[profile.local]",
		"quoted, indented":   other + "  [ profile . \"local\" ] # c\n\tnamespace=\"x\"\n",
		"subtable alone":     other + "[profile.local.tls]\ndisabled = true\n",
		"subtable follows":   "[profile.local]\n[profile.local.tls]\ndisabled = true\n" + other,
		"windows":            strings.ReplaceAll(other+"[profile.local]\naddress = \"a:1\"\n", "\n", "\r\n"),
		"quoted key":         other + "[profile.local]\n\"address\" = 'a:1' # c\n",
		"bracket in a value": other + "[profile.local]\ngrpc_meta = { a = \"[x]\" }\naddress = 'a:1'\n",
		"byte order mark":    "\ufeff" + other,
		"mark and profile":   "\ufeff[profile.local] # c\naddress = 'a:1' # c\n" + other,
		"multi-line string":  "[profile.local]\naddress = \"\"\"\na\"\"\" # c\n",
		"dotted keys":        "[profile]\nlocal.address = \"a\" # c\nlocal . 'namespace' = \"b\"\n",
		"not a string":       "[profile.local]\naddress = 3 # c\nnamespace = true\n",
		"other order":        "[profile.local]\nnamespace = 'a' # c\n\n# c\naddress = 'b'\n[z]\n",
		"header within text": "note = '''\n[profile.local]\naddress = 'x'\n'''\n",
	} {
		changed, _, err := setProfile([]byte(text), "local", here)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var config envconfig.ClientConfig
		if err := config.FromTOML(changed, envconfig.ClientConfigFromTOMLOptions{Strict: !strings.Contains(text, "note") && !strings.Contains(text, "[z]")}); err != nil {
			t.Errorf("%s: %v in\n%s", name, err, changed)
			continue
		}
		if p := config.Profiles["local"]; p == nil || p.Address != "127.0.0.1:7233" || p.Namespace != "orders" {
			t.Errorf("%s: the profile is %+v in\n%s", name, p, changed)
		}
		if strings.Contains(text, "cloud") && config.Profiles["cloud"].APIKey != "k" {
			t.Errorf("%s: the other profile is lost in\n%s", name, changed)
		}
		if strings.Count(text, "#") != strings.Count(string(changed), "#") {
			t.Errorf("%s: a comment is lost in\n%s", name, changed)
		}
		if again, _, err := setProfile(changed, "local", here); err != nil || string(again) != string(changed) {
			t.Errorf("%s: a second time it is %v\n%s", name, err, again)
		}
		if strings.Contains(text, "\r\n") && strings.Count(string(changed), "\n") != strings.Count(string(changed), "\r\n") {
			t.Errorf("%s: mixed line endings in\n%q", name, changed)
		}
	}
}

// What could only be changed with more than was meant is refused.
func TestProfileThatCannotBeSet(t *testing.T) {
	for name, text := range map[string]string{
		"inline table": "profile = { local = { address = \"a\" } }\n",
		"a dotted key": "[profile]\nlocal.address = \"a\"\n",
		"no table":     "profile = 3\n",
		"a list":       "[[profile]]\naddress = \"a\"\n",
		"an array":     "[profile.local]\naddress = [\n'a']\n",
	} {
		if changed, _, err := setProfile([]byte(text), "local", here); !errors.Is(err, errUneditable) {
			t.Errorf("%s: %v\n%s", name, err, changed)
		}
	}
	if _, _, err := setProfile([]byte("[profile.local\n"), "local", here); err == nil || errors.Is(err, errUneditable) {
		t.Errorf("broken TOML: %v", err)
	}
}

func TestProfileNames(t *testing.T) {
	for _, name := range []string{"local", "my cloud", "a.b", `q"uote`, "ümlaut", "-"} {
		changed, _, err := setProfile(nil, name, here)
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		var config envconfig.ClientConfig
		if err := config.FromTOML(changed, envconfig.ClientConfigFromTOMLOptions{}); err != nil || config.Profiles[name] == nil {
			t.Errorf("%q: %v in\n%s", name, err, changed)
		}
	}
}

// The path is the one that the SDKs read.
func TestProfilePathIsTheSDKs(t *testing.T) {
	t.Setenv("TEMPORAL_CONFIG_FILE", "")
	t.Setenv("HOME", t.TempDir())
	if got, err := profilePath(""); err != nil || got != envconfig.DefaultConfigFilePath() {
		t.Errorf("%s, %v; the SDK has %s", got, err, envconfig.DefaultConfigFilePath())
	}
	t.Setenv("TEMPORAL_CONFIG_FILE", "/x/y.toml")
	if got, err := profilePath(""); err != nil || got != "/x/y.toml" {
		t.Errorf("%s, %v", got, err)
	}
	if got, err := profilePath("/z.toml"); err != nil || got != "/z.toml" {
		t.Errorf("%s, %v", got, err)
	}
}

func TestElsewhere(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1:7233": false, "localhost:1": false, "[::1]:1": false, "0.0.0.0:1": false, "": false,
		"c.tmprl.cloud:7233": true, "10.0.0.1:7233": true, "cluster": true,
	} {
		if got := isRemote(address); got != want {
			t.Errorf("%q: %t", address, got)
		}
	}
}
