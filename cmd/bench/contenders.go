package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// contenders are ours and those that are measured beside it. Each runs Temporal by
// the same command line and restarts it whenever it ends.
var contenders = []peer{
	{name: "stigmer", launch: launchOurs,
		remark: "`start` proves that Temporal serves before it says that it runs already. Its restart comes after the new state is on disk, the ports were looked at and both locks are held."},
	{name: "runit", programs: []string{"runsvdir", "runsv", "sv"}, install: "apt-get install runit", launch: launchRunit,
		remark: "runsvdir with one runsv. `sv start` asks runsv whether a process is there and proves nothing of Temporal."},
	{name: "s6", programs: []string{"s6-svscan", "s6-supervise", "s6-svc", "s6-svscanctl"}, install: "apt-get install s6", launch: launchS6,
		remark: "s6-svscan with one s6-supervise. `s6-svc -u` writes one byte to a pipe and waits for nothing."},
	{name: "supervisord", programs: []string{"supervisord", "supervisorctl"}, install: "apt-get install supervisor", launch: launchSupervisord,
		remark: "`supervisorctl start` is told that it runs already, and proves nothing of Temporal."},
	{name: "pm2", programs: []string{"pm2"}, install: "npm install -g pm2", launch: launchPM2,
		remark: "It has no start that leaves a running program alone: `pm2 start` restarts it, so that row is not measured."},
}

func launchOurs(ctx context.Context, b *bench, j job) (launched, error) {
	h, err := b.newHome(j.program, append([]string{"--db", j.folder + "/temporal.db"}, quick...)...)
	if err != nil {
		return launched{}, err
	}
	h.ports = j.ports
	if _, err := h.start(ctx); err != nil {
		return launched{}, err
	}
	r, err := h.record()
	if err != nil {
		return launched{}, err
	}
	again := exec.Command(b.stigmer, "local", "start")
	again.Env = append(cleanEnv(), "STIGMER_HOME="+string(h.path))
	return launched{root: r.Supervisor.PID, again: again, stop: func(ctx context.Context) error {
		_, err := h.stop(ctx)
		return err
	}}, nil
}

// service writes a run script that becomes Temporal, in a folder below j's.
func (j job) service(below string) (string, error) {
	folder := filepath.Join(j.folder, below, "temporal")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	script := fmt.Sprintf("#!/bin/sh\nexec '%s' %s >>'%s/temporal.log' 2>&1\n", j.program, quoted(j.args), j.folder)
	return folder, os.WriteFile(filepath.Join(folder, "run"), []byte(script), 0o700)
}

// quoted is for a shell. What is quoted are ports, flags and our own temporary folder.
func quoted(args []string) string { return "'" + strings.Join(args, "' '") + "'" }

func launchRunit(_ context.Context, b *bench, j job) (launched, error) {
	service, err := j.service("services")
	if err != nil {
		return launched{}, err
	}
	// At SIGHUP runsvdir sends SIGTERM to each runsv and exits without waiting for them.
	l, err := b.daemon(j.folder, by(syscall.SIGHUP), "runsvdir", filepath.Dir(service))
	if err != nil {
		return l, err
	}
	leave := l.stop
	l.again = exec.Command("sv", "start", service)
	l.stop = func(ctx context.Context) error {
		processes, err := familyOf(l.root, j.program)
		if err != nil {
			return err
		}
		if err := leave(ctx); err != nil {
			return err
		}
		for _, pid := range append(processes.supervisors, processes.servers...) {
			if err := awaitEnd(ctx, pid); err != nil {
				return err
			}
		}
		return nil
	}
	return l, nil
}

func launchS6(_ context.Context, b *bench, j job) (launched, error) {
	service, err := j.service("services")
	if err != nil {
		return launched{}, err
	}
	scan := filepath.Dir(service)
	end := func(ctx context.Context, _ *os.Process) error {
		return exec.CommandContext(ctx, "s6-svscanctl", "-t", scan).Run()
	}
	l, err := b.daemon(j.folder, end, "s6-svscan", scan)
	l.again = exec.Command("s6-svc", "-u", service)
	return l, err
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

func launchSupervisord(_ context.Context, b *bench, j job) (launched, error) {
	config := j.folder + "/conf"
	text := fmt.Sprintf(supervisordConfig, j.folder, j.program+" "+strings.Join(j.args, " "))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return launched{}, err
	}
	l, err := b.daemon(j.folder, by(syscall.SIGTERM), "supervisord", "-c", config)
	l.again = exec.Command("supervisorctl", "-c", config, "start", "temporal")
	return l, err
}

func launchPM2(ctx context.Context, b *bench, j job) (launched, error) {
	app := map[string]any{
		"name": "temporal", "script": j.program, "args": j.args, "interpreter": "none", "cwd": j.folder,
		"autorestart": true, "max_restarts": 10_000, "kill_timeout": 30_000,
		"out_file": j.folder + "/temporal.log", "error_file": j.folder + "/temporal.log",
	}
	text, err := json.Marshal(map[string]any{"apps": []any{app}})
	if err != nil {
		return launched{}, err
	}
	config := j.folder + "/ecosystem.json"
	if err := os.WriteFile(config, text, 0o600); err != nil {
		return launched{}, err
	}
	pm2 := func(ctx context.Context, args ...string) error {
		cmd := exec.CommandContext(ctx, "pm2", args...)
		cmd.Env = append(os.Environ(), "PM2_HOME="+j.folder+"/pm2")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("pm2 %s: %w: %s", args[0], err, out)
		}
		return nil
	}
	l := launched{stop: func(ctx context.Context) error { return pm2(ctx, "kill") }}
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := pm2(bounded, "start", config); err != nil {
		return l, err
	}
	data, err := os.ReadFile(j.folder + "/pm2/pm2.pid")
	if err != nil {
		return l, err
	}
	if l.root, err = strconv.Atoi(strings.TrimSpace(string(data))); err != nil {
		return l, err
	}
	_, err = b.ledger.note(l.root)
	return l, err
}
