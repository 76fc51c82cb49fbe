package main

import (
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/cmd"
)

var day = time.Date(2026, time.March, 31, 23, 30, 0, 0, time.UTC)

// generate writes into a new folder and returns every file's content by its name.
func generate(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	check(t, write(dir, day, "1.2.3"))
	made := map[string]string{}
	paths, _ := filepath.Glob(filepath.Join(dir, "*", "*"))
	for _, path := range paths {
		text, err := os.ReadFile(path)
		check(t, err)
		made[filepath.Base(path)] = string(text)
	}
	return made
}

// TestSameAgain: the same tree and date make the same bytes, whatever the time zone.
func TestSameAgain(t *testing.T) {
	first := generate(t)
	t.Setenv("SOURCE_DATE_EPOCH", "1")
	local := time.Local
	time.Local = time.FixedZone("east", 10*3600)
	defer func() { time.Local = local }()
	second := generate(t)
	if len(first) < 10 || len(first) != len(second) {
		t.Fatalf("%d files, then %d", len(first), len(second))
	}
	for name, text := range first {
		if text != second[name] {
			t.Errorf("%s differs", name)
		}
	}
}

// TestPages: each command that help shows has a page with its flags and examples.
func TestPages(t *testing.T) {
	made := generate(t)
	var look func(c *cobra.Command)
	look = func(c *cobra.Command) {
		name := strings.ReplaceAll(c.CommandPath(), " ", "-") + ".1.gz"
		page := unpack(t, made[name])
		for _, want := range []string{`"Mar 2026"`, "stigmer 1.2.3", c.Short} {
			if !strings.Contains(page, want) {
				t.Errorf("%s lacks %s", name, want)
			}
		}
		if strings.Contains(page, "spf13") {
			t.Errorf("%s says by what it was generated", name)
		}
		for _, sub := range c.Commands() {
			_, there := made[strings.ReplaceAll(sub.CommandPath(), " ", "-")+".1.gz"]
			if there != (sub.IsAvailableCommand() && sub.Name() != "help") {
				t.Errorf("%s has a page: %t", sub.CommandPath(), there)
			}
			if there {
				look(sub)
			}
		}
	}
	look(cmd.Root())
	if page := unpack(t, made["stigmer-local-start.1.gz"]); !strings.Contains(page, "--ui-port") || !strings.Contains(page, "--ephemeral --headless") {
		t.Errorf("start's page lacks a flag or an example:\n%s", page)
	}
	for name, want := range map[string]string{"stigmer.bash": "__start_stigmer", "_stigmer": "#compdef stigmer", "stigmer.fish": "complete -c stigmer", "stigmer.ps1": "Register-ArgumentCompleter"} {
		if !strings.Contains(made[name], want) {
			t.Errorf("%s lacks %s", name, want)
		}
	}
}

func unpack(t *testing.T, packed string) string {
	t.Helper()
	r, err := gzip.NewReader(strings.NewReader(packed))
	if err != nil {
		t.Error(err)
		return ""
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Error(err)
	}
	return string(text)
}

// TestKeptOut: what writes man pages is not part of stigmer.
func TestKeptOut(t *testing.T) {
	deps := func(pkg string) string {
		out, err := exec.Command("go", "list", "-deps", pkg).Output()
		check(t, err)
		return string(out)
	}
	const writer = "github.com/cpuguy83/go-md2man"
	if strings.Contains(deps("../stigmer"), writer) {
		t.Errorf("stigmer has %s in it", writer)
	}
	if !strings.Contains(deps("."), writer) {
		t.Errorf("%s is not what writes the man pages: the test looks for nothing", writer)
	}
}

// check ends the test unless err is nil.
func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
