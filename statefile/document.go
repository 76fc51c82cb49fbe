package statefile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/stigmer/local/fsm"
)

// Schema is the version of the formats of the record and of the request. It
// grows when an older version of this program would misread a file; a new field
// alone is no reason, since unknown fields are tolerated.
const Schema = 1

// HistoryLimit is how many transitions are kept, the latest ones.
const HistoryLimit = 100

// sizeLimit, in bytes, bounds what is read into memory, and so what is written.
const sizeLimit = 4 << 20

// Document is the record as it is on disk.
type Document struct {
	Schema int `json:"schema"`
	fsm.Record
	Paths Paths `json:"paths"`
	// History has the oldest transition first.
	History []fsm.Transition `json:"history"`
}

// Add returns d with one more transition, without those that are over
// HistoryLimit. d's own history is not changed.
func (d Document) Add(t fsm.Transition) Document {
	d.History = recent(append(slices.Clone(d.History), t))
	return d
}

// Encode returns d as indented JSON that ends with a newline, stamped with
// Schema, with at most HistoryLimit transitions and with over-long texts cut. It
// refuses what Decode would not take back.
func Encode(d Document) ([]byte, error) {
	d.Schema = Schema
	if reason := flaw(d); reason != "" {
		return nil, fmt.Errorf("encode record: %s", reason)
	}
	data, err := marshal(bounded(d))
	if err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	if len(data) > sizeLimit {
		return nil, fmt.Errorf("encode record: %d bytes, over the limit of %d", len(data), sizeLimit)
	}
	return data, nil
}

// Decode reads what Encode wrote. Fields that it does not know are tolerated,
// what it knows must be right. It returns a NewerError or else a CorruptError.
// PIDs and times are taken as they are: whether to believe them is not decided here.
func Decode(data []byte) (Document, error) {
	var d Document
	if err := unmarshal(data, &d); err != nil {
		return Document{}, err
	}
	if d.Schema > Schema { // a second word on it, further down
		return Document{}, NewerError{Schema: d.Schema}
	}
	if reason := flaw(d); reason != "" {
		return Document{}, CorruptError{Reason: reason}
	}
	d.History = recent(d.History)
	d.Settings.IP = CanonicalIP(d.Settings.IP) // an older version kept it as it was given
	return d, nil
}

// CanonicalIP is the one spelling of an address in a record: 127.0.0.1 for
// ::ffff:127.0.0.1, on which Temporal cannot listen. What is no address stays as it is.
func CanonicalIP(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	return addr.Unmap().String()
}

func flaw(d Document) string {
	switch {
	case !d.State.Known():
		return fmt.Sprintf("unknown state %.40q", string(d.State))
	case d.Desired != fsm.WantRunning && d.Desired != fsm.WantStopped:
		return fmt.Sprintf("unknown wish %.40q", string(d.Desired))
	}
	if flaw := d.Settings.Flaw(); flaw != "" {
		return "the settings have " + flaw
	}
	return ""
}

func recent(history []fsm.Transition) []fsm.Transition {
	return history[max(0, len(history)-HistoryLimit):]
}

func marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(v)
	return out.Bytes(), err
}

// ownHead is how marshal begins what it writes by this schema.
var ownHead = fmt.Appendf(nil, "{\n  \"schema\": %d,\n", Schema)

// unmarshal reads the schema before anything else, since in a file of a newer
// schema the other fields may have other types. One that begins as ours do need not
// be gone through twice for that.
func unmarshal(data []byte, v any) error {
	switch {
	case len(data) == 0:
		return CorruptError{Reason: "the file is empty"}
	case len(data) > sizeLimit:
		return CorruptError{Reason: "larger than 4 MiB"}
	case len(bytes.Trim(data, "\x00")) == 0:
		return CorruptError{Reason: "nothing but NUL bytes"}
	}
	if !bytes.HasPrefix(data, ownHead) {
		if err := checkSchema(data); err != nil {
			return err
		}
	}
	if err := json.Unmarshal(data, v); err != nil {
		return CorruptError{Reason: explain(err)}
	}
	return nil
}

func checkSchema(data []byte) error {
	var head struct {
		Schema *int `json:"schema"`
	}
	err := json.Unmarshal(data, &head)
	switch {
	case err != nil:
		return CorruptError{Reason: explain(err)}
	case head.Schema == nil:
		return CorruptError{Reason: "no schema version"}
	case *head.Schema > Schema:
		return NewerError{Schema: *head.Schema}
	case *head.Schema < 1:
		return CorruptError{Reason: fmt.Sprintf("schema version %d", *head.Schema)}
	}
	return nil
}

func explain(err error) string {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("%s (byte %d)", syntax, syntax.Offset)
	}
	return err.Error()
}
