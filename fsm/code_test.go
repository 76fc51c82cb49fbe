package fsm

import "testing"

// Each failure has a code: that of its input, or the one that its event alone gives, as in a record
// of a version before the codes.
func TestFailuresHaveCodes(t *testing.T) {
	known := Supervisor{Record: Record{Settings: Settings{Policy: DefaultPolicy()}}}
	for event, code := range eventCodes {
		for in, want := range map[Input]Code{
			{Event: event}:                     code,
			{Event: event, Code: CodeDiskFull}: CodeDiskFull,
			{Event: event, Code: CodeDatabaseLocked, Exit: Exit{Shortage: LimitShortage}}: CodeMemoryLimit,
		} {
			s := known.account(Row{On: event}, in)
			if s.Failure.Code != want {
				t.Errorf("%s with %q: %q, want %q", event, in.Code, s.Failure.Code, want)
			}
			s.Failure.Code = ""
			if in.Code == "" && s.Failure.Cause() != want {
				t.Errorf("%s of an older version: %q", event, s.Failure.Cause())
			}
			if s = s.account(Row{On: BudgetExhausted}, Input{}); in.Code == "" && s.Failure.Cause() != want {
				t.Errorf("%s, given up: %q", event, s.Failure.Cause())
			}
		}
	}
	if code := (Failure{}).Cause(); code != "" {
		t.Errorf("no failure: %q", code)
	}
}
