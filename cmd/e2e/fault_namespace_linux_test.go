//go:build !blunt

package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// The prelude of a story that a shell plays as process 1 of a PID namespace. It fails with its
// line, and reaps what is orphaned whenever it waits for a command.
const inNamespace = `
set -eu
fail() { echo "FAIL: $*"; exit 1; }
expect() { want=$1; shift; got=0; "$@" || got=$?; [ $got = $want ] || fail "exit $got, not $want: $*"; }
pid() { sed -n "/\"$1\": {/,/}/s/.*\"pid\": \([0-9]*\).*/\1/p" "$STIGMER_HOME/temporal.state.json"; }
gone() { n=0; while [ -e /proc/$1 ]; do /bin/true; n=$((n+1)); [ $n -lt 20000 ] || fail "$1 stays"; done; }
# reuse PID: the next process gets it. It leads a session of its own.
reuse() {
	echo $(($1-1)) > /proc/sys/kernel/ns_last_pid
	setsid "$STRAGGLER" "$DIR/foreign.$1" &
	[ $! = $1 ] || fail "the foreign process has pid $!, not $1"
	n=0; while [ ! -e "$DIR/foreign.$1" ]; do /bin/true; n=$((n+1)); [ $n -lt 20000 ] || fail "no foreign process"; done
}
alive() { for p; do case "$(sed 's/.*) \(.\).*/\1/' /proc/$p/stat)" in [SRDI]) ;; *) fail "foreign process $p was signalled" ;; esac; done; }
`

// namespace runs a story in a new PID namespace, which ends with it.
func (h *siege) namespace(story string) string {
	h.t.Helper()
	c := h.inside(story)
	var out bytes.Buffer
	c.Stdout, c.Stderr, c.WaitDelay = &out, &out, awaitDefault
	if err := c.Run(); err != nil {
		h.t.Fatalf("%v\n%s", err, out.String())
	}
	h.t.Log(out.String())
	return out.String()
}

// inside is the command that plays a story in a new PID namespace.
func (h *siege) inside(story string) *exec.Cmd {
	h.t.Helper()
	if os.Getuid() != 0 {
		h.t.Skip("needs root, to make a PID namespace and to choose the next PID")
	}
	if out, err := exec.Command("unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "/bin/sh", "-c",
		"echo 400 > /proc/sys/kernel/ns_last_pid && setsid true").CombinedOutput(); err != nil {
		h.t.Skipf("no PID namespaces here: %v %s", err, out)
	}
	straggler, err := exec.LookPath("straggler")
	check(h.t, err)
	c := exec.Command("unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "/bin/sh", "-c", inNamespace+story)
	c.Env = append(h.env, "STIGMER="+h.bin, "STRAGGLER="+straggler, "DIR="+h.dir)
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return c
}

// TestReusedPIDs gives Temporal's and the supervisor's PIDs to foreign processes once both were
// killed: same number, same boot, same PID namespace, another process.
func TestReusedPIDs(t *testing.T) {
	t.Parallel()
	h := newSiege(t, true)
	h.namespace(`
		foreign=
		for verb in state stop start restart; do
			expect 0 "$STIGMER" local start
			t=$(pid temporal) s=$(pid supervisor)
			kill -9 $s $t; gone $s; gone $t
			reuse $t; reuse $s; foreign="$foreign $t $s"
			expect 3 "$STIGMER" local state
			case $verb in state) expect 3 "$STIGMER" local state --explain ;; *) expect 0 "$STIGMER" local $verb ;; esac
			alive $foreign
		done
		# The supervisor's alone: Temporal is adopted. Then Temporal's alone: it is restarted.
		expect 0 "$STIGMER" local start
		t=$(pid temporal) s=$(pid supervisor)
		kill -9 $s; gone $s; reuse $s; foreign="$foreign $s"
		expect 8 "$STIGMER" local state
		expect 0 "$STIGMER" local start
		[ $(pid temporal) = $t ] || fail "not adopted"
		alive $foreign
		kill -9 $(pid supervisor) $t; gone $t
		reuse $t; alive $t
		expect 0 "$STIGMER" local stop
		expect 3 "$STIGMER" local state
		alive $foreign $t
		kill -9 $foreign $t`)
}

// TestOtherNamespace looks at one home from two PID namespaces. What is in the
// inner one can be seen from outside under other PIDs; what is outside cannot be
// seen from within: it is refused, in words, and left alone.
func TestOtherNamespace(t *testing.T) {
	t.Parallel()
	h := newSiege(t, true)
	h.up()
	temporal := h.temporals()[0]
	for _, killed := range []bool{false, true} {
		if killed {
			h.kill9(h.pid("supervisor"))
		}
		out := h.namespace(`
			for verb in start stop; do expect 1 "$STIGMER" local $verb; done
			expect 1 "$STIGMER" local restart
			got=0; "$STIGMER" local state || got=$?; echo "state: exit $got"`)
		if !runs(temporal) {
			t.Errorf("Temporal was ended:\n%s", out)
		}
		if !strings.Contains(out, "state: exit 4") {
			t.Errorf("it is not known from here:\n%s", out)
		}
		if n := strings.Count(out, "is held by a process that cannot be seen from here"); n != 3 || strings.Count(out, "where Temporal was started") != 3 {
			t.Errorf("killed=%t: %d of 3 commands say why:\n%s", killed, n, out)
		}
		h.up()
		if list := h.temporals(); list[0] != temporal {
			t.Errorf("pid %d instead of %d", list[0], temporal)
		}
	}
	h.down()

	// The namespace ends with all that is in it; the record names its PIDs.
	foreign := h.foreign()
	h.namespace(`expect 0 "$STIGMER" local start; pid temporal > "$DIR/inner"`)
	if text, err := os.ReadFile(filepath.Join(h.dir, "inner")); err != nil || len(text) < 2 {
		t.Fatalf("%q, %v", text, err)
	}
	h.converges(h.anyVerb())
	h.unharmed(foreign, "the namespace's end")
	h.converges("stop")
}

// TestFaultOpenAddress: a start that listens where others can reach it warns, and listens there,
// and a client can work. In truth no client can: it is in a network namespace of its own.
func TestFaultOpenAddress(t *testing.T) {
	inPlaces(t, func(p *place) {
		p.inNetwork("true")
		port, err := strconv.Atoi(p.port)
		check(p.t, err)
		for ip, hex := range map[string]string{"0.0.0.0": "(0{8}|0{32})", "::": "0{32}"} {
			out := p.inNetwork(`"$0" local start --ip ` + ip + ` && "$0" local state && cat /proc/net/tcp* && "$0" local stop`)
			p.says("start --ip "+ip, out, "warning: --ip "+ip+" can be reached from other machines", "Healthy since")
			if !regexp.MustCompile(fmt.Sprintf(" %s:%04X 0+:0000 0A ", hex, port)).MatchString(out) { // 0A: LISTEN
				p.t.Errorf("--ip %s: Temporal does not listen there:\n%s", ip, out)
			}
			p.nothingRuns("stop")
		}
	})
}

// TestFaultNoDualStack: where IPv6 is switched off a bind to :: succeeds, and Temporal ends by
// itself. That is said before the spawn, with what helps.
func TestFaultNoDualStack(t *testing.T) {
	inPlaces(t, func(p *place) {
		p.inNetwork("true")
		out := p.inNetwork(`echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6 || exit 77
			"$0" local start --ip ::; [ $? = 1 ] && "$0" local start --ip 0.0.0.0 && "$0" local stop`)
		p.says("start --ip ::", out, "this machine has no IPv6", "nothing was started", "--ip 0.0.0.0", "Started")
	})
}

// inNetwork runs a shell's line in a network namespace in which this machine has the address
// 192.0.2.1 (RFC 5737) and no other machine is.
func (p *place) inNetwork(line string) string {
	p.t.Helper()
	if os.Getuid() != 0 {
		p.t.Skip("needs root, to make a network namespace")
	}
	const prelude = "ip link set lo up && ip addr add 192.0.2.1/32 dev lo || exit 77\n"
	out, status := p.run(exec.Command("unshare", "--net", "/bin/sh", "-c", prelude+line, p.bin))
	if line == "true" && status != 0 {
		p.t.Skipf("no network namespaces here: %s", out)
	}
	if status != 0 {
		p.t.Fatalf("exit status %d:\n%s", status, out)
	}
	return out
}
