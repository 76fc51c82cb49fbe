package cmd

import (
	"bytes"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// profileSetting is one key of a profile, with its value.
type profileSetting struct{ key, value string }

// settleProfile returns the text of a temporal.toml with these keys set in
// [profile.NAME], and the profile as it was, nil for none. Nothing else is touched: not
// the other keys, not the comments, not the order. Lines are found by their look alone, so
// the outcome is read back and held against the old: where it is not exactly what was meant (a profile
// written as an inline table, say), an error is returned and no text.
func settleProfile(text []byte, name string, settings []profileSetting) (changed []byte, old map[string]any, err error) {
	meant, err := readTOML(text)
	if err != nil {
		return nil, nil, err
	}
	old = maps.Clone(profileIn(meant, name))
	setIn(meant, name, settings)
	changed = editProfile(text, name, settings)
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
	if _, err := toml.Decode(string(text), &content); err != nil {
		return nil, err
	}
	return content, nil
}

// profileNames are the profiles of a file's text; of one that is damaged, none.
func profileNames(text []byte) []string {
	content, err := readTOML(text)
	if err != nil {
		return nil
	}
	profiles, _ := content["profile"].(map[string]any)
	return slices.Collect(maps.Keys(profiles))
}

// profileIn returns a profile of a file that was read; it is nil for none.
func profileIn(content map[string]any, name string) map[string]any {
	profiles, _ := content["profile"].(map[string]any)
	profile, _ := profiles[name].(map[string]any)
	return profile
}

func setIn(content map[string]any, name string, settings []profileSetting) {
	profiles, ok := content["profile"].(map[string]any)
	if !ok {
		profiles = map[string]any{}
		content["profile"] = profiles
	}
	profile, ok := profiles[name].(map[string]any)
	if !ok {
		profile = map[string]any{}
		profiles[name] = profile
	}
	for _, s := range settings {
		profile[s.key] = s.value
	}
}

// editProfile sets the keys in the lines of the profile's table. A table that is
// not there is put at the end.
func editProfile(text []byte, name string, settings []profileSetting) []byte {
	lines := strings.SplitAfter(string(text), "\n")
	ending := "\n"
	if bytes.Contains(text, []byte("\r\n")) {
		ending = "\r\n"
	}
	head := slices.IndexFunc(lines, func(line string) bool { return opensProfile(line, name) })
	if head < 0 {
		return appendProfile(text, name, settings, ending)
	}
	end := head + 1
	for end < len(lines) && !strings.HasPrefix(strings.TrimSpace(lines[end]), "[") {
		end++
	}
	for _, s := range slices.Backward(settings) { // what is new goes first, in its order
		at := slices.IndexFunc(lines[head+1:end], func(line string) bool { return lineKey(line) == s.key })
		if at >= 0 {
			lines[head+1+at] = replaceValue(lines[head+1+at], s)
			continue
		}
		if !strings.HasSuffix(lines[head], "\n") {
			lines[head] += ending
		}
		lines = slices.Insert(lines, head+1, s.line()+ending)
		end++
	}
	return []byte(strings.Join(lines, ""))
}

func appendProfile(text []byte, name string, settings []profileSetting, ending string) []byte {
	out := slices.Clone(text)
	if len(out) > 0 && !bytes.HasSuffix(out, []byte("\n")) {
		out = append(out, ending...)
	}
	if len(out) > 0 {
		out = append(out, ending...)
	}
	out = append(out, "[profile."+tomlKey(name)+"]"+ending...)
	for _, s := range settings {
		out = append(out, s.line()+ending...)
	}
	return out
}

// opensProfile reports whether a line is the header of the profile's table, by
// reading it as TOML: the name may be quoted and have blanks around it.
func opensProfile(line, name string) bool {
	line = strings.TrimSpace(line)
	if !strings.HasPrefix(line, "[") || strings.HasPrefix(line, "[[") {
		return false
	}
	content, err := readTOML([]byte(line))
	profile := profileIn(content, name)
	return err == nil && profile != nil && len(profile) == 0
}

// lineKey is the key that a line gives a value, empty for none.
func lineKey(line string) string {
	key, _, found := strings.Cut(line, "=")
	if !found {
		return ""
	}
	return strings.Trim(strings.TrimSpace(key), `"'`)
}

// replaceValue gives a line another value. It keeps the indent, and the comment
// where the old value is a plain one-line string.
func replaceValue(line string, s profileSetting) string {
	body := strings.TrimRight(line, "\r\n")
	indent := body[:len(body)-len(strings.TrimLeft(body, " \t"))]
	return indent + s.line() + comment(body) + line[len(body):]
}

// comment is what follows a line's string, with the blanks before it.
func comment(line string) string {
	_, value, _ := strings.Cut(line, "=")
	value = strings.TrimLeft(value, " \t")
	if value == "" || value[0] != '"' && value[0] != '\'' {
		return ""
	}
	for i := 1; i < len(value); i++ {
		switch {
		case value[i] == '\\' && value[0] == '"':
			i++
		case value[i] == value[0]:
			if rest := value[i+1:]; strings.HasPrefix(strings.TrimLeft(rest, " \t"), "#") {
				return rest
			}
			return ""
		}
	}
	return ""
}

func (s profileSetting) line() string { return s.key + " = " + tomlString(s.value) }

// tomlKey writes a key: bare where that is allowed, else as a string.
func tomlKey(key string) string {
	plain := func(r rune) bool {
		return r < 0x80 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-')
	}
	if key != "" && !strings.ContainsFunc(key, func(r rune) bool { return !plain(r) }) {
		return key
	}
	return tomlString(key)
}

// tomlString writes a basic string of printable text.
func tomlString(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
