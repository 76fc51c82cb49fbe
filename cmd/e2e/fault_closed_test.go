package e2e_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// TestFaultClosed: in a home, or with files in it, to which its user has taken the right from
// himself, every command that cannot go on says so, and what to do.
func TestFaultClosed(t *testing.T) {
	t.Parallel()
	p := fakePlace(t)
	must := func(args ...string) { t.Helper(); p.bound(0, args) }
	if os.Geteuid() == 0 {
		p.openTo(nobody)
		check(t, errors.Join(os.Mkdir(p.home, 0o700), os.Chown(p.home, nobody, nobody)))
	}
	must("start")
	must("stop")
	logs, db := filepath.Join(p.home, "logs"), filepath.Join(p.home, "temporal-data", "temporal.db")

	p.closed(p.home, 0, func() {
		open := "chmod 0700 " + p.home
		p.says("doctor", p.bound(1, []string{"doctor"}), "!!  home", "cannot be looked into by its own user", open, "1 of these is wrong")
		for _, verb := range []string{"start", "stop", "state", "restart"} {
			p.says(verb, p.bound(4, []string{verb}), "permission denied", open)
		}
	})
	p.closed(logs, 0, func() {
		p.says("start", p.bound(4, []string{"start"}), logs, "permission denied", "chmod 0700 "+logs)
		p.says("doctor", p.bound(1, []string{"doctor"}), "!!  files", logs, "chmod")
		p.says("state", p.bound(3, []string{"state", "--explain"}), "!!  logs", logs)
	})
	p.closed(db, 0o400, func() {
		p.says("start", p.bound(1, []string{"start"}), db+" (mode 0400) may not be read and written", "chmod u+rw "+db)
		p.says("doctor", p.bound(1, []string{"doctor"}), "!!  database", "ok  temporal", "chmod u+rw "+db, "1 of these is wrong")
	})
	p.closed(filepath.Dir(p.home), 0o555, func() {
		p.env = append(p.env, "STIGMER_HOME="+p.home+"2")
		p.says("start", p.bound(4, []string{"start"}), "permission denied")
		p.says("doctor", p.bound(1, []string{"doctor"}), "!!  home", p.home+"2 is not there and cannot be made")
		p.env = append(p.env, "STIGMER_HOME="+p.home)
	})
	if first, _ := os.ReadFile("/proc/sys/net/ipv4/ip_unprivileged_port_start"); string(first) == "1024\n" {
		port := p.env[:len(p.env):len(p.env)]
		p.env = append(port, "STIGMER_PORT=80")
		p.says("start", p.bound(1, []string{"start"}), "not permitted", "ports from 1024 on")
		p.says("doctor", p.bound(1, []string{"doctor"}), "!!  port", "not permitted", "ports from 1024 on")
		p.env = port
	}
	must("start")
	must("stop")
}

const nobody = 65534

// bound runs a command as a user whom permissions bind.
func (p *place) bound(status int, args []string) string {
	p.t.Helper()
	c := exec.Command(p.bin, append([]string{"local"}, args...)...)
	if os.Geteuid() == 0 {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	out, have := p.run(c)
	if have != status {
		p.t.Errorf("%q: exit status %d, not %d:\n%s", args, have, status, out)
	}
	return out
}

// closed runs a test while a path has another mode.
func (p *place) closed(path string, mode os.FileMode, test func()) {
	p.t.Helper()
	info, err := os.Stat(path)
	check(p.t, err)
	check(p.t, os.Chmod(path, mode))
	defer func() { check(p.t, os.Chmod(path, info.Mode().Perm())) }()
	test()
}
