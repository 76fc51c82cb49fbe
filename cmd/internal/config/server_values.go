package config

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// parseUIAddress takes any address: of the web UI's port alone no other part of Temporal knows.
func parseUIAddress(text string) (string, error) {
	switch addr, err := netip.ParseAddr(text); {
	case text == "":
		return "", nil
	case strings.EqualFold(text, localhost):
		return "127.0.0.1", nil
	case err != nil:
		return "", fmt.Errorf("%q is not an IP address; only %s is taken as a name for one", text, localhost)
	case addr.Zone() != "":
		return "", fmt.Errorf("%s has a zone, which Temporal does not take", text)
	}
	return statefile.CanonicalIP(text), nil
}

// parsePublicPath takes a path as the web UI wants it, without a slash at its end. The UI writes it into its
// page and into redirects as it is.
func parsePublicPath(text string) (string, error) {
	short := strings.TrimRight(text, "/")
	switch {
	case short == "":
		return "", nil
	case !strings.HasPrefix(text, "/"), path.Clean(short) != short, (&url.URL{Path: text}).EscapedPath() != text:
		return "", fmt.Errorf("%q is not a path such as /temporal: it begins with /, and has no character that a URL escapes", text)
	}
	return short, nil
}

func parseEndpoint(text string) (string, error) {
	u, err := url.Parse(text)
	if text != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		return "", fmt.Errorf("%q is not a URL such as http://localhost:8081", text)
	}
	return text, nil
}

// assign splits NAME=VALUE.
func assign(text string) (name, value string, err error) {
	name, value, found := strings.Cut(text, "=")
	if !found || name == "" || strings.ContainsFunc(name, unicode.IsSpace) {
		return "", "", fmt.Errorf("%q is not NAME=VALUE", text)
	}
	return name, value, nil
}

// fileParameters are no pragmas: the server has them change how it opens the file (plugin.go of its
// package sqlplugin/sqlite, queryParameters). With mode=memory nothing would be kept.
var fileParameters = []string{"cache", "immutable", "mode", "modeof", "nolock", "psow", "setup", "vfs"}

// parsePragma refuses what SQLite would not read as a pragma; it ignores the name of one that it does
// not know.
func parsePragma(text string) (string, error) {
	name, value, err := assign(text)
	switch {
	case err != nil:
		return "", err
	case slices.Contains(fileParameters, name):
		return "", fmt.Errorf("%s is no pragma: it says how the database's file is opened, which is not for a setting", name)
	case !regexp.MustCompile(pragmaName).MatchString(name):
		return "", fmt.Errorf("%q is not the name of a pragma", name)
	case !regexp.MustCompile(pragmaValue).MatchString(value):
		return "", fmt.Errorf("%q is not a value for the pragma %s: a word, a number, or a text in quotes", value, name)
	}
	return text, nil
}

// pragmas are those that SQLite has values for (sqlite.org/pragma.html). Of others it says nothing and does nothing.
var pragmas = []string{
	"analysis_limit", "application_id", "auto_vacuum", "automatic_index", "busy_timeout", "cache_size", "cache_spill", "case_sensitive_like",
	"cell_size_check", "checkpoint_fullfsync", "count_changes", "default_cache_size", "defer_foreign_keys", "empty_result_callbacks", "encoding",
	"foreign_keys", "full_column_names", "fullfsync", "hard_heap_limit", "ignore_check_constraints", "incremental_vacuum", "journal_mode",
	"journal_size_limit", "legacy_alter_table", "legacy_file_format", "locking_mode", "max_page_count", "mmap_size", "optimize", "page_size", "query_only",
	"read_uncommitted", "recursive_triggers", "reverse_unordered_selects", "schema_version", "secure_delete", "short_column_names",
	"soft_heap_limit", "synchronous", "temp_store", "temp_store_directory", "threads", "trusted_schema", "user_version", "wal_autocheckpoint",
	"wal_checkpoint", "writable_schema",
}

// WarnPragmas warns of pragmas that SQLite would ignore without a word.
func WarnPragmas(c *cobra.Command, s fsm.Settings) {
	for _, text := range s.SQLitePragmas.List() {
		name, _, _ := strings.Cut(text, "=")
		if !slices.Contains(pragmas, strings.ToLower(name[strings.LastIndex(name, ".")+1:])) {
			cli.Warn(c, "--sqlite-pragma %s: SQLite knows no pragma of this name, and ignores it", text)
		}
	}
}

// The words of a pragma (sqlite.org/pragma.html, PRAGMA command syntax).
const (
	pragmaName  = `^[A-Za-z_.]+$`
	pragmaValue = `^\s*([-+]?[\w.]+|'[^']*'|"[^"]*")\s*$`
)

// parseDynamic takes the JSON that Temporal takes, which ends with its last character.
func parseDynamic(text string) (string, error) {
	key, value, err := assign(text)
	if err != nil {
		return "", err
	}
	var any any
	if err := json.Unmarshal([]byte(value), &any); err != nil {
		return "", fmt.Errorf(`the value of %s is not JSON: %w (a text needs quotes: %s='"text"')`, key, err, key)
	}
	return strings.TrimRight(text, " \t\r\n"), nil
}
