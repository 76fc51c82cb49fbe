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

// parts are the sections of the report, in its order.
var parts = []struct {
	name    string
	measure func(context.Context, *bench) section
}{
	{"pairs", measureLifecycle},
	{"trace", measureTrace},
	{"idle", measureIdle},
	{"homes", measureHomes},
	{"history", measureHistory},
	{"peers", measurePeers},
}

// interrupted is the exit status after Ctrl-C.
const interrupted = 130

func main() {
	if isFake(os.Args) {
		if err := fake(os.Args[3:]); err != nil {
			fmt.Fprintln(os.Stderr, "bench's stand-in for Temporal:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(run())
}

// run is the whole program but the exit, so that what is deferred is done.
func run() int {
	b := &bench{opened: make(chan *home, 10_000)}
	var page, only string
	flag.StringVar(&b.stigmer, "stigmer", "build/stigmer", "the tool")
	flag.StringVar(&b.temporal, "temporal", "build/bin/temporal", "the Temporal CLI")
	flag.BoolVar(&b.inPlace, "in-place", false, "measure both programs where they lie, and not copies of them")
	flag.IntVar(&b.rounds, "rounds", 15, "rounds of each measurement")
	flag.IntVar(&b.homes, "homes", 50, "homes that are started at once")
	flag.DurationVar(&b.idle, "idle", time.Minute, "how long a home is left alone to see what it needs at rest")
	flag.StringVar(&only, "only", "", "measure only these, separated by commas: "+strings.Join(names(), ", "))
	flag.StringVar(&page, "write", "", "page whose figures are to be rewritten; none is written after --only")
	flag.Parse()
	if err := b.prepare(only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if err := b.open(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
	defer b.close()
	if err := b.copyPrograms(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
	return b.report(ctx, only, page)
}

func names() []string {
	var list []string
	for _, p := range parts {
		list = append(list, p.name)
	}
	return list
}

// prepare checks what was asked for before anything is started.
func (b *bench) prepare(only string) error {
	for _, name := range strings.FieldsFunc(only, comma) {
		if !slices.Contains(names(), name) {
			return fmt.Errorf("--only %s: there are %s", name, strings.Join(names(), ", "))
		}
	}
	if flag.NArg() > 0 || b.rounds < 1 || b.homes < 1 || b.idle < time.Second {
		return errors.New("it takes no arguments, --rounds and --homes of at least 1, and --idle of at least 1s")
	}
	for _, program := range []*string{&b.stigmer, &b.temporal} {
		path, err := exec.LookPath(*program)
		if err != nil {
			return fmt.Errorf("%w (make bench builds what is needed)", err)
		}
		if path, err = filepath.Abs(path); err != nil {
			return err
		}
		if *program, err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
	}
	var err error
	b.self, err = os.Executable()
	return err
}

func comma(r rune) bool { return r == ',' }

// report measures, prints and writes.
func (b *bench) report(ctx context.Context, only, page string) int {
	where := machineFacts(ctx, b)
	var sections []section
	for _, part := range parts {
		if only != "" && !slices.Contains(strings.FieldsFunc(only, comma), part.name) {
			continue
		}
		sections = append(sections, part.measure(ctx, b))
		if ctx.Err() != nil {
			fmt.Fprintln(os.Stderr, "bench: interrupted; what was started is being ended")
			return interrupted
		}
	}
	fmt.Println(strings.Join(where, "\n"))
	for _, s := range sections {
		fmt.Printf("\n%s\n\n", s.title)
		printTable(os.Stdout, s.rows)
		for _, note := range s.absent {
			fmt.Println(note)
		}
	}
	failed := troubles(sections)
	for _, t := range failed {
		fmt.Fprintln(os.Stderr, "bench: not measured:", t)
	}
	if page != "" && only == "" {
		if err := writeFigures(page, figuresText(where, sections)); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			return 1
		}
	}
	if len(failed) > 0 {
		return 1
	}
	return 0
}
