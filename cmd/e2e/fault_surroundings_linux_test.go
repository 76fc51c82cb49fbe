//go:build !blunt

package e2e_test

import (
	"strings"
	"testing"
)

// TestSurroundings: what a start needs of /proc, /dev and the network is missing or odd. It
// works, or it names the cause and the way out, at once, and leaves nothing.
func TestSurroundings(t *testing.T) {
	besiege(t, func(h *siege) {
		for _, row := range rows(h, []struct {
			name, prepare, cause, try string // without a cause it works
			of                        string // the home's state, as seen from there
		}{
			{"no /proc", "umount -l /proc", "/proc is not mounted", "mount -t proc proc /proc", "4"},
			{"a /proc of another PID namespace", "exec unshare --pid --fork", "/proc is not mounted", "mount -t proc proc /proc", "4"},
			{"an empty /proc", "mount -t tmpfs none /proc", "/proc is not mounted", "mount -t proc proc /proc", "4"},
			{"hidepid", "mount -o remount,hidepid=2 /proc", "", "", "3"},
			{"no /sys", "umount -l /sys", "", "", "3"},
			{"an empty /dev", "mount -t tmpfs none /dev", "open /dev/null", "mknod -m 666 /dev/null", "3"},
			{"a /dev with a null alone", `mkdir "$DIR/dev"; mount -t tmpfs none "$DIR/dev"; touch "$DIR/dev/null"; mount --bind /dev/null "$DIR/dev/null"; mount --move "$DIR/dev" /dev`, "", "", "3"},
			{"a root that can only be read", `for d in "$DIR" "$STIGMER_HOME"; do mount --bind "$d" "$d"; done; mount -o remount,ro,bind /; if touch /x 2>/dev/null; then fail "it can be written"; fi`, "", "", "3"},
			{"no HOME and no USER", "unset HOME USER LOGNAME", "", "", "3"},
			{"neither HOME nor STIGMER_HOME", "unset HOME STIGMER_HOME", "neither STIGMER_HOME nor HOME is set", "STIGMER_HOME=DIR", "4"},
			{"no loopback", "exec unshare --net", "this machine can listen there, and not connect to it", "ip link set lo up", "3"},
		}) {
			line := `got=0; "$STIGMER" local start >"$DIR/said" 2>&1 || got=$?; "$STIGMER" local stop >/dev/null 2>&1 || true; ` +
				`now=0; "$STIGMER" local state >/dev/null 2>&1 || now=$?; echo "start: $got, state: $now"; while read -r said; do echo "$said"; done < "$DIR/said"`
			// An inner shell, as what prepares may take the network from it.
			story := "mount --make-rprivate /\n" + row.prepare + "\n" + line
			if prefix, ok := strings.CutPrefix(row.prepare, "exec "); ok {
				story = prefix + " /bin/sh -c '" + line + "'"
			}
			out := h.namespace(story)
			want := "start: 0, state: " + row.of
			if row.cause != "" {
				want = "start: 1, state: " + row.of
			}
			if !strings.Contains(out, want) || !strings.Contains(out, row.cause) || !strings.Contains(out, row.try) {
				t.Errorf("%s: not %q, %q, %q:\n%s", row.name, want, row.cause, row.try, out)
			}
			if left := h.temporals(); len(left) > 0 {
				t.Errorf("%s: left behind: %v", row.name, left)
			}
		}
	})
}
