package e2e_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stigmer/local/cmd"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/fsm"
)

const schemaFile = "../../docs/state.schema.json"

var update = flag.Bool("update", false, "rewrite "+schemaFile)

// TestStateSchema holds the published schema against the type that is printed.
func TestStateSchema(t *testing.T) {
	want := stateSchema(t)
	if *update {
		check(t, os.WriteFile(schemaFile, want, 0o644))
	}
	have, err := os.ReadFile(schemaFile)
	check(t, err)
	if !bytes.Equal(have, want) {
		t.Errorf("%s is not what the type says; go test ./cmd/e2e -run Schema -update", schemaFile)
	}
}

// stateSchema makes the schema from the type.
func stateSchema(t *testing.T) []byte {
	text := &jsonschema.Schema{Type: "string"}
	root, err := jsonschema.For[inspect.StateReport](&jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[time.Time]():   {Type: "string", Format: "date-time"},
		reflect.TypeFor[fsm.State]():   {Type: "string", Enum: enumOf(fsm.States)},
		reflect.TypeFor[fsm.Desired](): {Type: "string", Enum: enumOf([]fsm.Desired{fsm.WantRunning, fsm.WantStopped})},
		reflect.TypeFor[fsm.Names]():   {Type: "array", Items: text},
		reflect.TypeFor[fsm.Texts]():   {Type: "array", Items: text},
	}})
	check(t, err)
	root.Schema = "https://json-schema.org/draft/2020-12/schema"
	root.Title = "stigmer local state -o json"
	version := any(inspect.StateSchema)
	root.Properties["schema"].Const = &version
	publish(t, root, "")
	data, err := json.MarshalIndent(root, "", "  ")
	check(t, err)
	return append(data, '\n')
}

// publish finishes the schema of each property: all are described, a newer
// program may print more of them, and a list is empty where it has nothing, not
// null.
func publish(t *testing.T, s *jsonschema.Schema, path string) {
	s.AdditionalProperties = nil
	if slices.Equal(s.Types, []string{"null", "array"}) {
		s.Type, s.Types = "array", nil
	}
	if s.Items != nil {
		publish(t, s.Items, path)
	}
	for name, property := range s.Properties {
		at := path + "." + name
		if property.Description == "" {
			property.Description = cmp.Or(descriptions[at], usageOf(at))
		}
		if property.Description == "" {
			t.Errorf("%s is not described", at)
		}
		publish(t, property, at)
	}
}

// usageOf is what the help of start says of a setting, empty where no flag has the property's name.
func usageOf(path string) string {
	name, setting := strings.CutPrefix(path, ".settings.")
	name = strings.TrimSuffix(strings.TrimPrefix(name, "policy."), "_ms")
	start, _, err := cmd.Root().Find([]string{"local", "start"})
	if flag := start.Flags().Lookup(strings.ReplaceAll(name, "_", "-")); setting && err == nil && flag != nil {
		return flag.Usage
	}
	return ""
}

func enumOf[T ~string](list []T) []any {
	var all []any
	for _, word := range list {
		all = append(all, string(word))
	}
	return all
}

// TestStateSchemaRefuses shows that validating can fail, and what may be null.
func TestStateSchemaRefuses(t *testing.T) {
	for path, nullable := range map[string]bool{
		"since": true, "temporal": true, "supervisor": true, "failure": true, "environment": true, "failure.exit_code": true,
		"state": false, "settings": false, "evidence": false, "history": false, "failure.log_tail": false, "temporal.pid": false,
	} {
		report := fullReport(t)
		parent, name := report, path
		if outer, inner, ok := strings.Cut(path, "."); ok {
			parent, name = report[outer].(map[string]any), inner
		}
		parent[name] = nil
		if err := fitsSchema(report); (err == nil) != nullable {
			t.Errorf("%s null: %v", path, err)
		}
		delete(parent, name)
		if fitsSchema(report) == nil {
			t.Errorf("%s missing: not noticed", path)
		}
	}
	for path, value := range map[string]any{"schema": inspect.StateSchema + 1, "state": "Sleeping", "since": "yesterday", "desired": ""} {
		report := fullReport(t)
		report[path] = value
		if fitsSchema(report) == nil {
			t.Errorf("%s %v: not noticed", path, value)
		}
	}
}

// fullReport is a valid report, as JSON is read, in which nothing is null.
func fullReport(t *testing.T) map[string]any {
	code := 1
	data, err := json.Marshal(inspect.StateReport{
		Schema: inspect.StateSchema, StateNow: inspect.StateNow{State: fsm.Healthy, Desired: fsm.WantRunning, Since: &time.Time{}},
		Temporal: &inspect.TemporalReport{}, Supervisor: &inspect.SupervisorReport{},
		Failure:  &inspect.FailureReport{ExitCode: &code, LogTail: []string{}},
		Evidence: []inspect.Evidence{{}}, Next: fsm.Moves(fsm.CommandInput{Kind: fsm.InputBusy, Record: fsm.Record{State: fsm.Healthy}}),
		History: []inspect.HistoryReport{{From: fsm.Starting, To: fsm.Healthy}},
	})
	check(t, err)
	report := decode(string(data)).(map[string]any)
	check(t, fitsSchema(report))
	return report
}

// cmdSchema validates what state -o json printed: "[!] schema FILE|stdout".
func cmdSchema(ts *testscript.TestScript, neg bool, args []string) {
	requireUsage(ts, false, len(args) == 1, "[!] schema FILE|stdout")
	err := fitsSchema(decode(ts.ReadFile(args[0])))
	if (err != nil) != neg {
		ts.Fatalf("%s: %v", args[0], err)
	}
}

// fitsSchema validates a value as JSON has it. What the schema says of a format, as of a
// time's, is held against the type.
func fitsSchema(value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	published, err := os.ReadFile(schemaFile)
	if err != nil {
		return err
	}
	var schema jsonschema.Schema
	var plain any
	if err := errors.Join(json.Unmarshal(published, &schema), json.Unmarshal(text, &plain), json.Unmarshal(text, new(inspect.StateReport))); err != nil {
		return err
	}
	resolved, err := schema.Resolve(nil)
	if err != nil {
		return err
	}
	return resolved.Validate(plain)
}
