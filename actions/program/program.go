package program

import (
	"cmp"
	"context"
	"sync"

	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/temporal"
	"github.com/stigmer/local/statefile"
)

// Of returns what the program of a record is. The Temporal CLI itself says so by what Go's linker
// left in the file, which is read in a millisecond. A wrapper, and a build that was given no
// version, are run for it once (see Try), with what a record says of Temporal's environment and
// folder; the home, if there is one, remembers what they printed for as long as the file is the same.
func Of(ctx context.Context, home statefile.Home, r fsm.Record) fsm.Program {
	p, known := remembered(home, r.Settings.TemporalBin)
	if !known {
		if _, printed, err := Try(ctx, home, r, launch.Environment(r, home)); err == nil {
			p = withSaid(p, temporal.ParseVersion(printed))
		}
	}
	return p
}

// Remembered is Of that runs nothing: of a wrapper it returns what the home remembers.
func Remembered(home statefile.Home, path string) fsm.Program {
	p, _ := remembered(home, path)
	return p
}

// remembered reports as well whether nothing better can be known.
func remembered(home statefile.Home, path string) (fsm.Program, bool) {
	p := temporal.ReadProgram(path)
	if temporal.SaysAll(p) {
		return p, true
	}
	said, known := recall(home, path)
	return withSaid(p, said.Program), known
}

// withSaid fills in what a program printed, which is believed before its file.
func withSaid(p, said fsm.Program) fsm.Program {
	p.Version, p.ServerVersion = cmp.Or(said.Version, p.Version), cmp.Or(said.ServerVersion, p.ServerVersion)
	return p
}

// InFile is Of for a file that no record names, with this process's environment.
func InFile(ctx context.Context, home statefile.Home, path string) fsm.Program {
	return Of(ctx, home, fsm.Record{Settings: fsm.Settings{TemporalBin: path}})
}

// Known is Of that looks at a program once for as long as it stays the same file. The zero value
// is ready, and any goroutine may ask.
type Known struct {
	mu      sync.Mutex
	file    string
	program fsm.Program
}

// Of is the function Of.
func (k *Known) Of(home statefile.Home, r fsm.Record) fsm.Program {
	k.mu.Lock()
	defer k.mu.Unlock()
	file := Identity(r.Settings.TemporalBin)
	if file == "" {
		return fsm.Program{Wrapper: true}
	}
	if file != k.file {
		k.file, k.program = file, Of(context.Background(), home, r)
	}
	return k.program
}
