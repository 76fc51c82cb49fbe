package e2e_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/cmd"
)

// faultInCommand says what is not so of a command line, held against the command tree, the
// Makefile and the tests; empty if nothing is, or if nothing is known of it.
func faultInCommand(text string) string {
	text = aliases.Replace(bare(text))
	word, rest, _ := strings.Cut(text, " ")
	switch {
	case word == "stigmer" || word == "build/stigmer":
		rest, _, _ = strings.Cut(rest, " -- ")                                    // what stigmer runs has flags of its own
		rest = regexp.MustCompile(` (\| [a-z]|&& ).*`).ReplaceAllString(rest, "") // other programs
		return wrongStigmer(rest)
	case word == "make":
		return wrongMake(rest)
	case strings.HasPrefix(text, "go test"):
		return wrongTest(rest)
	case word == ".ci/run":
		if info, err := os.Stat("../../.ci/run"); err != nil || info.Mode()&0o111 == 0 {
			return ".ci/run is no program"
		}
	case strings.HasPrefix(text, "eval "):
		if _, inner, ok := strings.Cut(text, "$("); ok {
			return faultInCommand(strings.TrimRight(inner, `)"`))
		}
	}
	return ""
}

// aliases are the abbreviations of docs/RELIABILITY.md.
var aliases = strings.NewReplacer("REAL ", "go test ./cmd/... -run ", "MAC ", "go test ./cmd/... -run ", "FAKE ", "go test ./cmd/... -run ", "FSM ", "go test ./fsm/... -run ")

var (
	longFlag  = regexp.MustCompile(`--([a-z][a-z-]*)`)
	shortFlag = regexp.MustCompile(`(?:^|[\s\[])-([a-zA-Z])\b`)
)

// shownDefault matches a flag in a synopsis whose value is a number, an address or a
// time: these show the default.
var shownDefault = regexp.MustCompile(`\[--([a-z-]+) (\d[\w.]*)\]`)

// sameValue reports whether two texts are one value, as 60s and 1m0s are.
func sameValue(a, b string) bool {
	x, err := time.ParseDuration(a)
	y, err2 := time.ParseDuration(b)
	return a == b || err == nil && err2 == nil && x == y
}

// wrongStigmer holds a command line or a synopsis against the command tree.
func wrongStigmer(rest string) string {
	found := []*cobra.Command{cmd.Root()}
	words := strings.Fields(rest)
	for len(words) > 0 && found[0].HasSubCommands() && regexp.MustCompile(`^[a-z|_]+$`).MatchString(words[0]) {
		var next []*cobra.Command
		for _, name := range strings.Split(words[0], "|") {
			i := slices.IndexFunc(found[0].Commands(), func(c *cobra.Command) bool { return c.Name() == name })
			if i < 0 && strings.HasPrefix(name, cobra.ShellCompRequestCmd) {
				return "" // cobra adds it when it is called
			}
			if i < 0 {
				return fmt.Sprintf("%s has no command %s", found[0].CommandPath(), name)
			}
			next = append(next, found[0].Commands()[i])
		}
		found, words = next, words[1:]
	}
	for _, c := range found {
		c.InitDefaultHelpFlag()
		flags := c.InheritedFlags()
		for _, m := range longFlag.FindAllStringSubmatch(rest, -1) {
			if c.Flags().Lookup(m[1]) == nil && flags.Lookup(m[1]) == nil {
				return fmt.Sprintf("%s has no flag --%s", c.CommandPath(), m[1])
			}
		}
		for _, m := range shownDefault.FindAllStringSubmatch(rest, -1) {
			if f := c.Flags().Lookup(m[1]); f != nil && f.DefValue != "" && !sameValue(f.DefValue, m[2]) {
				return fmt.Sprintf("the default of --%s is %s", m[1], f.DefValue)
			}
		}
		for _, m := range shortFlag.FindAllStringSubmatch(rest, -1) {
			if c.Flags().ShorthandLookup(m[1]) == nil && flags.ShorthandLookup(m[1]) == nil {
				return fmt.Sprintf("%s has no flag -%s", c.CommandPath(), m[1])
			}
		}
	}
	return ""
}

func wrongMake(rest string) string {
	text, err := os.ReadFile("../../Makefile")
	if err != nil {
		return err.Error()
	}
	for _, target := range strings.Fields(rest) {
		if !strings.Contains(target, "=") && !strings.HasPrefix(target, "-") && !regexp.MustCompile(`(?m)^`+regexp.QuoteMeta(target)+`:`).Match(text) {
			return "the Makefile has no target " + target
		}
	}
	return ""
}

var (
	runPattern   = regexp.MustCompile(`-run (?:'([^']*)'|(\S+))`)
	testName     = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	testPackage  = regexp.MustCompile(`\./[a-z0-9/.]+`)
	scriptFolder = filepath.Join("testdata", "script")
)

// wrongTest looks whether a go test names a folder, and patterns that match
// tests in it, and scripts.
func wrongTest(rest string) string {
	folder := testPackage.FindString(rest)
	if folder == "" {
		return "no folder is named"
	}
	if folder == "./..." {
		return ""
	}
	tests, scripts, err := namesIn(filepath.Join("..", "..", folder))
	if err != nil {
		return err.Error()
	}
	m := runPattern.FindStringSubmatch(rest)
	if m == nil {
		return ""
	}
	top, sub, nested := strings.Cut(m[1]+m[2], "/")
	for _, pattern := range strings.Split(top, "|") {
		if !matchesAny(pattern, tests) {
			return fmt.Sprintf("%s has no test %s", folder, pattern)
		}
	}
	if !nested || !strings.HasSuffix(top, "Scripts") {
		return ""
	}
	if strings.HasSuffix(top, "RealScripts") {
		scripts = slices.DeleteFunc(slices.Clone(scripts), fakeOnly)
	}
	for _, pattern := range strings.Split(anyOf.ReplaceAllString(sub, "$1"), "|") {
		if !matchesAny(pattern, scripts) {
			return fmt.Sprintf("%s has no script %s for %s", folder, pattern, top)
		}
	}
	return ""
}

// anyOf matches a list of patterns in brackets.
var anyOf = regexp.MustCompile(`^\((.*)\)\$?$`)

// fakeOnly reports whether a script of cmd is skipped on the real Temporal.
func fakeOnly(script string) bool {
	text, err := os.ReadFile(filepath.Join(scriptFolder, script+".txtar"))
	return err == nil && strings.Contains("\n"+string(text), "\n[real] skip")
}

// testNames are the names that a folder has. The pages name the same few folders some
// hundred times, and each has a megabyte.
type testNames struct {
	tests, scripts []string
	err            error
}

var testNamesOf sync.Map // of folders, to testNames

func namesIn(folder string) (tests, scripts []string, err error) {
	known, ok := testNamesOf.Load(folder)
	if !ok {
		tests, scripts, err = readNames(folder)
		known, _ = testNamesOf.LoadOrStore(folder, testNames{tests, scripts, err})
	}
	names := known.(testNames)
	return names.tests, names.scripts, names.err
}

// readNames returns the tests of a folder, and the scripts.
func readNames(folder string) (tests, scripts []string, err error) {
	root, below := strings.CutSuffix(folder, "/...")
	var files []string
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && (!below || entry.Name() == "testdata"):
			return fs.SkipDir
		case strings.HasSuffix(path, "_test.go"):
			files = append(files, path)
		}
		return nil
	})
	if err != nil || len(files) == 0 {
		return nil, nil, fmt.Errorf("%s has no tests: %v", folder, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, nil, err
		}
		for _, m := range testName.FindAllSubmatch(text, -1) {
			tests = append(tests, string(m[1]))
		}
	}
	paths, err := filepath.Glob(filepath.Join(scriptFolder, "*.txtar"))
	for _, path := range paths {
		scripts = append(scripts, strings.TrimSuffix(filepath.Base(path), ".txtar"))
	}
	return tests, scripts, err
}

func matchesAny(pattern string, names []string) bool {
	expression, err := regexp.Compile(pattern)
	return err == nil && slices.ContainsFunc(names, expression.MatchString)
}
