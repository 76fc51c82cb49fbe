package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"
)

// patience bounds each single thing that is waited for.
const patience = 60 * time.Second

// settle is how long a server is left alone before it is ended or its supervisor
// is asked: both of a pair get the same.
const settle = 500 * time.Millisecond

// bench is one run.
type bench struct {
	stigmer, temporal, self string
	rounds, homes           int
	// inPlace says that both programs are measured where they lie, and not copies.
	inPlace bool
	idle    time.Duration
	// folder is the temporary one that everything lies in.
	folder string
	ledger ledger
	port   atomic.Int32
	opened chan *home
}

// The ports that are tried lie below the ranges from which kernels pick by
// themselves: a connect to a free port of such a range can meet itself.
const firstPort, lastPort = 15_000, 29_990

// freePorts returns ports of which nobody listens on any.
func (b *bench) freePorts() (ports, error) {
	b.port.CompareAndSwap(0, int32(firstPort+os.Getpid()%100*100))
	var found []int
	for range lastPort - firstPort {
		port := int(b.port.Add(1))
		if port > lastPort {
			b.port.Store(firstPort)
			continue
		}
		listener, err := net.Listen("tcp", net.JoinHostPort(ip, strconv.Itoa(port)))
		if err != nil {
			continue
		}
		listener.Close()
		if found = append(found, port); len(found) == 4 {
			return ports{found[0], found[1], found[2], found[3]}, nil
		}
	}
	return ports{}, errors.New("no four free ports were found")
}

// makeFolder makes a new folder within the temporary one.
func (b *bench) makeFolder(name string) (string, error) {
	return os.MkdirTemp(b.folder, name+"-")
}

// open opens the temporary folder. Its path is kept short, as some peers put a
// socket there, whose path may have about a hundred bytes.
func (b *bench) open() error {
	folder, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	b.folder, err = filepath.EvalSymlinks(folder)
	return err
}

// close ends what was started and removes the folder: first by the tool's own
// stop, then by force, and only what is proven to be ours.
func (b *bench) close() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for len(b.opened) > 0 {
		(<-b.opened).close(ctx)
	}
	for _, p := range b.ledger.end() {
		fmt.Fprintln(os.Stderr, "bench: ended by force: pid", p)
	}
	if err := os.RemoveAll(b.folder); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
}

// progress tells who waits how far it is.
func progress(what string, round, of int) {
	fmt.Fprintf(os.Stderr, "bench: %s, round %d of %d\n", what, round, of)
}

// inMillis is a duration as a figure of the report.
func inMillis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
