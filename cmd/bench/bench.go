package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// patience bounds each single thing that is waited for.
const patience = 60 * time.Second

// settleTime is how long a server is left alone before it is stopped or its supervisor
// is asked: both of a pair get the same.
const settleTime = 500 * time.Millisecond

// bench is one run.
type bench struct {
	context.Context
	stigmer, temporal, self string
	rounds, homes           int
	idle                    time.Duration
	// folder is the temporary one that everything lies in.
	folder string
	ledger ledger
	port   int
	// atEnd stops what was started.
	atEnd []func()
}

// failure is what ends the measurement of a part.
type failure struct{ error }

// check ends the part that is being measured if err is not nil, as testing.T.Fatal
// ends a test: attempt returns the error.
func check(err error) {
	if err != nil {
		panic(failure{err})
	}
}

// must is check for a function that returns a value as well.
func must[T any](value T, err error) T {
	check(err)
	return value
}

// attempt runs do and returns the error that ended it.
func attempt(do func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case failure:
			err = r.error
		default:
			panic(r)
		}
	}()
	do()
	return nil
}

// open makes the temporary folder, with a short path: some peers put a socket there, whose
// path may have about a hundred bytes. Both programs are copied to it: see the notes of
// the pairs.
func (b *bench) open() {
	b.folder = must(filepath.EvalSymlinks(must(os.MkdirTemp("", "bench-"))))
	for _, program := range []*string{&b.stigmer, &b.temporal} {
		to := must(os.OpenFile(filepath.Join(b.folder, filepath.Base(*program)), os.O_CREATE|os.O_WRONLY, 0o700))
		for piece := range slices.Chunk(must(os.ReadFile(*program)), pieceSize) {
			must(to.Write(piece))
		}
		check(to.Close())
		*program = to.Name()
	}
}

// pieceSize is how much of a program an installer writes at a time, in bytes: dpkg and Go's
// io.Copy 32 KiB, tar 10.
const pieceSize = 32 << 10

// close stops what was started and removes the folder: first by the tool's own stop, then
// by force what is proven to be ours.
func (b *bench) close() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(b), patience)
	defer cancel()
	b.Context = ctx
	for _, stop := range b.atEnd {
		if err := attempt(stop); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
	}
	for _, p := range b.ledger.end() {
		fmt.Fprintln(os.Stderr, "bench: ended by force: pid", p)
	}
	if err := os.RemoveAll(b.folder); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
}

// The ports lie below the ranges from which kernels pick by themselves: a connect to a
// free port of such a range can meet itself.
const firstPort, lastPort = 15_000, 29_990

// freePorts returns ports on which nothing listens.
func (b *bench) freePorts() ports {
	var free []int
	if b.port == 0 {
		b.port = firstPort + os.Getpid()%100*100
	}
	for range lastPort - firstPort {
		if b.port++; b.port > lastPort {
			b.port = firstPort
		}
		listener, err := net.Listen("tcp", address(b.port))
		if err != nil {
			continue
		}
		listener.Close()
		if free = append(free, b.port); len(free) == 4 {
			return ports{free[0], free[1], free[2], free[3]}
		}
	}
	panic(failure{fmt.Errorf("no four free ports were found")})
}

func address(port int) string { return net.JoinHostPort(ip, strconv.Itoa(port)) }

func (b *bench) makeFolder(name string) string { return must(os.MkdirTemp(b.folder, name+"-")) }

// pause lets time pass, where time is what is measured.
func (b *bench) pause(d time.Duration) {
	select {
	case <-b.Done():
	case <-time.After(d):
	}
	check(b.Err())
}

// each calls measure for each round, and reports which one it is.
func (b *bench) each(what string, rounds int, measure func()) error {
	return attempt(func() {
		for round := range rounds {
			fmt.Fprintf(os.Stderr, "bench: %s, round %d of %d\n", what, round+1, rounds)
			check(b.Err())
			measure()
		}
	})
}

// figures are samples by the name of what was measured.
type figures map[string]samples

func (f figures) add(name string, values ...float64) { f[name] = append(f[name], values...) }

// repeated makes pairs where all are held against one figure: the median of a name.
func (f figures) repeated(name string, n int) samples {
	return slices.Repeat(samples{f[name].median()}, n)
}

// inMillis is a duration as a figure of the report.
func inMillis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
