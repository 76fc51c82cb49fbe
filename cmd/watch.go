package cmd

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/stigmer/local/statefile"
)

// runWatch shows the state as it changes, until somebody ends it: in place on a
// terminal, elsewhere a line for each transition.
func runWatch(c *cobra.Command, asJSON bool) error {
	path, err := homePath()
	if err != nil {
		return cannotTell(err)
	}
	out := c.OutOrStdout()
	if asJSON || !terminal(out) || os.Getenv("TERM") == "dumb" {
		j := &journal{out: out, json: asJSON}
		return untilEnd(out, func(ctx context.Context) error { return j.follow(ctx, path) })
	}
	screen, err := openScreen(c.InOrStdin(), fileOf(out))
	if err != nil {
		return systemProblem(err, "the terminal could not be used")
	}
	v := &view{screen: screen, path: path, colours: os.Getenv("NO_COLOR") == ""}
	err = untilEnd(out, v.run)
	screen.close()
	if last := v.last.Load(); last != nil {
		printState(out, last.report(), false) // what stays when the view is gone
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
func looks(ctx context.Context, path string) <-chan *seen {
	all := make(chan *seen)
	go func() {
		home := statefile.Home(path)
		sentry := newSentry(ctx, path, home.Log(), home.SupervisorLog())
		for ctx.Err() == nil {
			seen, pause := look(path), time.NewTimer(leastPause)
			select {
			case all <- seen:
			case <-ctx.Done():
			}
			limited, cancel := context.WithTimeout(ctx, refresh)
			sentry.wait(limited, seen)
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
	screen  *screen
	path    string
	colours bool
	// last is what was seen last, nil before the first look.
	last atomic.Pointer[seen]
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
	resized := stopSignals(unix.SIGWINCH)
	defer signal.Stop(resized)
	for {
		select {
		case <-ctx.Done():
			return nil
		case last := <-seen:
			v.last.Store(last)
		case <-resized:
		case key := <-v.screen.keys:
			switch key {
			case keyQuit, 'Q':
				return nil
			case keyInterrupt:
				return Status(ExitInterrupted)
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

func (v *view) draw(last *seen) error {
	width, height, err := v.screen.size()
	if err != nil {
		return unwritten(err)
	}
	page := newPage(last, v.screen.ends, width, height)
	return v.screen.draw(page.lines(v.colours))
}
