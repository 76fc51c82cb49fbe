package dashboard

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/statefile"
)

// watch shows the state as it changes, until the user ends it: in place on a
// terminal, elsewhere a line for each transition.
func watch(c *cobra.Command, asJSON bool) error {
	path, err := cli.HomePath()
	if err != nil {
		return inspect.CannotTell(err)
	}
	out := c.OutOrStdout()
	if asJSON || !cli.Terminal(out) || os.Getenv("TERM") == "dumb" {
		j := &journal{out: out, json: asJSON}
		return cli.UntilEnd(out, func(ctx context.Context) error { return j.follow(ctx, path) })
	}
	screen, err := cli.OpenScreen(c.InOrStdin(), cli.FileOf(out))
	if err != nil {
		return cli.SystemProblem(err, "the terminal could not be used")
	}
	v := &view{screen: screen, path: path, colours: os.Getenv("NO_COLOR") == ""}
	err = cli.UntilEnd(out, v.run)
	screen.Close()
	if last := v.last.Load(); last != nil {
		inspect.PrintState(out, last.Report(), false) // what stays when the view is gone
	}
	return err
}

// The pauses of the live view: what nobody tells, as the time that it is up for
// and the ports, is looked at again after refresh; changes are drawn no closer
// together than leastPause.
const (
	refresh    = time.Second
	leastPause = 100 * time.Millisecond
)

// looks sends what is seen, now and whenever it may have changed, until ctx ends.
func looks(ctx context.Context, path string) <-chan *inspect.Snapshot {
	all := make(chan *inspect.Snapshot)
	go func() {
		home := statefile.Home(path)
		watcher := inspect.NewChangeWatcher(ctx, path, home.Log(), home.SupervisorLog())
		for ctx.Err() == nil {
			seen, pause := inspect.TakeSnapshot(path), time.NewTimer(leastPause)
			select {
			case all <- seen:
			case <-ctx.Done():
			}
			limited, cancel := context.WithTimeout(ctx, refresh)
			watcher.Wait(limited, seen)
			cancel()
			select {
			case <-pause.C:
			case <-ctx.Done():
			}
		}
	}()
	return all
}

// view is the live view of a state.
type view struct {
	screen  *cli.Screen
	path    string
	colours bool
	// last is what was seen last, nil before the first look.
	last atomic.Pointer[inspect.Snapshot]
}

// The keys that end the view.
const (
	keyQuit      = 'q'
	keyInterrupt = 0x03 // Ctrl-C, which is no signal while the terminal is raw
)

func (v *view) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	seen := looks(ctx, v.path)
	resized := cli.StopSignals(unix.SIGWINCH)
	defer signal.Stop(resized)
	for {
		select {
		case <-ctx.Done():
			return nil
		case last := <-seen:
			v.last.Store(last)
		case <-resized:
		case key := <-v.screen.Keys:
			switch key {
			case keyQuit, 'Q':
				return nil
			case keyInterrupt:
				return cli.Status(cli.ExitInterrupted)
			}
			continue
		}
		if last := v.last.Load(); last != nil {
			if err := v.draw(last); err != nil {
				return err
			}
		}
	}
}

func (v *view) draw(last *inspect.Snapshot) error {
	width, height, err := v.screen.Size()
	if err != nil {
		return cli.Unwritten(err)
	}
	page := newPage(last, v.screen.Ends, width, height)
	return v.screen.Draw(page.lines(v.colours))
}
