package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// part is one section of the report.
type part struct {
	name    string
	measure func(*bench) section
}

// parts are the sections of the report, in its order. The last is measured on request.
var parts = []part{
	{"pairs", measurePairs},
	{"trace", measureTrace},
	{"idle", measureIdle},
	{"homes", measureHomes},
	{"history", measureHistory},
	{"data", measureData},
	{"oneshot", measureOneshot},
	{"peers", measurePeers},
}

// interrupted is the exit status after Ctrl-C.
const interrupted = 130

func main() {
	if isFake(os.Args) {
		if err := fake(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "bench's stand-in for Temporal:", err)
			os.Exit(1)
		}
		return
	}
	if len(os.Args) == 3 && os.Args[1] == stampWord {
		if err := stamp(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, "bench, as a command:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(run())
}

// run is the whole program but the exit, so that what is deferred is done.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	b := &bench{Context: ctx}
	var page, only string
	var peers bool
	flag.StringVar(&b.stigmer, "stigmer", "build/stigmer", "the tool")
	flag.StringVar(&b.temporal, "temporal", "build/bin/temporal", "the Temporal CLI")
	flag.StringVar(&b.old, "old", "", "a Temporal CLI of an older version, for the part data")
	flag.IntVar(&b.rounds, "rounds", 15, "rounds of each measurement")
	flag.IntVar(&b.homes, "homes", 50, "homes that are started at once")
	flag.DurationVar(&b.idle, "idle", time.Minute, "how long a home is left alone to see what it needs at rest")
	flag.BoolVar(&peers, "peers", false, "measure other supervisors as well")
	flag.StringVar(&only, "only", "", "measure only these, separated by commas: pairs, trace, idle, homes, history, data, oneshot, peers")
	flag.StringVar(&page, "write", "", "page whose figures are to be rewritten; none is written after --only")
	flag.Parse()
	names, err := wanted(only, peers, b.old != "")
	if err == nil {
		err = b.checkFlags()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 2
	}
	defer b.close()
	if only != "" {
		page = ""
	}
	switch err := attempt(func() { b.open(); b.report(names, page) }); {
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "bench: interrupted; what was started is being stopped")
		return interrupted
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
	return 0
}

// wanted returns the names of the parts that are to be measured.
func wanted(only string, peers, old bool) (names []string, err error) {
	for _, p := range parts {
		if (p.name != "peers" || peers) && (p.name != "data" || old) {
			names = append(names, p.name)
		}
	}
	if only == "" {
		return names, nil
	}
	names = strings.Split(only, ",")
	for _, name := range names {
		if !slices.ContainsFunc(parts, func(p part) bool { return p.name == name }) {
			return nil, fmt.Errorf("--only %s: there is no such part", name)
		}
	}
	return names, nil
}

// checkFlags checks what was asked for before anything is started.
func (b *bench) checkFlags() error {
	if flag.NArg() > 0 || b.rounds < 1 || b.homes < 1 || b.idle < time.Second {
		return errors.New("it takes no arguments, --rounds and --homes of at least 1, and --idle of at least 1s")
	}
	for _, program := range []*string{&b.stigmer, &b.temporal, &b.old} {
		if *program == "" {
			continue
		}
		path, err := exec.LookPath(*program)
		if err != nil {
			return fmt.Errorf("%w (make bench builds what is needed)", err)
		}
		if *program, err = filepath.Abs(path); err != nil {
			return err
		}
	}
	var err error
	b.self, err = os.Executable()
	return err
}

// report measures, prints and writes. Its failure is that something was not measured.
func (b *bench) report(names []string, page string) {
	text := factsText(b.machineFacts())
	var peers string
	var troubles []string
	for _, part := range parts {
		if !slices.Contains(names, part.name) {
			continue
		}
		s := part.measure(b)
		check(b.Err())
		if part.name == "peers" {
			peers = s.text()
		} else {
			text += "\n" + s.text()
		}
		troubles = append(troubles, s.troubles...)
	}
	fmt.Println(text + "\n" + peers)
	if page != "" {
		check(writeFigures(page, "figures", text))
		if peers != "" {
			check(writeFigures(page, "peers", peers))
		}
	}
	if len(troubles) > 0 {
		check(errors.New("not measured: " + strings.Join(troubles, "; ")))
	}
}
