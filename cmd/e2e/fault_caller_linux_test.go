package e2e_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestFaultDescriptors: nothing that the caller has open is kept, by the
// supervisor or by Temporal, in the background and in the foreground.
func TestFaultDescriptors(t *testing.T) {
	t.Parallel()
	for _, foreground := range []bool{false, true} {
		t.Run(fmt.Sprintf("foreground=%t", foreground), func(t *testing.T) {
			t.Parallel()
			p := realPlace(t)
			mine, theirs, err := os.Pipe()
			check(t, err)
			defer mine.Close()
			line := `exec 5</etc/hostname 9>>"$1"; exec "$0" local start`
			if foreground {
				line += " --foreground"
			}
			leaked := filepath.Join(p.dir, "leaked")
			c := exec.Command("/bin/sh", "-c", line, p.bin, leaked)
			c.Env, c.ExtraFiles = p.env, []*os.File{theirs}
			check(t, c.Start())
			check(t, theirs.Close())
			if !foreground {
				check(t, c.Wait())
				_, err = io.ReadAll(ended(t, mine)) // its end comes, as no process has it any more
				check(t, err)
			}
			p.await("Healthy")
			p.keepsNone(p.pid("temporal"), "/etc/hostname", leaked, "pipe:")
			if !foreground {
				p.keepsNone(p.pid("supervisor"), "/etc/hostname", leaked, "pipe:")
			}
			p.crash()
			p.keepsNone(p.pid("temporal"), "/etc/hostname", leaked, "pipe:")
			p.stop()
			if foreground {
				check(t, c.Wait())
			}
		})
	}
}

// ended bounds the wait for a pipe's end.
func ended(t *testing.T, file *os.File) *os.File {
	t.Helper()
	check(t, file.SetReadDeadline(time.Now().Add(awaitDefault)))
	return file
}

func (p *place) keepsNone(pid int, names ...string) {
	p.t.Helper()
	folder := fmt.Sprintf("/proc/%d/fd", pid)
	entries, err := os.ReadDir(folder)
	check(p.t, err)
	for _, entry := range entries {
		to, _ := os.Readlink(filepath.Join(folder, entry.Name()))
		for _, name := range names {
			if strings.HasPrefix(to, name) {
				p.t.Errorf("process %d has %s open as %s: %s", pid, to, entry.Name(), commandLine(pid))
			}
		}
	}
}

// terminal opens a new terminal: what a program sees, and what its user does.
func terminal(t *testing.T) (user, program *os.File) {
	t.Helper()
	user, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals here: ", err)
	}
	t.Cleanup(func() { user.Close() })
	check(t, unix.IoctlSetPointerInt(int(user.Fd()), unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(int(user.Fd()), unix.TIOCGPTN)
	check(t, err)
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	check(t, err)
	return user, program
}

// inTerminal runs a shell's line as the leader of a terminal's session.
func (p *place) inTerminal(program *os.File, line string) *exec.Cmd {
	p.t.Helper()
	c := exec.Command("/bin/sh", "-c", line, p.bin)
	c.Env, c.Stdin, c.Stdout, c.Stderr = p.env, program, program, program
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	check(p.t, c.Start())
	check(p.t, program.Close())
	return c
}

// TestFaultTerminalClosed: what start left in the background outlives the
// terminal in which it was typed.
func TestFaultTerminalClosed(t *testing.T) {
	t.Parallel()
	p := realPlace(t)
	user, program := terminal(t)
	shell := p.inTerminal(program, `"$0" local start; read x`)
	p.await("Healthy")
	temporal, supervisor := p.pid("temporal"), p.pid("supervisor")
	check(t, user.Close()) // SIGHUP to the shell and to what is in the foreground
	shell.Wait()
	once := restarted(p.record(), 1)
	p.kill9(temporal) // the supervisor is at its post
	p.await("Healthy", once, fmt.Sprintf(".supervisor.pid=%d", supervisor))
	p.works("default")
	p.stop()
}

// TestFaultTerminalOfForegroundClosed: what runs in a terminal ends with it, and
// takes Temporal along.
func TestFaultTerminalOfForegroundClosed(t *testing.T) {
	t.Parallel()
	p := realPlace(t)
	user, program := terminal(t)
	c := p.inTerminal(program, `exec "$0" local start --foreground`)
	p.await("Healthy")
	temporal := p.pid("temporal")
	check(t, user.Close())
	p.await("Stopped")
	c.Wait()
	if runs(temporal) {
		t.Errorf("Temporal (pid %d) outlives its terminal", temporal)
	}
	p.nothingRuns("the end of the terminal")
	p.exits(3, []string{"state"}, "Stopped")
}

// TestFaultOtherUser: what belongs to one user, another one is refused clearly,
// also root's from a user without rights.
func TestFaultOtherUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("to act as two users one must be root")
	}
	inPlaces(t, func(p *place) {
		p.openTo(nobody)
		p.local("start")
		temporal := p.pid("temporal")
		for _, verb := range []string{"start", "stop", "restart", "state"} {
			out := p.bound(4, []string{verb})
			p.says(verb, out, p.home, "meaning:", "try:")
			if verb == "state" && strings.Contains(out, "Stopped:") {
				p.t.Errorf("another user gets a state:\n%s", out)
			}
		}
		p.await("Healthy", fmt.Sprintf(".temporal.pid=%d", temporal))
		p.stop()

		// The other way round: root does not work in another user's home.
		theirs := filepath.Join(p.dir, "theirs")
		check(p.t, os.Mkdir(theirs, 0o700))
		check(p.t, os.Chown(theirs, nobody, nobody))
		p.move(theirs)
		for _, verb := range []string{"start", "stop", "restart", "state"} {
			p.exits(4, []string{verb}, theirs, "meaning:", "try:")
		}
		if entries, _ := os.ReadDir(theirs); len(entries) > 0 {
			p.t.Errorf("root left %v there", entries)
		}
	})
}
