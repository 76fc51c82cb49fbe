package main

import (
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"syscall"

	"howett.net/plist"
)

// jobVerb has the fake launchctl run a job and wait for its end, as launchd does.
const jobVerb = "fake-job"

// state is how the job is: spawning, running with its PID, or exited with its code.
func (l launchd) state() (word, detail string) {
	text, _ := os.ReadFile(l.file("state"))
	word, detail, _ = strings.Cut(string(text), " ")
	return word, detail
}

// spawn starts a launchd for the job: launchctl itself does not wait for anything.
func (l launchd) spawn() int {
	l.put("state", "spawning")
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	plist := l.file("loaded")
	c := exec.Cmd{Path: self, Args: []string{os.Args[0], jobVerb, plist}, SysProcAttr: &syscall.SysProcAttr{Setsid: true}}
	if err := c.Start(); err != nil {
		panic(err)
	}
	return 0
}

// runJob runs what a property list says until it ends, and writes down how.
// A program or a log that launchd cannot reach is exit code 78, without a word.
func (l launchd) runJob(plist string) int {
	job, err := readJob(plist)
	if err != nil {
		l.put("state", "exited 78: EX_CONFIG: "+err.Error())
		return 1
	}
	syscall.Umask(job.Umask)
	log, err := os.OpenFile(job.StandardErrorPath, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		l.put("state", "exited 78: EX_CONFIG")
		return 1
	}
	defer log.Close()
	c := exec.Command(job.ProgramArguments[0], job.ProgramArguments[1:]...)
	c.Env, c.Stderr = launchdEnviron(), log
	for name, value := range job.EnvironmentVariables {
		c.Env = append(c.Env, name+"="+value)
	}
	if err := c.Start(); err != nil {
		l.put("state", "exited 78: EX_CONFIG")
		return 1
	}
	l.put("state", fmt.Sprintf("running %d", c.Process.Pid))
	_ = c.Wait() // its state says it
	l.put("state", fmt.Sprintf("exited %d", c.ProcessState.ExitCode()))
	return 0
}

// launchdEnviron is what a job finds around it: nothing of a shell's, but what the
// tests' own programs need.
func launchdEnviron() []string {
	kept := slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "STIGMER_") && !strings.HasPrefix(entry, "STIGMER_MIRROR=") || strings.HasPrefix(entry, "PATH=")
	})
	return append(kept, "PATH=/usr/bin:/bin:/usr/sbin:/sbin", "XPC_SERVICE_NAME=com.stigmer.local")
}

// launchdJob is the property list of an agent (launchd.plist(5)).
type launchdJob struct {
	Label, ProcessType, StandardErrorPath string
	ProgramArguments                      []string
	EnvironmentVariables                  map[string]string
	KeepAlive                             map[string]bool
	RunAtLoad, AbandonProcessGroup        bool
	Umask, ThrottleInterval, ExitTimeOut  int
}

// readJob reads an agent. A key or a type that launchd does not know is an error here, so
// that a misspelt one is a failed test.
func readJob(path string) (job launchdJob, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return job, err
	}
	var keys map[string]any
	if _, err := plist.Unmarshal(text, &keys); err != nil {
		return job, err
	}
	for key := range keys {
		if _, known := reflect.TypeFor[launchdJob]().FieldByName(key); !known {
			return job, fmt.Errorf("%s: launchd has no %s", path, key)
		}
	}
	_, err = plist.Unmarshal(text, &job)
	return job, err
}
