package config

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/fsm"
)

// What Temporal takes is taken, and kept as it is shown.
func TestServerValues(t *testing.T) {
	for _, c := range []struct{ flag, text, kept string }{
		{"ui-ip", "localhost", "127.0.0.1"}, {"ui-ip", "::1", "::1"}, {"ui-ip", "192.0.2.1", "192.0.2.1"}, {"ui-ip", "", ""},
		{"ui-public-path", "/", ""}, {"ui-public-path", "", ""}, {"ui-public-path", "/a/b-c.d/", "/a/b-c.d"},
		{"ui-codec-endpoint", "https://codec:1/x?y", "https://codec:1/x?y"}, {"ui-codec-endpoint", "", ""},
		{"sqlite-pragma", "journal_mode=WAL", "journal_mode=WAL"}, {"sqlite-pragma", "main.cache_size=-2000", "main.cache_size=-2000"},
		{"dynamic-config-value", `a.b={"x":"y,z"}`, `a.b={"x":"y,z"}`}, {"dynamic-config-value", "a= [1,\n 2]\n", "a= [1,\n 2]"},
		{"dynamic-config-value", "a=null", "a=null"}, {"dynamic-config-value", `a="{{.x}}='\\é"`, `a="{{.x}}='\\é"`},
		{"search-attribute", "A=keywordlist", "A=KeywordList"}, {"search-attribute", "default:A=Int", "default:A=Int"}, {"search-attribute", "Customer Id=text", "Customer Id=Text"},
		{"sqlite-pragma", "a='b c'", "a='b c'"}, {"sqlite-pragma", "mmap_size=0x10", "mmap_size=0x10"},
		{"retention", "30d", "720h0m0s"}, {"retention", "1d12h", "36h0m0s"}, {"retention", "1h", "1h0m0s"}, {"retention", "0", ""}, {"retention", "36500d", "876000h0m0s"},
		{"temporal-arg", "--new=a b", "--new=a b"}, {"temporal-arg", "-x7000", "-x7000"}, {"temporal-arg", "--no-color", "--no-color"},
	} {
		flags := pflag.NewFlagSet("start", pflag.ContinueOnError)
		new(Options).StartFlags(flags)
		if err := flags.Set(c.flag, c.text); err != nil || flags.Lookup(c.flag).Value.String() != c.kept {
			t.Errorf("--%s %q: %q, %v", c.flag, c.text, flags.Lookup(c.flag).Value.String(), err)
		}
	}
}

// What Temporal would refuse, ignore or come to grief by is refused, with what is wrong.
func TestServerValuesThatAreRefused(t *testing.T) {
	for _, c := range []struct{ args, says string }{
		{"ui-ip my-machine", "is not an IP address; only localhost"}, {"ui-ip fe80::1%lo", "has a zone"},
		{"ui-public-path temporal", "begins with /"}, {"ui-public-path /a?b", "begins with /"}, {`ui-public-path /a"b`, "begins with /"},
		{"ui-public-path /../x", "begins with /"}, {"ui-public-path //x", "begins with /"}, {"ui-public-path /a%20b", "no character that a URL escapes"},
		{"ui-asset-path /none/such", "no index.html"},
		{"ui-codec-endpoint localhost:8081", "is not a URL"}, {"ui-codec-endpoint ftp://x", "is not a URL"},
		{"sqlite-pragma journal_mode", "is not NAME=VALUE"}, {"sqlite-pragma =WAL", "is not NAME=VALUE"}, {"sqlite-pragma journal_mode=", "is not a value for the pragma journal_mode"}, {"sqlite-pragma a=b;c", "is not a value"}, {"sqlite-pragma a='b", "is not a value"},
		{"sqlite-pragma journal-mode=WAL", "is not the name of a pragma"}, {"sqlite-pragma mode=memory", "mode is no pragma"}, {"sqlite-pragma vfs=x", "vfs is no pragma"},
		{"dynamic-config-value a", "is not NAME=VALUE"}, {"dynamic-config-value a=b", `the value of a is not JSON: `}, {"dynamic-config-value a=b", `a='"text"'`},
		{"dynamic-config-value a=1,2", "the value of a is not JSON"}, {"dynamic-config-value a=1e999", "the value of a is not JSON"}, {"dynamic-config-value a=", "the value of a is not JSON"},
		{"dynamic-config-value a.b=1 dynamic-config-value A.b=2", "a.b and A.b, which are one key"},
		{"search-attribute A=Number", "the types are Text, Keyword"}, {"search-attribute A=", `"" is no type`}, {"search-attribute A", "is not NAME=TYPE"}, {"search-attribute =Int", "is not NAME=TYPE"},
		{"search-attribute :A=Int", "NAMESPACE:NAME=TYPE"}, {"search-attribute a:b:C=Int", "NAMESPACE:NAME=TYPE"}, {"search-attribute a:=Int", "NAMESPACE:NAME=TYPE"},
		{"search-attribute WorkflowType=Text", "one of Temporal's own"}, {"search-attribute TemporalX=Text", "one of Temporal's own"}, {"search-attribute default:RunId=Text", "one of Temporal's own"},
		{"search-attribute A=Int search-attribute A=Text", "A is both Int and Text"}, {"search-attribute A=Int search-attribute default:A=Text", "A is both Int and Text"},
		{"search-attribute orders:A=Int", "no --namespace names"},
		{"search-attribute A=Int search-attribute B=Int search-attribute C=Int search-attribute default:D=Int", "default:D=Int is one too many: a namespace has room for 3 of type Int"},
		{"retention 59m", "less than an hour"}, {"retention -1h", "is not a time"}, {"retention 3600.5s", "whole seconds"}, {"search-attribute a`b=Int", "no query could name"}, {"retention 36501d", "more than 100 years"}, {"retention soon", "is not a time such as"}, {"retention xd", "is not a time such as"},
		{"temporal-arg value", "is no flag"}, {"temporal-arg --a=b temporal-arg c", `"c" is no flag`},
		{"temporal-arg --a temporal-arg b temporal-arg c", `"c" is no flag`}, {"temporal-arg --a temporal-arg true", "--a=true is one argument"},
		{"temporal-arg --port=1", "a setting of its own: --port"}, {"temporal-arg -p7000", "a setting of its own: --port"}, {"temporal-arg -fX", "a setting of its own: --db"},
		{"temporal-arg --port temporal-arg 1", "a setting of its own: --port"}, {"temporal-arg --log-level=info", "a setting of its own: --temporal-log-level"},
		{"temporal-arg --", "would keep it from serving"}, {"temporal-arg --help", "would keep it from serving"}, {"temporal-arg --command-timeout=1s", "would keep it from serving"}, {"temporal-arg --env=x", "given to Temporal by stigmer"}, {"temporal-arg --profile=x", "presets of the Temporal CLI, which are ignored"},
		{"temporal-arg --a=" + strings.Repeat("x", 128<<10), "longer than an argument may be"}, {"temporal-arg --a=\x00", "has a NUL"}, {"temporal-arg --a=\xff", "not valid UTF-8"},
	} {
		words := strings.Split(c.args, " ")
		o, flags := &Options{}, pflag.NewFlagSet("start", pflag.ContinueOnError)
		t.Setenv("STIGMER_HOME", t.TempDir())
		o.StartFlags(flags)
		var err error
		for i := 0; i < len(words) && err == nil; i += 2 {
			err = flags.Set(words[i], words[i+1])
		}
		if err != nil {
			err = FlagError(&cobra.Command{}, err)
		} else {
			err = o.Parse(flags)
		}
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "--"+words[0]) {
			t.Errorf("%.80s: %v", c.args, err)
		}
	}
}

// A lower least retention may be asked for with the server's own setting, and a restart knows namespaces of the record.
func TestServerValuesThatDependOnOthers(t *testing.T) {
	if _, err := settle(t, "", "--retention", "1m", "--dynamic-config-value", `system.NamespaceMinRetentionLocal="1s"`); err != nil {
		t.Error(err)
	}
	if _, err := settle(t, "", "--namespace", "orders", "--search-attribute", "orders:A=Int", "--search-attribute", "A=Int"); err != nil {
		t.Error(err)
	}
	o, flags := &Options{Restarts: true}, pflag.NewFlagSet("restart", pflag.ContinueOnError)
	o.AddFlags(flags)
	check(t, flags.Set("search-attribute", "orders:A=Int"))
	check(t, flags.Set("retention", "20m"))
	check(t, o.Parse(flags))
	next := o.Settings
	if err := o.CheckSetup(next); err == nil || !strings.Contains(err.Error(), "less than an hour") {
		t.Error(err)
	}
	next.DynamicConfig = `system.namespaceMinRetentionLocal="1m"`
	if err := o.CheckSetup(next); err == nil || !strings.Contains(err.Error(), "which no --namespace names") {
		t.Error(err)
	}
	next.Namespaces = "orders"
	check(t, o.CheckSetup(next))
}

// An empty text takes a list back, and counts as given.
func TestEmptyTextTakesAListBack(t *testing.T) {
	for _, name := range []string{"search-attribute", "sqlite-pragma", "dynamic-config-value", "temporal-arg", "namespace"} {
		o, err := settle(t, "", "--"+name+"=")
		s := o.Settings
		if err != nil || s.SearchAttributes+s.SQLitePragmas+s.DynamicConfig+s.Args != "" || s.Namespaces != "" || !o.Given.Has(name) {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
}

// An empty text takes back what came before it, and not what comes after.
func TestEmptyTextTakesBackTheOnesBefore(t *testing.T) {
	o, err := settle(t, "", "--sqlite-pragma", "cache_size=1", "--sqlite-pragma", "", "--sqlite-pragma", "cache_size=2")
	if err != nil || o.Settings.SQLitePragmas != "cache_size=2" {
		t.Errorf("%q, %v", o.Settings.SQLitePragmas, err)
	}
}

// A namespace has room for ten attributes of the type Keyword, each counted once.
func TestRoomForAttributes(t *testing.T) {
	var all []string
	for name := 'A'; name <= 'J'; name++ {
		all = append(all, string(name)+"=Keyword", "default:"+string(name)+"=Keyword")
	}
	check(t, checkAttributes(all, "default"))
	if err := checkAttributes(append(all, "default:K=Keyword"), "default"); err == nil || !strings.Contains(err.Error(), "room for 10 of type Keyword") {
		t.Errorf("%v", err)
	}
	check(t, checkAttributes(append(all, "default:K=Keyword"), "orders"))
}

// Every flag that Temporal is given is refused in --temporal-arg, where it would be given a second time.
func TestOwnArgsAreComplete(t *testing.T) {
	some := fsm.MakeTexts([]string{"a=1"})
	all := fsm.Settings{
		DB: "/x", Namespaces: "a", ServerFlags: fsm.ServerFlags{UIIP: "::1", UIPublicPath: "/x", UIAssetPath: "/x", UICodecEndpoint: "x", UIDisableNewsFetch: true, LogConfig: true, SQLitePragmas: some, DynamicConfig: some},
		Setup: fsm.Setup{SearchAttributes: some},
	}
	headless := all
	headless.Headless = true
	seen := 0
	for _, arg := range append(launch.Args(all, fsm.Ports{}), launch.Args(headless, fsm.Ports{})...) {
		if !strings.HasPrefix(arg, "--") {
			continue
		}
		seen++
		if _, err := parseArg(arg + "=x"); err == nil {
			t.Errorf("%s may be given by --temporal-arg", arg)
		}
	}
	if seen < 30 {
		t.Errorf("only %d flags were seen", seen)
	}
	for flag, letter := range letters {
		if _, err := parseArg("-" + letter + "x"); err == nil {
			t.Errorf("-%s, for --%s, may be given by --temporal-arg", letter, flag)
		}
	}
}

// A list of names in a variable is split at commas, or is a JSON list as any other list may be.
func TestNamesInAVariable(t *testing.T) {
	for _, text := range []string{"a,b", `["a", "b"]`} {
		t.Setenv("STIGMER_NAMESPACE", text)
		if o, err := settle(t, ""); err != nil || o.Settings.Namespaces != "a,b" {
			t.Errorf("%s: %q, %v", text, o.Settings.Namespaces, err)
		}
	}
}
