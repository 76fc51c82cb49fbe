package fsm

import (
	"encoding/json"
	"strings"
)

// Environment is what a Temporal is lent of the environment of the command that asked for it.
// It is in the record, so that each restart, by whatever process, lends the same. It is no
// setting: a start from another environment is not refused for the difference.
type Environment struct {
	// Lent are the variables, each NAME=value. Values may be secrets: only the record
	// has them, never a report, a trace or a log.
	Lent Texts `json:"lent"`
	// Withheld names the variables that would have shaped Temporal and were kept away, and
	// describes a preset of the Temporal CLI that would have: see actions/environment.
	Withheld Texts `json:"withheld"`
}

// Known reports whether the environment was recorded: a record of an older version has none.
func (e Environment) Known() bool { return e.Lent != "" }

// Names are the names of the variables that are lent, in their order.
func (e Environment) Names() []string {
	names := e.Lent.List()
	for i, entry := range names {
		names[i], _, _ = strings.Cut(entry, "=")
	}
	return names
}

// Texts is a list of texts as a comparable value: joined by NULs, which no text of it
// has, and a JSON array outside. A text that is not UTF-8, which JSON cannot hold, stands
// there as an object with its bytes. No text is empty.
type Texts string

// MakeTexts joins a list.
func MakeTexts(list []string) Texts { return Texts(strings.Join(list, "\x00")) }

// List splits the texts; it is empty, not nil, for none.
func (t Texts) List() []string {
	if t == "" {
		return []string{}
	}
	return strings.Split(string(t), "\x00")
}

// rawText is a text that is not UTF-8; encoding/json writes bytes in base64.
type rawText struct {
	Bytes []byte `json:"bytes"`
}

// MarshalJSON writes a JSON array.
func (t Texts) MarshalJSON() ([]byte, error) {
	entries := []any{}
	for _, text := range t.List() {
		if strings.ToValidUTF8(text, "") == text {
			entries = append(entries, text)
		} else {
			entries = append(entries, rawText{[]byte(text)})
		}
	}
	return json.Marshal(entries)
}

// UnmarshalJSON reads a JSON array. A NUL ends the text that it stands in: no text of
// ours has one, and no variable can.
func (t *Texts) UnmarshalJSON(data []byte) error {
	var entries []json.RawMessage
	if err := json.Unmarshal(data, &entries); err != nil {
		return err
	}
	var list []string
	for _, entry := range entries {
		var text string
		var raw rawText
		if err := json.Unmarshal(entry, &text); err != nil {
			if err := json.Unmarshal(entry, &raw); err != nil {
				return err
			}
			text = string(raw.Bytes)
		}
		if text, _, _ = strings.Cut(text, "\x00"); text != "" {
			list = append(list, text)
		}
	}
	*t = MakeTexts(list)
	return nil
}
