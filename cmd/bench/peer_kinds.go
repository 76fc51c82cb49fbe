package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// peerKind is a supervisor that may be measured.
type peerKind struct {
	name string
	// programs are what must be in PATH, install says how they come there.
	programs []string
	install  string
	launch   func(*bench, *peer)
	// remark says in what its work is not the same.
	remark string
}

// peerKinds are ours and those that are measured beside it. Each runs Temporal by the
// same command line and restarts it whenever it ends.
var peerKinds = []peerKind{
	{"stigmer", nil, "", launchOurs,
		"`start` proves that Temporal serves before it says that it runs already. Its restart comes after the new state is on disk, the ports were looked at and both locks are held."},
	{"runit", []string{"runsvdir", "runsv", "sv"}, "apt-get install runit", launchRunit,
		"runsvdir with one runsv. `sv start` asks runsv whether a process is there and proves nothing of Temporal."},
	{"s6", []string{"s6-svscan", "s6-supervise", "s6-svc", "s6-svscanctl"}, "apt-get install s6", launchS6,
		"s6-svscan with one s6-supervise. `s6-svc -u` writes one byte to a pipe and waits for nothing."},
	{"supervisord", []string{"supervisord", "supervisorctl"}, "apt-get install supervisor", launchSupervisord,
		"`supervisorctl start` is told that it runs already, and proves nothing of Temporal."},
	{"pm2", []string{"pm2"}, "npm install -g pm2", launchPM2,
		"It has no start that leaves a running program alone: `pm2 start` restarts it, so that row is not measured."},
}

// missing is a program that is not installed, empty if all are.
func (k peerKind) missing() string {
	for _, program := range k.programs {
		if _, err := exec.LookPath(program); err != nil {
			return program
		}
	}
	return ""
}

func launchOurs(b *bench, p *peer) {
	h := b.newHome(p.program, append([]string{"--db", p.folder + "/temporal.db"}, quick...)...)
	h.ports = p.ports
	h.start()
	p.root, p.again = h.record().Supervisor.PID, h.command(b, "start")
}

func launchRunit(b *bench, p *peer) {
	service := p.script()
	// At SIGHUP runsvdir sends SIGTERM to each runsv and exits without waiting for them.
	p.daemon(b, func(root *os.Process) error {
		servers, supervisors := familyOf(root.Pid, p.program)
		if err := root.Signal(syscall.SIGHUP); err != nil {
			return err
		}
		for _, pid := range append(supervisors, servers...) {
			if pid != root.Pid {
				b.awaitEnd(pid)
			}
		}
		return nil
	}, "runsvdir", filepath.Dir(service))
	p.again = exec.Command("sv", "start", service)
}

func launchS6(b *bench, p *peer) {
	service := p.script()
	scan := filepath.Dir(service)
	p.daemon(b, func(*os.Process) error { return exec.CommandContext(b, "s6-svscanctl", "-t", scan).Run() }, "s6-svscan", scan)
	p.again = exec.Command("s6-svc", "-u", service)
}

const supervisordConfig = `[unix_http_server]
file=%[1]s/sock
[supervisord]
nodaemon=true
logfile=%[1]s/supervisord.log
pidfile=%[1]s/supervisord.pid
childlogdir=%[1]s
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://%[1]s/sock
[program:temporal]
command=%[2]s
autorestart=true
redirect_stderr=true
stdout_logfile=%[1]s/temporal.log
stopwaitsecs=30
`

func launchSupervisord(b *bench, p *peer) {
	config := p.folder + "/conf"
	text := fmt.Sprintf(supervisordConfig, p.folder, p.program+" "+strings.Join(p.args(), " "))
	check(os.WriteFile(config, []byte(text), 0o600))
	p.daemon(b, func(root *os.Process) error { return root.Signal(syscall.SIGTERM) }, "supervisord", "-c", config)
	p.again = exec.Command("supervisorctl", "-c", config, "start", "temporal")
}

func launchPM2(b *bench, p *peer) {
	log, config := p.folder+"/temporal.log", p.folder+"/ecosystem.json"
	app := map[string]any{
		"name": "temporal", "script": p.program, "args": p.args(), "interpreter": "none", "cwd": p.folder,
		"autorestart": true, "max_restarts": 10_000, "kill_timeout": 30_000, "out_file": log, "error_file": log,
	}
	check(os.WriteFile(config, must(json.Marshal(map[string]any{"apps": []any{app}})), 0o600))
	pm2 := func(args ...string) {
		c := exec.CommandContext(b, "pm2", args...)
		c.Env = append(os.Environ(), "PM2_HOME="+p.folder+"/pm2")
		c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if out, err := c.CombinedOutput(); err != nil {
			check(fmt.Errorf("pm2 %s: %w: %s", args[0], err, out))
		}
	}
	b.atEnd = append(b.atEnd, func() { pm2("kill") })
	pm2("start", config)
	p.root = must(strconv.Atoi(strings.TrimSpace(string(must(os.ReadFile(p.folder + "/pm2/pm2.pid"))))))
	b.ledger.note(p.root)
}
