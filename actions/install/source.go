package install

import (
	"context"
	"errors"
	"fmt"
)

// Source is where a program comes from.
type Source interface {
	// Name says it in a few words.
	Name() string
	// Fetch writes a version's program to a new file, which need not be executable
	// yet. Its error is one of this package's, of the system, or the end of ctx.
	Fetch(ctx context.Context, v Version, to string, progress Progress) error
}

// Progress receives how an installation goes on. It is called by one goroutine at a time.
type Progress interface {
	// Step reports a step that has begun or is done, as one line: "Fetching   ...".
	Step(line string)
	// Downloaded reports how many bytes of a download are there, and of how many: 0 where
	// that is not known. It is called often.
	Downloaded(bytes, whole int64)
	// BuildOutput reports a line that go has printed.
	BuildOutput(line string)
}

// Either is a release, and go where there is no release to be had: the host gave
// no answer at all, or publishes nothing for this platform. Anything else that goes
// wrong with a release is an error: a file with a wrong sum is not passed over.
type Either struct {
	Release Release
	Go      Go
}

// Name is the release's.
func (e Either) Name() string { return e.Release.Name() }

// Fetch tries the release first.
func (e Either) Fetch(ctx context.Context, v Version, to string, progress Progress) error {
	err := e.Release.Fetch(ctx, v, to, progress)
	if kind := KindOf(err); kind != Unreachable && kind != NoRelease || e.Go.Tool == "" {
		return err
	}
	progress.Step(fmt.Sprintf("No release can be had: %v; it is built with go instead", err))
	err = e.Go.Fetch(ctx, v, to, progress)
	if build, ok := errors.AsType[*Error](err); ok && build.Kind == Unbuilt {
		build.Kind = NeitherWay
	}
	return err
}
