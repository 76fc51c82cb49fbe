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
	"github.com/stigmer/local/cmd/internal/homes"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/cmd/internal/lifecycle"
	"github.com/stigmer/local/fsm"
)

// published is a schema in docs, of what commands print with -o json.
type published struct {
	title   string
	printed any
	version int
}

// schemas are those in docs, by the first words of their files' names.
var schemas = map[string]published{
	"state":  {"stigmer local state -o json", inspect.StateReport{}, inspect.StateSchema},
	"list":   {"stigmer local list -o json", homes.Report{}, homes.Schema},
	"result": {"stigmer local start|stop|restart -o json", lifecycle.Result{}, lifecycle.ResultSchema},
}

func schemaFile(name string) string { return "../../docs/" + name + ".schema.json" }

var update = flag.Bool("update", false, "rewrite the schemas in docs")

// TestSchemas holds each published schema against the type that is printed.
func TestSchemas(t *testing.T) {
	for name, of := range schemas {
		want, file := schemaOf(t, of), schemaFile(name)
		if *update {
			check(t, os.WriteFile(file, want, 0o644))
		}
		have, err := os.ReadFile(file)
		check(t, err)
		if !bytes.Equal(have, want) {
			t.Errorf("%s is not what the type says; go test ./cmd/e2e -run Schema -update", file)
		}
	}
}

// schemaOf makes a schema from the type.
func schemaOf(t *testing.T, of published) []byte {
	text := &jsonschema.Schema{Type: "string"}
	root, err := jsonschema.ForType(reflect.TypeOf(of.printed), &jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[time.Time]():         {Type: "string", Format: "date-time"},
		reflect.TypeFor[fsm.State]():         {Type: "string", Enum: enumOf(fsm.States)},
		reflect.TypeFor[fsm.Desired]():       {Type: "string", Enum: enumOf([]fsm.Desired{fsm.WantRunning, fsm.WantStopped})},
		reflect.TypeFor[lifecycle.Outcome](): {Type: "string", Enum: enumOf(lifecycle.Outcomes)},
		reflect.TypeFor[fsm.Names]():         {Type: "array", Items: text},
		reflect.TypeFor[fsm.Texts]():         {Type: "array", Items: text},
	}})
	check(t, err)
	root.Schema = "https://json-schema.org/draft/2020-12/schema"
	root.Title = of.title
	version := any(of.version)
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
		if err := fitsSchema("state", report); (err == nil) != nullable {
			t.Errorf("%s null: %v", path, err)
		}
		delete(parent, name)
		if fitsSchema("state", report) == nil {
			t.Errorf("%s missing: not noticed", path)
		}
	}
	for path, value := range map[string]any{"schema": inspect.StateSchema + 1, "state": "Sleeping", "since": "yesterday", "desired": ""} {
		report := fullReport(t)
		report[path] = value
		if fitsSchema("state", report) == nil {
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
	check(t, fitsSchema("state", report))
	return report
}

// cmdSchema validates what was printed with -o json: "[!] schema FILE|stdout [NAME]", where NAME is
// that of a schema in docs, state by itself.
func cmdSchema(ts *testscript.TestScript, neg bool, args []string) {
	requireUsage(ts, false, len(args) == 1 || len(args) == 2, "[!] schema FILE|stdout [NAME]")
	err := fitsSchema(append(args, "state")[1], decode(ts.ReadFile(args[0])))
	if (err != nil) != neg {
		ts.Fatalf("%s: %v", args[0], err)
	}
}

// fitsSchema validates a value as JSON has it. What the schema says of a format, as of a
// time's, is held against the type.
func fitsSchema(name string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	page, err := os.ReadFile(schemaFile(name))
	if err != nil {
		return err
	}
	var schema jsonschema.Schema
	var plain any
	typed := reflect.New(reflect.TypeOf(schemas[name].printed)).Interface()
	if err := errors.Join(json.Unmarshal(page, &schema), json.Unmarshal(text, &plain), json.Unmarshal(text, typed)); err != nil {
		return err
	}
	resolved, err := schema.Resolve(nil)
	if err != nil {
		return err
	}
	return resolved.Validate(plain)
}
