package program

import (
	"context"
	"strings"

	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/temporal"
	"github.com/stigmer/local/statefile"
)

// Try runs the program of a record with --version as Temporal will be run: in its folder, and
// with environ, usually launch.Environment(r, home). A shim of a version manager picks the program
// by the folder, so it may work where a command is typed and fail where Temporal runs. Try returns
// that folder, and what temporal.TryVersion returns. The versions that the program printed are
// remembered in the home.
func Try(ctx context.Context, home statefile.Home, r fsm.Record, environ []string) (folder string, printed []string, err error) {
	folder = statefile.NearestFolder(launch.Folder(home, r.Settings.DB)) // before the first start there is no home
	was := Identity(r.Settings.TemporalBin)
	printed, err = temporal.TryVersion(ctx, r.Settings.TemporalBin, folder, environ)
	if err == nil && was != "" {
		before, _ := recall(home, r.Settings.TemporalBin)
		remember(home, entry{Path: r.Settings.TemporalBin, File: was, Program: temporal.ParseVersion(printed), Flags: before.Flags})
	}
	return folder, printed, err
}

// KnowsFlags reports whether a program was seen to know the flags that settings give to it, apart
// from those that every version has. It runs nothing.
func KnowsFlags(home statefile.Home, s fsm.Settings) bool {
	flags := flagsOf(s)
	known, _ := recall(home, s.TemporalBin)
	return flags == "" || flags == known.Flags
}

func flagsOf(s fsm.Settings) string { return strings.Join(launch.OptionalFlags(s), "\n") }

// TryFlags has the program of a record read these flags, in the folder and the environment of Temporal, and
// starts nothing. It returns what temporal.TryFlags returns. That the program knows them is remembered in the home.
func TryFlags(ctx context.Context, home statefile.Home, r fsm.Record, environ []string) (printed []string, err error) {
	s := r.Settings
	if KnowsFlags(home, s) {
		return nil, nil
	}
	folder := statefile.NearestFolder(launch.Folder(home, s.DB))
	was := Identity(s.TemporalBin)
	printed, err = temporal.TryFlags(ctx, s.TemporalBin, launch.OptionalFlags(s), folder, environ)
	if err == nil && was != "" {
		remember(home, entry{Path: s.TemporalBin, File: was, Program: Of(ctx, home, r), Flags: flagsOf(s)})
	}
	return printed, err
}
