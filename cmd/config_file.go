package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
)

// configName is the settings file in the home.
const configName = "config.yaml"

// configFile is what the settings file says. Its keys are the flags of start.
type configFile struct {
	path    string
	exists  bool
	entries []configEntry
}

// configEntry is one key with its value, or the values of a list.
type configEntry struct {
	name   string
	values []string
	list   bool
	line   int
}

// configPath is the settings file of the home that would be used.
func configPath() (string, error) {
	home, err := homePath()
	if err != nil {
		return "", err
	}
	return filepath.Abs(filepath.Join(home, configName))
}

// readConfig reads the settings file; one that is not there says nothing. Its
// errors are Problems.
func readConfig() (configFile, error) {
	path, err := configPath()
	if err != nil {
		return configFile{}, err
	}
	c := configFile{path: path}
	data, err := readTrusted(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if problem, ok := errors.AsType[*Problem](err); ok {
		return c, problem
	}
	if err != nil {
		p := systemProblem(err, "nothing was changed")
		p.Try = "look at " + path
		return c, p
	}
	c.exists = true
	c.entries, err = parseConfig(path, data)
	return c, err
}

// readTrusted reads a file by which programs are started: only if nobody else can
// have written it. A link is followed: what counts is who can write to the file
// that it leads to.
func readTrusted(path string) ([]byte, error) {
	file, info, err := openRegular(path, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	uid := int(info.Sys().(*syscall.Stat_t).Uid)
	if uid != 0 && uid != os.Geteuid() || openToOthers(path, info.Mode()) {
		return nil, &Problem{
			What:  fmt.Sprintf("%s can be written by others than its owner, or is another user's (mode %04o, uid %d)", path, info.Mode().Perm(), uid),
			Means: "others could choose what is started, so it was not read; nothing was changed",
			Try:   "chmod go-w " + shellWord(path), Exit: ExitPermission,
		}
	}
	return io.ReadAll(file)
}

// openToOthers reports whether others may write to a file. The group's right,
// which many systems give by default, means nothing in a folder that only its
// owner may enter.
func openToOthers(path string, mode fs.FileMode) bool {
	if mode.Perm()&0o022 == 0 {
		return false
	}
	itself, err := os.Lstat(path)
	folder, err2 := os.Stat(filepath.Dir(path))
	closed := err == nil && err2 == nil && itself.Mode().IsRegular() && folder.Mode().Perm()&0o077 == 0
	return mode.Perm()&0o002 != 0 || !closed
}

// yamlLine finds the line in an error of the YAML library.
var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

func parseConfig(path string, data []byte) ([]configEntry, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document, second yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return nil, nil // empty, or nothing but comments
	} else if err != nil {
		return nil, yamlProblem(path, err)
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, configProblem(path, second.Line, "a second document, of which nothing would be read")
	} else if !errors.Is(err, io.EOF) {
		return nil, yamlProblem(path, err)
	}
	top := document.Content[0]
	if top.Kind == yaml.ScalarNode && top.Tag == "!!null" {
		return nil, nil
	}
	if top.Kind != yaml.MappingNode {
		return nil, configProblem(path, top.Line, "these are no settings; each is a line such as port: 7233")
	}
	return parseEntries(path, top.Content)
}

func yamlProblem(path string, err error) *Problem {
	text, line := err.Error(), 0
	if found := yamlLine.FindStringSubmatch(text); found != nil {
		line, _ = strconv.Atoi(found[1])
		text = text[len(found[0]):]
	}
	return configProblem(path, line, "no YAML: "+text)
}

func parseEntries(path string, nodes []*yaml.Node) ([]configEntry, error) {
	known := knownFlags()
	lines := map[string]int{}
	var entries []configEntry
	for i := 0; i+1 < len(nodes); i += 2 {
		key, value := nodes[i], nodes[i+1]
		flag := known.Lookup(key.Value)
		if key.Kind != yaml.ScalarNode || flag == nil {
			return nil, configProblem(path, key.Line, unknownKey(key.Value, known))
		}
		if first := lines[key.Value]; first != 0 {
			return nil, configProblem(path, key.Line, fmt.Sprintf("%s is given a second time, after line %d", key.Value, first))
		}
		lines[key.Value] = key.Line
		entry := configEntry{name: key.Value, line: key.Line}
		var wrong string
		if entry.values, entry.list, wrong = scalars(value); wrong != "" {
			return nil, configProblem(path, max(value.Line, key.Line), key.Value+" "+wrong)
		}
		if entry.list && flag.Value.Type() != "stringArray" {
			return nil, configProblem(path, key.Line, key.Value+" takes one value, not a list")
		}
		// Each value is tried here, so that a wrong one is told although a flag outdoes it.
		for _, v := range entry.values {
			if known.Set(entry.name, v) != nil {
				return nil, configProblem(path, key.Line, fmt.Sprintf("%s: %q is not %s", entry.name, v, kindWords(flag)))
			}
		}
		entries = append(entries, entry.anchored(filepath.Dir(path)))
	}
	return entries, nil
}

// scalars are the texts of a value or of a list of values.
func scalars(node *yaml.Node) (values []string, list bool, wrong string) {
	items := []*yaml.Node{node}
	if node.Kind == yaml.SequenceNode {
		items, list = node.Content, true
	}
	for _, item := range items {
		if item.Kind != yaml.ScalarNode {
			return nil, false, "has something else than plain values"
		}
		if item.Tag == "!!null" {
			return nil, false, "has no value"
		}
		values = append(values, item.Value)
	}
	return values, list, ""
}

// anchored takes a relative path from the file's own folder: the folder in which
// a command happens to be typed means nothing to a file. No shell has expanded ~.
func (e configEntry) anchored(folder string) configEntry {
	path := e.name == "db" || e.name == "temporal-bin" && strings.ContainsRune(e.values[0], filepath.Separator)
	if !path || e.values[0] == "" {
		return e
	}
	rest, fromUser := strings.CutPrefix(e.values[0], "~/")
	if user, err := os.UserHomeDir(); fromUser && err == nil {
		e.values[0] = filepath.Join(user, rest)
	}
	if !filepath.IsAbs(e.values[0]) {
		e.values[0] = filepath.Join(folder, e.values[0])
	}
	return e
}

// apply gives the flags that are still without a value what the file says.
func (c configFile) apply(flags *pflag.FlagSet) error {
	var open []configEntry
	for _, entry := range c.entries {
		// restart does not have every flag of start.
		if f := flags.Lookup(entry.name); f != nil && !f.Changed && !outdone(flags, entry.name) {
			open = append(open, entry)
		}
	}
	for _, entry := range open {
		for _, value := range entry.values {
			if err := flags.Set(entry.name, value); err != nil {
				return configProblem(c.path, entry.line, err.Error())
			}
		}
	}
	return nil
}

func (c configFile) line(name string) int {
	for _, entry := range c.entries {
		if entry.name == name {
			return entry.line
		}
	}
	return 0
}

// knownFlags are the flags of start, whose names are the keys.
func knownFlags() *pflag.FlagSet {
	flags := pflag.NewFlagSet(configName, pflag.ContinueOnError)
	flags.SortFlags = false
	new(options).startFlags(flags)
	return flags
}

func unknownKey(key string, known *pflag.FlagSet) string {
	meant := strings.ToLower(strings.ReplaceAll(strings.TrimLeft(key, "-"), "_", "-"))
	for _, name := range []string{meant, strings.TrimSuffix(meant, "s")} {
		if known.Lookup(name) != nil {
			return fmt.Sprintf("unknown key %q; it is %s", key, name)
		}
	}
	return fmt.Sprintf("unknown key %q; the keys are the flags of start", key)
}

// kindWords says what a flag takes, as the end of a sentence.
func kindWords(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "int":
		return "a whole number"
	case "bool":
		return "true or false"
	case "duration":
		return "a time such as 1500ms or 2m"
	}
	return "a value for it"
}

func configProblem(path string, line int, text string) *Problem {
	at := path
	if line > 0 {
		at += ":" + strconv.Itoa(line)
	}
	return &Problem{
		What: at + ": " + text, Means: "the settings file was not understood; nothing was changed",
		Try: "mend it; stigmer local start --help has the names and what they take", Exit: ExitUsage,
	}
}
