//go:build !blunt

package cmd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
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
		}) {
			must := func(code int, args ...string) {
				t.Helper()
				if r := h.inSandbox(refused, args...); r.code != code {
					t.Errorf("%s: exit %d, not %d: %s", refused, r.code, code, r)
				}
			}
			must(0, "start")
			check(t, syscall.Kill(h.temporals()[0], syscall.SIGKILL))
			h.await(".restarts.total=1", ".state=Healthy")
			h.kill9(h.supervisors()[0])
			must(8, "state")
			must(0, "start") // it is adopted, and its exit is noticed without being a child's
			check(t, syscall.Kill(h.temporals()[0], syscall.SIGKILL))
			h.await(".restarts.total=1", ".state=Healthy")
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
