package main

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
)

// The fake launchctl, and the launchd behind it: one service, kept in files of a
// folder. It answers as launchctl does, by exit status and in its formats
// (testdata/launchd), and refuses the verbs that the product does not use. How it
// behaves is set by the environment, in counts and never in seconds:
//
//	FAKE_LAUNCHD         the folder; the script's home has launchd where it is set
//	FAKE_LAUNCHD_DRAIN   how many more prints show the service after a bootout
//	FAKE_LAUNCHD_SETTLE  how many bootstraps fail after that, as the label is not free
//	FAKE_LAUNCHD_FAILS   a verb that fails
const fakeLaunchd = "FAKE_LAUNCHD"

//go:embed testdata/launchd
var launchctlSays embed.FS

// launchd is the folder.
type launchd string

// fakeLaunchctl is the command "launchctl"; it returns the exit status.
func fakeLaunchctl() int {
	l, args := launchd(os.Getenv(fakeLaunchd)), os.Args[1:]
	if err := os.MkdirAll(string(l), 0o700); err != nil || len(args) == 0 {
		fmt.Fprintln(os.Stderr, "Usage: launchctl <subcommand>", err)
		return 64
	}
	if args[0] == jobVerb {
		return l.runJob(args[1])
	}
	domain := fmt.Sprintf("gui/%d", os.Getuid())
	if args[0] != "print" {
		l.note(strings.NewReplacer(domain, "gui/UID", filepath.Join(os.Getenv("HOME"), "Library/LaunchAgents/com.stigmer.local.plist"), "PLIST").Replace(strings.Join(args, " ")))
	}
	if args[0] == os.Getenv("FAKE_LAUNCHD_FAILS") {
		return refuse("no session today", 125)
	}
	const service = " gui/UID/com.stigmer.local"
	switch strings.ReplaceAll(strings.Join(args[:min(2, len(args))], " "), domain, "gui/UID") {
	case "print gui/UID":
		fmt.Println(domain + " = {\n\ttype = user login\n}")
		return 0
	case "bootstrap gui/UID":
		return l.bootstrap(args[2])
	case "print" + service:
		return l.print()
	case "bootout" + service:
		return l.bootout()
	case "kickstart" + service:
		return l.kickstart()
	case "enable" + service:
		os.Remove(l.file("disabled"))
		return 0
	case "disable" + service:
		l.put("disabled", "")
		return 0
	}
	return refuse("Unrecognized subcommand: "+strings.Join(args, " "), 64)
}

func (l launchd) bootstrap(plist string) int {
	text, err := os.ReadFile(plist)
	refusals := l.count("settling")
	if l.has("draining") {
		return refuse("Bootstrap failed: 37: Operation already in progress", 37)
	}
	if err != nil || l.has("loaded") || l.has("disabled") || refusals > 0 {
		l.put("settling", strconv.Itoa(max(0, refusals-1)))
		return refuse("Bootstrap failed: 5: Input/output error", 5)
	}
	// launchd reads the file once: what is written later it does not see.
	l.put("loaded", string(text))
	return l.spawn()
}

func (l launchd) kickstart() int {
	switch word, _ := l.state(); {
	case !l.has("loaded"):
		return notFound()
	case word == "running":
		return refuse("Kickstart failed: 37: Operation already in progress", 37)
	}
	return l.spawn()
}

// bootout has the service stopped, and does not wait for that.
func (l launchd) bootout() int {
	if !l.has("loaded") {
		return refuse("Boot-out failed: 3: No such process", 3)
	}
	l.put("draining", os.Getenv("FAKE_LAUNCHD_DRAIN"))
	l.put("settling", os.Getenv("FAKE_LAUNCHD_SETTLE"))
	if word, pid := l.state(); word == "running" {
		n, _ := strconv.Atoi(pid)
		_ = syscall.Kill(n, syscall.SIGTERM) // it may have ended just now
	}
	if l.count("draining") > 0 {
		return refuse("Boot-out failed: 36: Operation now in progress", 36)
	}
	return 0
}

// print shows the service. One that drains is gone after a number of prints, and not
// before its process has ended.
func (l launchd) print() int {
	word, detail := l.state()
	if left := l.count("draining"); l.has("draining") && left == 0 && word != "running" && word != "spawning" {
		os.Remove(l.file("draining"))
		os.Remove(l.file("loaded"))
	} else if l.has("draining") {
		l.put("draining", strconv.Itoa(max(0, left-1)))
		return say("sigtermed", detail, "")
	}
	switch {
	case !l.has("loaded"):
		return notFound()
	case word == "spawning":
		return say("xpcproxy", "", "")
	case word == "running":
		return say("running", detail, "")
	case detail == "0":
		return say("not_running", "", detail)
	}
	return say("spawn_scheduled", "", detail)
}

// say prints a fixture, with the PID and the exit code of now.
func say(fixture, pid, exit string) int {
	text, err := launchctlSays.ReadFile("testdata/launchd/" + fixture)
	if err != nil {
		panic(err)
	}
	said := string(text)
	if pid != "" {
		said = strings.Replace(said, "pid = 4321", "pid = "+pid, 1)
	}
	if exit != "" {
		said = regexp.MustCompile(`(?m)^\tlast exit code = .*`).ReplaceAllString(said, "\tlast exit code = "+exit)
	}
	fmt.Print(said)
	return 0
}

func notFound() int {
	text, _ := launchctlSays.ReadFile("testdata/launchd/absent")
	return refuse(strings.TrimSuffix(string(text), "\n"), 113)
}

func refuse(why string, status int) int {
	fmt.Fprintln(os.Stderr, why)
	return status
}

func (l launchd) file(name string) string { return filepath.Join(string(l), name) }

func (l launchd) has(name string) bool {
	_, err := os.Stat(l.file(name))
	return err == nil
}

func (l launchd) count(name string) int {
	text, _ := os.ReadFile(l.file(name))
	n, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return n
}

// put replaces a file at once: others read it meanwhile.
func (l launchd) put(name, text string) {
	pending := fmt.Sprintf("%s.%d", l.file(name), os.Getpid())
	if err := os.WriteFile(pending, []byte(text), 0o600); err != nil {
		panic(err)
	}
	if err := os.Rename(pending, l.file(name)); err != nil {
		panic(err)
	}
}

// note writes down each call of launchctl, in the file told.
func (l launchd) note(line string) {
	file, err := os.OpenFile(l.file("told"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	fmt.Fprintln(file, line)
}
