package files

import (
	"context"
	"os"
	"slices"
	"time"
)

// The pauses between two checks of Changes: a hundredth of the time since the last change,
// within these bounds, of which a person notices neither. A check of all files costs some
// 0.3 ms of processor time, nearly all of it the wake-up.
const (
	shortestPause = 20 * time.Millisecond
	longestPause  = 100 * time.Millisecond
)

// Changes sends when one of the files at paths changes: it is made, removed or replaced,
// or its size or its modification time is another one. What changes after Changes has
// returned is not missed; several changes may be sent as one. It stats the files again and
// again until ctx ends and opens nothing, so it needs no watch of the kernel, of which a
// user has a limited number, and no process looks like a holder of a file for it.
//
// Name files, not their folder: two changes of a folder within one clock tick have the
// same modification time.
func Changes(ctx context.Context, paths ...string) <-chan struct{} {
	changed := make(chan struct{}, 1)
	last := statAll(paths)
	go func() {
		since := time.Now()
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(min(max(time.Since(since)/100, shortestPause), longestPause)):
			}
			now := statAll(paths)
			if sameFiles(last, now) {
				continue
			}
			last, since = now, time.Now()
			select {
			case changed <- struct{}{}:
			default: // one that was not received yet stands for both
			}
		}
	}()
	return changed
}

// statAll has nil for what is not there.
func statAll(paths []string) []os.FileInfo {
	infos := make([]os.FileInfo, len(paths))
	for i, path := range paths {
		infos[i], _ = os.Stat(path)
	}
	return infos
}

func sameFiles(before, now []os.FileInfo) bool {
	return slices.EqualFunc(before, now, func(a, b os.FileInfo) bool {
		if a == nil || b == nil {
			return a == nil && b == nil
		}
		return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
	})
}
