//go:build !blunt

package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// inSandbox runs a command in which calls are refused.
func (h *siege) inSandbox(refused string, args ...string) result {
	c := exec.Command("sandbox", append([]string{refused, h.bin, "local"}, args...)...)
	return h.result(h.askOf(c, args...))
}

// TestSandbox: a life in which the kernel refuses calls that old kernels lack and sandboxes
// refuse, for commands, supervisor and Temporal alike: all works as ever.
func TestSandbox(t *testing.T) {
	besiege(t, func(h *siege) {
		for _, refused := range rows(h, []string{
			"pidfd_open,pidfd_send_signal=ENOSYS", // Linux 5.2
			"pidfd_open,pidfd_send_signal=EPERM",  // an engine older than its kernel
			"pidfd_send_signal=EPERM",
			"inotify_init1=EMFILE", // the user's instances are spent
			"inotify_init1=ENOSYS",
			"prlimit64=EPERM",
			"faccessat2,clone3=ENOSYS",
			"statx=EPERM", // an engine older than Linux 4.11
		}) {
			must := func(code int, args ...string) {
				t.Helper()
				if r := h.inSandbox(refused, args...); r.code != code {
					t.Errorf("%s: exit %d, not %d: %s", refused, r.code, code, r)
				}
			}
			must(0, "start")
			h.crash()
			h.kill9(h.supervisors()[0])
			must(8, "state")
			must(0, "start") // it is adopted, and its exit is noticed without being a child's
			h.crash()
			must(0, "state", "--explain")
			must(0, "restart")
			must(0, "stop")
			h.isDown()
			if log, _ := os.ReadFile(filepath.Join(h.home, "logs", "supervisor.log")); strings.Contains(string(log), "[ERROR]") {
				t.Errorf("%s: the supervisor says\n%s", refused, log)
			}
		}
	})
}

// TestSandboxRefuses: without a call that cannot be done without, a start names the cause
// and a way out, and leaves nothing.
func TestSandboxRefuses(t *testing.T) {
	besiege(t, func(h *siege) {
		const sandbox = "run it outside of the sandbox"
		for _, row := range rows(h, []struct{ refused, cause, try string }{
			{"statfs=EPERM", "the identity of a process cannot be read", sandbox},
			{"readlinkat=EPERM", "/proc is not mounted", "mount -t proc"}, // it looks so
			{"setsid=EPERM", "operation not permitted", sandbox},
			{"socket=EPERM", "socket: operation not permitted", sandbox},
			{"connect=EPERM", "this machine can listen there, and not connect to it", sandbox},
			{"getsockname=EPERM", "the system does not name the port", ""},
			{"flock=ENOLCK", "no locks available", "a home on a local disk"},
			{"flock=ENOSYS", "function not implemented", "a home on a local disk"},
			{"fsync=EIO", "input/output error", "dmesg"},
		}) {
			for _, args := range [][]string{{"start"}, {"start", "--foreground"}} {
				r := h.inSandbox(row.refused, args...)
				if r.code != 1 && r.code != 4 || !strings.Contains(r.out, row.cause) || !strings.Contains(r.out, row.try) || strings.Contains(r.out, "goroutine ") {
					t.Errorf("%s: %s", row.refused, r)
				}
				h.isDown()
			}
		}
	})
}
