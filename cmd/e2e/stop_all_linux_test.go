//go:build !blunt

package e2e_test

import (
	"strings"
	"testing"
)

// TestStopAll stops all homes of a PID namespace side by side: with names and without, one whose
// supervisor is dead, and one beside them that cannot be stopped. Outside of a namespace it would stop
// the homes of other tests.
func TestStopAll(t *testing.T) {
	inPlaces(t, func(p *place) {
		h := &siege{place: p} // without the guard, which has one Temporal at a time
		h.bin = plainStigmer(t)
		for _, name := range []string{"A", "AU", "B", "BU", "C", "CU"} {
			port, err := freePort()
			check(t, err)
			h.env = append(h.env, name+"="+port)
		}
		out := h.namespace(`
			names="$HOME/.stigmer/instances"
			expect 0 "$STIGMER" local start
			s=$(pid supervisor)
			expect 0 "$STIGMER" local start --name a --port $A --ui-port $AU
			expect 0 "$STIGMER" local start --name b --port $B --ui-port $BU
			expect 0 "$STIGMER" local start --home "$DIR/c" --port $C --ui-port $CU
			expect 2 "$STIGMER" local stop --all --name a
			kill -9 $s; gone $s
			mkdir -m 777 "$names/open"
			chmod 777 "$names/open"
			expect 1 "$STIGMER" local stop --all >"$DIR/out" 2>"$DIR/err"
			cat "$DIR/out" "$DIR/err"
			[ $(grep -c ': stopped in ' "$DIR/out") = 4 ] || fail "not four stopped"
			grep -q '^a: stopped in ' "$DIR/out" || fail "a has no line"
			grep -q "^$DIR/c: stopped in " "$DIR/out" || fail "c has no line"
			grep -q '^open: not stopped: .*writable by others' "$DIR/err" || fail "the fault has no line"
			grep -q '^stigmer: 1 of 5 homes could not be stopped: open$' "$DIR/err" || fail "the end does not name it"
			grep -q 'try:     stigmer local stop --name open, which says more' "$DIR/err" || fail "no advice"
			expect 0 "$STIGMER" local list -o json >"$DIR/out"
			grep -q '"pid": [1-9]' "$DIR/out" && fail "something runs"
			rmdir "$names/open"
			expect 0 "$STIGMER" local stop --all >"$DIR/out" 2>"$DIR/err"
			cat "$DIR/out" "$DIR/err"
			[ "$(cat "$DIR/out" "$DIR/err")" = "Nothing runs." ] || fail "something was stopped"
			expect 0 "$STIGMER" local start --name b --port $B --ui-port $BU
			expect 0 "$STIGMER" local stop --all --now >"$DIR/out"
			grep -q '^b: stopped in .*s, by SIGKILL.$' "$DIR/out" || fail "SIGKILL is not named"
			expect 0 "$STIGMER" local start --name b --port $B --ui-port $BU
			expect 0 "$STIGMER" local stop --all -o json --now`)
		_, printed, _ := strings.Cut(out, "Nothing runs.")
		_, printed, _ = strings.Cut(printed, "\n{\n")
		printed = "{" + printed
		result := lookupValue(decode(printed), "results", 0)
		if err := fitsSchema("result", result); err != nil || lookup(result, ".killed") != "true" {
			t.Errorf("%v: %s", err, printed)
		}
	})
}

func lookupValue(value any, name string, i int) any {
	list, _ := value.(map[string]any)[name].([]any)
	if len(list) <= i {
		return nil
	}
	return list[i]
}
