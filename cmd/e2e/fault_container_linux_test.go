//go:build !blunt

package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// container is a PID namespace in which stigmer is process 1.
type container struct {
	*siege
	cmd *exec.Cmd
	out bytes.Buffer
	// init is process 1's PID outside.
	init int
	done chan struct{} // closed by the goroutine that waits for the end
}

// container starts stigmer as process 1, and waits until Temporal is Healthy.
func (h *siege) container(prelude string, args ...string) *container {
	h.t.Helper()
	c := h.asProcessOne(prelude, append([]string{h.bin, "local"}, args...)...)
	if !poll(awaitDefault, func() bool { return isClosed(c.done) || h.recordSays("Healthy") }) || isClosed(c.done) {
		h.t.Fatalf("not Healthy:\n%s", c.out.String())
	}
	return c
}

// asProcessOne starts a program as process 1 of a PID namespace. A prelude is a shell's, which
// the program takes the place of.
func (h *siege) asProcessOne(prelude string, program ...string) *container {
	h.t.Helper()
	h.inside("true") // skips where it cannot be had
	c := &container{siege: h, done: make(chan struct{})}
	line := prelude + "\nexec \"$@\""
	c.cmd = exec.Command("unshare", append([]string{"--pid", "--mount", "--fork", "--kill-child", "--mount-proc", "/bin/sh", "-ec", line, "sh"}, program...)...)
	c.cmd.Env, c.cmd.Stdout, c.cmd.Stderr, c.cmd.WaitDelay = h.env, &c.out, &c.out, awaitDefault
	check(h.t, c.cmd.Start())
	go func() { c.cmd.Wait(); close(c.done) }() // ends with the namespace
	h.t.Cleanup(func() { c.cmd.Process.Kill(); <-c.done })
	if !poll(awaitDefault, func() bool {
		children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", c.cmd.Process.Pid, c.cmd.Process.Pid))
		c.init, _ = strconv.Atoi(strings.TrimSpace(string(children)))
		return isClosed(c.done) || c.init > 1
	}) || isClosed(c.done) {
		h.t.Fatalf("there is no process 1:\n%s", c.out.String())
	}
	return c
}

func (h *siege) recordSays(state string) bool {
	return strings.Contains(h.record(), `"state": "`+state+`"`)
}

// beside runs a program in the container, as docker exec does.
func (c *container) beside(status int, args ...string) string {
	c.t.Helper()
	return c.besideWith(c.env, status, args...)
}

// besideWith is beside, with another environment.
func (c *container) besideWith(env []string, status int, args ...string) string {
	c.t.Helper()
	command := exec.Command("nsenter", append([]string{"--target", fmt.Sprint(c.init), "--pid", "--mount"}, args...)...)
	command.Env = env
	out, err := command.CombinedOutput()
	if command.ProcessState == nil {
		c.t.Fatal(err)
	}
	if code := command.ProcessState.ExitCode(); code != status {
		c.t.Errorf("%q beside process 1: exit status %d, not %d\n%s\nprocess 1 said:\n%s", args, code, status, out, c.out.String())
	}
	return string(out)
}

// anyStatus is for an end of which unshare reports nothing.
const anyStatus = -1

// ends waits for the end of the container, and compares its exit status.
func (c *container) ends(status int) {
	c.t.Helper()
	if !poll(awaitDefault, func() bool { return isClosed(c.done) }) {
		c.t.Fatalf("the container goes on:\n%s", c.out.String())
	}
	if code := c.cmd.ProcessState.ExitCode(); code != status && status != anyStatus {
		c.t.Errorf("the container ended with %d, not %d:\n%s", code, status, c.out.String())
	}
}

// zombies are the children of process 1 that it has not reaped.
func (c *container) zombies() (pids []string) {
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", c.init, c.init))
	check(c.t, err)
	for _, pid := range strings.Fields(string(children)) {
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		if _, rest, _ := strings.Cut(string(stat), ") "); err == nil && strings.HasPrefix(rest, "Z") {
			pids = append(pids, pid)
		}
	}
	return pids
}

// TestProcessOne: as process 1 of a container, start serves, whatever is asked from beside
// it is done, orphans are reaped, and the end is as docker stop and docker kill mean it.
func TestProcessOne(t *testing.T) {
	besiege(t, func(h *siege) {
		c := h.container("", "start", "--foreground")
		c.beside(0, h.bin, "local", "state")
		if h.real() { // the fake's database is none
			c.beside(0, h.bin, "local", "doctor")
		}
		c.beside(0, "/bin/sh", "-c", "for i in 1 2 3; do setsid /bin/sh -c 'setsid /bin/true & setsid /bin/true' & done; wait")
		if !poll(awaitDefault, func() bool { return len(c.zombies()) == 0 }) {
			t.Errorf("not reaped: %v", c.zombies())
		}
		h.must([]string{"state"}, 0) // from outside the supervisor is known as well
		c.beside(0, h.bin, "local", "restart")
		c.beside(0, h.bin, "local", "state")
		check(t, syscall.Kill(c.init, syscall.SIGTERM))
		c.ends(0)
		h.isDown()

		c = h.container("", "start", "--foreground")
		if out := c.beside(0, h.bin, "local", "stop"); !strings.Contains(out, "Stopped: nothing of Temporal is left.") {
			t.Errorf("stop says %s", out)
		}
		c.ends(0)
		h.isDown()

		// The supervisor in the background keeps the container. The signal may come before
		// start has ended, which is then interrupted, or after that.
		c = h.container("", "start")
		check(t, syscall.Kill(c.init, syscall.SIGINT))
		c.ends(anyStatus)
		h.isDown()

		c = h.container("exec </dev/null", "start", "--foreground")
		check(t, syscall.Kill(c.init, syscall.SIGKILL))
		c.ends(anyStatus)
		h.converges(h.anyVerb())
		h.converges("stop")
	})
}

// TestProcessOneFails: the supervisor that a restart from beside has left in the background is
// the container's then, and its end is that of the container.
func TestProcessOneFails(t *testing.T) {
	besiege(t, func(h *siege) {
		c := h.container("", "start", "--foreground")
		c.beside(0, h.bin, "local", "restart")
		c.beside(0, "kill", "-9", fmt.Sprint(h.pid("supervisor")))
		c.ends(137)

		c = h.container("", "start")
		c.beside(0, h.bin, "local", "restart", "--restart-limit", "1")
		temporal := fmt.Sprint(h.pid("temporal"))
		c.beside(0, "kill", "-9", temporal)
		h.await("Healthy", ".temporal.pid!="+temporal)
		c.beside(0, "kill", "-9", fmt.Sprint(h.pid("temporal")))
		c.ends(1)
		h.isDown()
	})
}

// TestProcessOneStubborn: an engine's SIGTERM ends the container also where Temporal ignores it,
// after the grace period, and Ctrl-C, twice, ends the wait.
func TestProcessOneStubborn(t *testing.T) {
	t.Parallel()
	h := newSiege(t, false)
	h.env = append(h.env, "FAKE_TEMPORAL=ignore-term")
	c := h.container("", "start", "--foreground")
	check(t, syscall.Kill(c.init, syscall.SIGTERM))
	h.await("Stopping")
	poll(awaitDefault, func() bool { // the kernel merges those that come too soon
		return isClosed(c.done) || syscall.Kill(c.init, syscall.SIGINT) != nil
	})
	c.ends(0)
	h.isDown()
}

// TestProcessOneReapsNothing: process 1 of a container is a program that waits for no child, as
// sleep infinity in a dev container, and each process that ended stays a zombie. It is not taken
// for one that lives: what ran is adopted, restarted and stopped.
func TestProcessOneReapsNothing(t *testing.T) {
	besiege(t, func(h *siege) {
		c := h.asProcessOne("", "/bin/sleep", "infinity")
		kill := func(name string) {
			pid := h.pid(name)
			c.beside(0, "kill", "-9", fmt.Sprint(pid))
			if !poll(awaitDefault, func() bool { return len(c.zombies()) > 0 }) {
				t.Fatalf("%s left no zombie", name)
			}
		}
		c.beside(0, h.bin, "local", "start")
		temporal := h.pid("temporal")
		kill("supervisor")
		c.beside(8, h.bin, "local", "state")
		c.beside(0, h.bin, "local", "start")
		if now := h.pid("temporal"); now != temporal {
			t.Errorf("pid %d was not adopted: it is %d", temporal, now)
		}
		kill("temporal") // no child of the supervisor that adopted it
		h.await("Healthy", fmt.Sprintf(".temporal.pid!=%d", temporal))
		c.beside(0, h.bin, "local", "restart")
		kill("supervisor")
		c.beside(0, h.bin, "local", "stop")
		c.beside(3, h.bin, "local", "state")
		c.beside(0, h.bin, "local", "start")
		kill("supervisor")
		kill("temporal")
		c.beside(3, h.bin, "local", "state")
		c.beside(0, h.bin, "local", "start")
		c.beside(0, h.bin, "local", "stop")
	})
}

// dockerfile returns what follows each instruction of the example in docs/CONTAINERS.md.
func dockerfile(t *testing.T) map[string]string {
	t.Helper()
	instructions := map[string]string{}
	for _, line := range strings.Split(containerBlock(t, "dockerfile"), "\n") {
		name, rest, _ := strings.Cut(line, " ")
		instructions[name] = rest
	}
	return instructions
}

// TestProcessOneAlone is the example's image, made from nothing: a read-only root with the
// two programs and /proc, a /dev with a null alone, no /tmp, no HOME, no USER, and a user
// that no passwd names, which may write to the volume by its group alone.
func TestProcessOneAlone(t *testing.T) {
	t.Parallel()
	h := newSiege(t, true)
	image := dockerfile(t)
	var entry []string
	check(t, json.Unmarshal([]byte(image["ENTRYPOINT"]), &entry))
	if image["COPY"] != "build/stigmer build/bin/temporal /bin/" || image["FROM"] != "scratch" || image["EXPOSE"] != "7233 8233" {
		t.Errorf("the image is another one than this test makes: %q", image)
	}
	c := h.container(`
		volume=$(dirname "$STIGMER_HOME") root="` + t.TempDir() + `"
		rmdir "$STIGMER_HOME"
		chown root:12345 "$volume"
		chmod 2770 "$volume" # as Kubernetes has it, by fsGroup
		mkdir -p "$root/bin" "$root/dev" "$root/proc" "$root` + image["VOLUME"] + `"
		touch "$root/dev/null" "$root/bin/temporal" "$root/bin/stigmer"
		mount --make-rprivate /
		mount --bind "$root" "$root"
		mount --bind "$1" "$root/bin/stigmer"
		mount --bind "$STIGMER_TEMPORAL_BIN" "$root/bin/temporal"
		mount --bind "$volume" "$root` + image["VOLUME"] + `"
		mount --bind /dev/null "$root/dev/null"
		mount -t proc proc "$root/proc"
		mount -o remount,ro,bind "$root"
		set -- env -i STIGMER_PORT=$STIGMER_PORT STIGMER_UI_PORT=$STIGMER_UI_PORT ` + image["ENV"] + ` \
			$(command -v chroot) --userspec=12345:12345 "$root" ` + strings.Join(entry, " "))
	project, err := parseCompose(containerBlock(t, "yaml"))
	check(t, err)
	health := append([]string{"--root", "--setuid=12345", "--setgid=12345"}, project.Services["temporal"].HealthCheck.Test[1:]...)
	if out := c.besideWith(strings.Fields(image["ENV"]), 0, health...); !strings.HasPrefix(out, "Healthy") {
		t.Errorf("the health check says %s", out)
	}
	if !strings.Contains(h.record(), `"ip": "0.0.0.0"`) {
		t.Errorf("the record is\n%s", h.record())
	}
	check(t, syscall.Kill(c.init, syscall.SIGTERM))
	c.ends(0)
	if !h.recordSays("Stopped") {
		t.Errorf("the record is\n%s", h.record())
	}
}

// TestTwoContainers share a home: the second sees no process of the first. It is refused
// in words, while the first is still starting as well, and goes on when the first has ended.
func TestTwoContainers(t *testing.T) {
	besiege(t, func(h *siege) {
		c := h.container("", "start", "--foreground")
		for _, restarts := range []bool{false, true} {
			if restarts { // what the record says next is no news for the second
				h.kill9(h.temporals()[0])
			}
			out := h.namespace(`
				expect 1 "$STIGMER" local start; expect 1 "$STIGMER" local start --foreground
				expect 4 "$STIGMER" local state; expect 1 "$STIGMER" local doctor --fix`)
			if n := strings.Count(out, "supervisor.lock is held by a process that cannot be seen from here"); n != 2 {
				t.Errorf("%d of 2 say why:\n%s", n, out)
			}
			if strings.Contains(out, "but now it is") || strings.Contains(out, "temporal.pid") {
				t.Errorf("what cannot be seen is called stale:\n%s", out)
			}
			if !poll(awaitDefault, func() bool { return h.recordSays("Healthy") }) {
				t.Fatalf("the record is\n%s", h.record())
			}
		}
		check(t, syscall.Kill(c.init, syscall.SIGKILL))
		c.ends(anyStatus)
		h.namespace(`expect 0 "$STIGMER" local start; expect 0 "$STIGMER" local stop`)
		h.isDown()
	})
}
