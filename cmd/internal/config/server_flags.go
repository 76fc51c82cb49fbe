package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/fsm"
)

// serverFlags declares the flags of start-dev that Temporal gets as they are.
func (o *Options) serverFlags(f *pflag.FlagSet) {
	s := &o.Settings.ServerFlags
	cli.PortVar(f, &o.Settings.HTTPPort, "http-port", 0, "port of the HTTP API; 0 for a free one, which is kept")
	cli.PortVar(f, &o.Settings.MetricsPort, "metrics-port", 0, "port of the metrics; 0 for a free one, which is kept")
	f.Var(&cli.Value[string]{To: &s.UIIP, Kind: "string", Parse: parseUIAddress}, "ui-ip", "address of the web UI (default that of --ip)")
	f.Var(&cli.Value[string]{To: &s.UIPublicPath, Kind: "string", Parse: parsePublicPath}, "ui-public-path", "path below which the web UI is (default /)")
	cli.PathVar(f, &s.UIAssetPath, "ui-asset-path", "folder of the web UI's files (default its own)")
	f.Var(&cli.Value[string]{To: &s.UICodecEndpoint, Kind: "url", Parse: parseEndpoint}, "ui-codec-endpoint", "server that decodes payloads for the web UI")
	f.BoolVar(&s.UIDisableNewsFetch, "ui-disable-news-fetch", false, "a web UI that fetches no news; since Temporal CLI 1.8")
	listVar(f, &s.SQLitePragmas, "sqlite-pragma", "name=value", parsePragma, "pragma for the database's connections")
	listVar(f, &s.DynamicConfig, "dynamic-config-value", "key=json", parseDynamic, "dynamic configuration of the server")
	o.logFlags(f)
	f.BoolVar(&s.LogConfig, "log-config", false, "have Temporal print its configuration to its log")
	listVar(f, &s.Args, "temporal-arg", "arg", parseArg, "argument for Temporal that stigmer does not know")
}

// checkServer refuses what no single value shows to be wrong.
func (o *Options) checkServer() error {
	s := &o.Settings
	if path := s.UIAssetPath; path != "" {
		absolute, err := filepath.Abs(path)
		if err != nil || !cli.Exists(filepath.Join(absolute, "index.html")) {
			return cli.BadFlag("ui-asset-path", "--ui-asset-path %s: there is no index.html, so the web UI would have no page", path)
		}
		s.UIAssetPath = absolute
	}
	if err := checkKeys(s.DynamicConfig.List()); err != nil {
		return err
	}
	if err := checkArgs(s.Args.List()); err != nil {
		return err
	}
	if o.Restarts {
		return nil // see CheckSetup
	}
	namespaces := o.namespaces
	if o.Running != nil && !o.Given.Has("namespace") && slices.ContainsFunc(o.Settings.SearchAttributes.List(), fsm.OfOneNamespace) {
		namespaces = o.Running().List()
	}
	return checkSetup(o.Settings, namespaces)
}

// CheckSetup refuses a setup that could not be applied, of the settings with which a restart starts again: what was
// not given is the record's.
func (o *Options) CheckSetup(next fsm.Settings) error {
	if err := checkSetup(next, next.Namespaces.List()); err != nil {
		return o.Blame(err)
	}
	return nil
}

// checkKeys refuses one key in two spellings: the server knows each in lower case, and takes
// the value of either by chance.
func checkKeys(values []string) error {
	spelled := map[string]string{}
	for _, value := range values {
		key, _, _ := strings.Cut(value, "=")
		folded := strings.ToLower(key)
		if before := spelled[folded]; before != "" && before != key {
			return cli.BadFlag("dynamic-config-value", "--dynamic-config-value has %s and %s, which are one key for the server", before, key)
		}
		spelled[folded] = key
	}
	return nil
}

// checkSetup refuses what is not to be, or has no room, in one namespace. It takes the namespaces as they were typed.
func checkSetup(s fsm.Settings, namespaces []string) error {
	least := shortestRetention
	for _, value := range s.DynamicConfig.List() {
		if key, _, _ := strings.Cut(value, "="); strings.EqualFold(key, "system.namespaceMinRetentionLocal") {
			least = 0
		}
	}
	if r := time.Duration(s.Retention) * time.Millisecond; r != 0 && r < least {
		return cli.BadFlag("retention", "--retention %s is less than an hour, the shortest that Temporal takes", r)
	}
	attributes := s.SearchAttributes.List()
	for _, namespace := range append([]string{"default"}, namespaces...) {
		if err := checkAttributes(attributes, namespace); err != nil {
			return err
		}
	}
	for _, attribute := range attributes {
		namespace, _, _ := strings.Cut(attribute, ":")
		if fsm.OfOneNamespace(attribute) && namespace != "default" && !slices.Contains(namespaces, namespace) {
			return cli.FlagError{
				Flags: []string{"search-attribute"}, Text: fmt.Sprintf("--search-attribute %s is for the namespace %s, which no --namespace names", attribute, namespace),
				Try: "--namespace " + namespace + " as well; or --search-attribute '', which takes back those of before",
			}
		}
	}
	return nil
}

// letters are the letters that start-dev has for its flags.
var letters = map[string]string{"port": "p", "namespace": "n", "db": "f"}

// AsStartDev takes the name that start-dev has for the database.
func AsStartDev(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	if name == "db-filename" {
		name = "db"
	}
	return pflag.NormalizedName(name)
}
