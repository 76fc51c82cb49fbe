package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// The fake Temporal: it takes the arguments of "temporal server start-dev",
// and refuses the ones that the product does not use, so that a misspelt flag
// is a failed test. The environment says how it behaves:
//
//	FAKE_TEMPORAL       a comma list of behaviours, see fake.run
//	FAKE_TEMPORAL_PLAN  a file of such lists; each spawn consumes one line
//	FAKE_SPAWNS         a file to which each spawn adds "pid arguments..."
//	FAKE_ARGV           a file to which each spawn adds its arguments, a JSON list a line
//	FAKE_CHILD_PID      a file that receives the PID of a child that it starts
//	FAKE_GATE           a file whose appearance ends exit-after-serving
//
// fakeLifetime bounds what a broken test can leave behind.
const fakeLifetime = 10 * time.Minute

type fakeFlags struct {
	ip, uiIP                    string
	port, uiPort, http, metrics int
	db, logLevel, logFormat     string
	preset, presets             string
	headless                    bool
	namespaces                  []string
}

type fake struct {
	fakeFlags
	modes map[string]string // behaviour to its value, as in gate=FILE
	stop  chan os.Signal
	setup fakeSetup
	// database is kept open, as Temporal does.
	database *os.File
}

// fakeTemporal is the command "temporal"; it returns the exit status.
func fakeTemporal() int {
	if len(os.Args) > 1 && os.Args[1] == "--version" {
		fmt.Println("temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)")
		return 0
	}
	flags, err := parseFakeFlags(os.Args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Println("Usage:\n  temporal server start-dev [flags]")
		return 0
	case err != nil:
		fmt.Fprintln(os.Stderr, "Error:", err)
		return 1
	}
	list, err := nextBehaviour()
	if err == nil {
		err = noteSpawn()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "fake:", err)
		return 90
	}
	f := &fake{fakeFlags: flags, modes: parseModes(list), stop: make(chan os.Signal, 1)}
	if f.has("ignore-term") {
		signal.Ignore(syscall.SIGTERM, syscall.SIGINT)
	} else {
		signal.Notify(f.stop, syscall.SIGTERM, syscall.SIGINT)
	}
	return f.run()
}

func parseFakeFlags(args []string) (fakeFlags, error) {
	var f fakeFlags
	if len(args) < 2 || args[0] != "server" || args[1] != "start-dev" {
		return f, fmt.Errorf("unknown command %q", args)
	}
	set := flag.NewFlagSet("start-dev", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.String("time-format", "", "")
	set.StringVar(&f.ip, "ip", "localhost", "")
	set.IntVar(&f.port, "port", 7233, "")
	set.IntVar(&f.uiPort, "ui-port", 0, "")
	set.IntVar(&f.http, "http-port", 0, "")
	set.IntVar(&f.metrics, "metrics-port", 0, "")
	set.StringVar(&f.db, "db-filename", "", "")
	set.StringVar(&f.logLevel, "log-level", "never", "") // as since 1.7
	set.StringVar(&f.logFormat, "log-format", "text", "")
	set.StringVar(&f.preset, "env", "default", "")
	set.StringVar(&f.presets, "env-file", ".config/temporalio/temporal.yaml", "")
	set.BoolVar(&f.headless, "headless", false, "")
	set.StringVar(&f.uiIP, "ui-ip", "", "")
	for _, name := range []string{"ui-public-path", "ui-asset-path", "ui-codec-endpoint", "sqlite-pragma", "dynamic-config-value", "search-attribute"} {
		set.Func(name, "", func(string) error { return nil })
	}
	set.Bool("log-config", false, "")
	set.Bool("no-json-shorthand-payloads", false, "")
	set.Bool("ui-disable-news-fetch", false, "")
	help := set.Bool("help", false, "")
	add := func(name string) error { f.namespaces = append(f.namespaces, name); return nil }
	set.Func("namespace", "", add)
	set.Func("n", "", add)
	if err := set.Parse(args[2:]); err != nil {
		return f, err
	}
	if *help {
		return f, flag.ErrHelp
	}
	if set.NArg() > 0 {
		return f, fmt.Errorf("unexpected argument %q", set.Args())
	}
	if !slices.Contains([]string{"debug", "info", "warn", "error", "never"}, f.logLevel) {
		return f, fmt.Errorf("unknown log level %q", f.logLevel)
	}
	if !slices.Contains([]string{"text", "json", "pretty"}, f.logFormat) {
		return f, fmt.Errorf("unknown log format %q", f.logFormat)
	}
	if f.uiPort == 0 {
		f.uiPort = f.port + 1000
	}
	return f, nil
}

func parseModes(list string) map[string]string {
	modes := map[string]string{}
	for _, mode := range strings.Split(list, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(mode), "=")
		modes[name] = value
	}
	return modes
}

func (f *fake) has(mode string) bool { _, ok := f.modes[mode]; return ok }

// nextBehaviour takes the plan's first line, or $FAKE_TEMPORAL where there is
// no plan or no line left. The lock makes it one line a spawn.
func nextBehaviour() (string, error) {
	behaviour := os.Getenv("FAKE_TEMPORAL")
	plan, err := os.OpenFile(os.Getenv("FAKE_TEMPORAL_PLAN"), os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return behaviour, nil
	}
	if err != nil {
		return "", err
	}
	defer plan.Close()
	if err := syscall.Flock(int(plan.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	text, err := io.ReadAll(plan)
	if err != nil || len(bytes.TrimSpace(text)) == 0 {
		return behaviour, err
	}
	line, rest, _ := bytes.Cut(text, []byte("\n"))
	if err := plan.Truncate(0); err != nil {
		return "", err
	}
	_, err = plan.WriteAt(rest, 0)
	return string(line), err
}

// noteSpawn writes down how this process was started, where a test asks for it.
func noteSpawn() error {
	argv, err := json.Marshal(os.Args[1:])
	return errors.Join(err, addLine("FAKE_SPAWNS", fmt.Sprint(os.Getpid(), " ", strings.Join(os.Args[1:], " "))), addLine("FAKE_ARGV", string(argv)))
}

// addLine adds a line to the file that a variable names, if it does.
func addLine(variable, line string) error {
	path := os.Getenv(variable)
	if path == "" {
		return nil
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = fmt.Fprintln(file, line)
	return err
}
