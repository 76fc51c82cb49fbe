package profile

import (
	"bytes"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// profileSetting is one key of a profile, with its value.
type profileSetting struct{ key, value string }

func (s profileSetting) line() string { return s.key + " = " + tomlString(s.value) }

// byteOrderMark may begin a file; the parser does not know it.
const byteOrderMark = "\ufeff"

// setProfile returns the text of a temporal.toml with these keys set in
// [profile.NAME], and the profile as it was, empty for none. Nothing else is touched: not
// the other keys, not the comments, not the order. The new text is read and compared with
// what was meant. Where it differs (a profile that is an inline table, say), an error is
// returned and no text.
func setProfile(text []byte, name string, settings []profileSetting) (changed []byte, old map[string]any, err error) {
	meant, err := readTOML(text)
	if err != nil {
		return nil, nil, err
	}
	profile := tableIn(tableIn(meant, "profile"), name)
	old = maps.Clone(profile)
	changed, marked := bytes.CutPrefix(text, []byte(byteOrderMark))
	for _, s := range slices.Backward(settings) { // a new key goes below the header
		profile[s.key] = s.value
		changed = setKey(changed, name, s)
	}
	if marked {
		changed = append([]byte(byteOrderMark), changed...)
	}
	got, err := readTOML(changed)
	if err != nil || !reflect.DeepEqual(got, meant) {
		return nil, nil, errUneditable
	}
	return changed, old, nil
}

// errUneditable is for a file that is right, but written in a way that cannot be
// changed without changing more.
var errUneditable = errors.New("the file is written in a way in which no line of the profile can be changed and all else be left as it is")

func readTOML(text []byte) (map[string]any, error) {
	content := map[string]any{}
	err := toml.Unmarshal(bytes.TrimPrefix(text, []byte(byteOrderMark)), &content)
	return content, err
}

// profileNames are the profiles of a file's text; of one that is damaged, none.
func profileNames(text []byte) []string {
	content, err := readTOML(text)
	if err != nil {
		return nil
	}
	return slices.Collect(maps.Keys(tableIn(content, "profile")))
}

// tableIn returns a table of a file that was read. It makes one where there is none, or
// where another value is.
func tableIn(content map[string]any, key string) map[string]any {
	table, ok := content[key].(map[string]any)
	if !ok {
		table = map[string]any{}
		content[key] = table
	}
	return table
}

// setKey puts a value in the place of the old one, a new key below the header of the
// profile's table, and a new table at the end.
func setKey(text []byte, name string, s profileSetting) []byte {
	ending := "\n"
	if bytes.Contains(text, []byte("\r\n")) {
		ending = "\r\n"
	}
	header, value := findKey(text, name, s.key)
	switch at := int(value.Offset); {
	case value.Length > 0:
		return slices.Concat(text[:at], []byte(tomlString(s.value)), text[at+int(value.Length):])
	case header > 0:
		return slices.Concat(text[:header], []byte(ending+s.line()), text[header:])
	}
	before := ""
	if len(text) > 0 && !bytes.HasSuffix(text, []byte("\n")) {
		before = ending
	}
	if len(text) > 0 {
		before += ending
	}
	return slices.Concat(text, []byte(before+"[profile."+tomlKey(name)+"]"+ending+s.line()+ending))
}

// findKey returns where the header line of a profile's table ends, 0 for no table, and
// where the key's value is, if it is a scalar. An error of the parser needs no check: the
// text has been read before.
func findKey(text []byte, name, key string) (header int, value unstable.Range) {
	var parser unstable.Parser
	parser.Reset(text)
	var table []string
	for parser.NextExpression() {
		e := parser.Expression()
		var path []string
		end := 0
		for keys := e.Key(); keys.Next(); {
			path, end = append(path, string(keys.Node().Data)), int(keys.Node().Raw.Offset+keys.Node().Raw.Length)
		}
		if e.Kind != unstable.KeyValue {
			if table = path; slices.Equal(table, []string{"profile", name}) {
				line, _, _ := bytes.Cut(text[end:], []byte("\n"))
				header = end + len(bytes.TrimSuffix(line, []byte("\r")))
			}
			continue
		}
		scalar := e.Value().Kind != unstable.Array && e.Value().Kind != unstable.InlineTable
		if scalar && slices.Equal(slices.Concat(table, path), []string{"profile", name, key}) {
			value = e.Value().Raw
		}
	}
	return header, value
}

// tomlKey writes a key: bare where that is allowed, else as a string.
func tomlKey(key string) string {
	const bare = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
	if key != "" && strings.Trim(key, bare) == "" {
		return key
	}
	return tomlString(key)
}

// tomlString writes a basic string of printable text.
func tomlString(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
