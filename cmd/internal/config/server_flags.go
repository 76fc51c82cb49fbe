package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// serverFlags declares the flags of start-dev that Temporal gets as they are.
func (o *Options) serverFlags(f *pflag.FlagSet) {
	s := &o.Settings.ServerFlags
	f.Var(&cli.Value[string]{To: &s.UIIP, Kind: "string", Parse: parseUIAddress}, "ui-ip", "address of the web UI (default that of --ip)")
	f.Var(&cli.Value[string]{To: &s.UIPublicPath, Kind: "string", Parse: parsePublicPath}, "ui-public-path", "path below which the web UI is (default /)")
	cli.PathVar(f, &s.UIAssetPath, "ui-asset-path", "folder of the web UI's files (default its own)")
	f.Var(&cli.Value[string]{To: &s.UICodecEndpoint, Kind: "url", Parse: parseEndpoint}, "ui-codec-endpoint", "server that decodes payloads for the web UI")
	f.BoolVar(&s.UIDisableNewsFetch, "ui-disable-news-fetch", false, "a web UI that fetches no news; since Temporal CLI 1.8")
	listVar(f, &s.SQLitePragmas, "sqlite-pragma", "name=value", parsePragma, "pragma for the database's connections")
	listVar(f, &s.DynamicConfig, "dynamic-config-value", "key=json", parseDynamic, "dynamic configuration of the server")
	f.BoolVar(&s.LogConfig, "log-config", false, "have Temporal print its configuration to its log")
	listVar(f, &s.Args, "temporal-arg", "arg", parseArg, "argument for Temporal that stigmer does not know")
}

// setupFlags declares what is to be in the database.
func (o *Options) setupFlags(f *pflag.FlagSet) {
	s := &o.Settings.Setup
	listVar(f, &s.SearchAttributes, "search-attribute", "name=type", parseAttribute, "search attribute of each namespace, or NAMESPACE:NAME=TYPE of one; the types are "+strings.Join(attributeTypes, ", "))
	f.Var(&cli.Value[fsm.Millis]{To: &s.Retention, Kind: "duration", Parse: parseRetention, Show: showRetention}, "retention", "how long the namespaces keep closed workflows, such as 720h (default 24h where Temporal makes one)")
}

func parseUIAddress(text string) (string, error) {
	if strings.EqualFold(text, localhost) {
		return "127.0.0.1", nil
	}
	addr, err := netip.ParseAddr(text)
	if err != nil || addr.Zone() != "" {
		return "", fmt.Errorf("%q is not an IP address", text)
	}
	return statefile.CanonicalIP(text), nil
}

// parsePublicPath takes the path as the server wants it: it puts it behind the port as it is.
func parsePublicPath(text string) (string, error) {
	if !strings.HasPrefix(text, "/") || strings.ContainsAny(text, "?# \t\n") {
		return "", fmt.Errorf("%q is not a path that begins with /", text)
	}
	return strings.TrimRight(text, "/"), nil
}

func parseEndpoint(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", fmt.Errorf("%q is not a URL such as http://localhost:8081", text)
	}
	return text, nil
}

// assign splits NAME=VALUE.
func assign(text string) (name, value string, err error) {
	name, value, found := strings.Cut(text, "=")
	if !found || name == "" || strings.ContainsAny(name, " \t\r\n") {
		return "", "", fmt.Errorf("%q is not NAME=VALUE", text)
	}
	return name, value, nil
}

func parsePragma(text string) (string, error) {
	_, value, err := assign(text)
	if err == nil && value == "" {
		err = fmt.Errorf("%q has no value", text)
	}
	return text, err
}

func parseDynamic(text string) (string, error) {
	key, value, err := assign(text)
	if err != nil {
		return "", err
	}
	var any json.RawMessage
	if err := json.Unmarshal([]byte(value), &any); err != nil {
		return "", fmt.Errorf("the value of %s is not JSON: %w (a text needs quotes: %s=%s)", key, err, key, `'"text"'`)
	}
	return text, nil
}

// attributeTypes are the types of search attributes that start-dev knows.
var attributeTypes = []string{"Text", "Keyword", "Int", "Double", "Bool", "Datetime", "KeywordList"}

// parseAttribute takes a type in any case, as Temporal does.
func parseAttribute(text string) (string, error) {
	name, kind, err := assign(text)
	if err != nil {
		return "", err
	}
	namespace, own, one := strings.Cut(name, ":")
	if one && (namespace == "" || own == "") {
		return "", fmt.Errorf("%q is not NAMESPACE:NAME=TYPE", text)
	}
	at := slices.IndexFunc(attributeTypes, func(known string) bool { return strings.EqualFold(known, kind) })
	if at < 0 {
		return "", fmt.Errorf("%q is no type of a search attribute; the types are %s", kind, strings.Join(attributeTypes, ", "))
	}
	return name + "=" + attributeTypes[at], nil
}

// shortestRetention is the shortest that a server takes for a namespace.
const shortestRetention = time.Hour

func parseRetention(text string) (fsm.Millis, error) {
	d, err := time.ParseDuration(text)
	if err == nil && d < shortestRetention {
		err = fmt.Errorf("%s is less than an hour, the shortest that Temporal takes", text)
	}
	return fsm.Millis(d.Milliseconds()), err
}

func showRetention(m fsm.Millis) string {
	if m == 0 {
		return ""
	}
	return (time.Duration(m) * time.Millisecond).String()
}

// ownArgs are the flags of start-dev that a setting stands for, or that every Temporal gets.
var ownArgs = map[string]string{
	"ip": "--ip", "port": "--port", "p": "--port", "ui-port": "--ui-port", "http-port": "--http-port", "metrics-port": "--metrics-port",
	"db-filename": "--db", "f": "--db", "headless": "--headless", "namespace": "--namespace", "n": "--namespace",
	"log-level": "--" + LogLevelFlag, "log-format": "--" + LogFormatFlag, "env": "", "env-file": "", "help": "", "h": "", "version": "", "v": "",
	"ui-ip": "--ui-ip", "ui-public-path": "--ui-public-path", "ui-asset-path": "--ui-asset-path", "ui-codec-endpoint": "--ui-codec-endpoint",
	"ui-disable-news-fetch": "--ui-disable-news-fetch", "sqlite-pragma": "--sqlite-pragma", "dynamic-config-value": "--dynamic-config-value",
	"search-attribute": "--search-attribute", "log-config": "--log-config",
}

// parseArg refuses what is not to be said twice.
func parseArg(text string) (string, error) {
	name, _, _ := strings.Cut(strings.TrimLeft(text, "-"), "=")
	if !strings.HasPrefix(text, "-") {
		return text, nil // the value of the argument before
	}
	if !strings.HasPrefix(text, "--") && name != "" {
		name = name[:1]
	}
	own, known := ownArgs[name]
	switch {
	case !known:
		return text, nil
	case own == "":
		return "", fmt.Errorf("%s is given to Temporal by stigmer, or would keep it from serving", text)
	}
	return "", fmt.Errorf("%s is a setting of its own: %s", text, own)
}

// checkServer refuses what no single flag shows to be wrong.
func (o *Options) checkServer() error {
	s := &o.Settings
	if s.UIAssetPath != "" {
		path, err := filepath.Abs(s.UIAssetPath)
		if err == nil && !cli.IsFolder(path) {
			err = errors.New("there is no such folder")
		}
		if err != nil {
			return cli.BadFlag("ui-asset-path", "--ui-asset-path %s: %v", s.UIAssetPath, err)
		}
		s.UIAssetPath = path
	}
	kinds := map[string]string{}
	for _, attribute := range s.SearchAttributes.List() {
		name, kind, _ := strings.Cut(attribute, "=")
		namespace, _, one := strings.Cut(name, ":")
		switch {
		case kinds[name] != "" && kinds[name] != kind:
			return cli.BadFlag("search-attribute", "--search-attribute %s is both %s and %s", name, kinds[name], kind)
		case one && namespace != "default" && !slices.Contains(o.namespaces, namespace):
			return cli.BadFlag("search-attribute", "--search-attribute %s is for the namespace %s, which no --namespace names", attribute, namespace)
		}
		kinds[name] = kind
	}
	return nil
}

// letters are the letters that start-dev has for its flags.
var letters = map[string]string{"port": "p", "namespace": "n", "db": "f"}

// asStartDev takes the name that start-dev has for the database.
func asStartDev(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	if name == "db-filename" {
		name = "db"
	}
	return pflag.NormalizedName(name)
}
