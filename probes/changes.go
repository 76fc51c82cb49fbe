package probes

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// blindLook is the pause between two wake-ups where the system gives no watch.
const blindLook = time.Second

// Changes wakes its reader when something in one of the folders changes. A folder
// that does not exist is watched for: the nearest above it that exists tells when
// it is made. What changes after Changes has returned is not missed; several
// changes may be one wake-up, and a wake-up may have no change. It ends with ctx.
//
// Where no watch can be had (fs.inotify.max_user_instances is spent), it wakes
// once a second.
func Changes(ctx context.Context, folders ...string) <-chan struct{} {
	wake := make(chan struct{}, 1)
	watcher, err := fsnotify.NewWatcher()
	seeing := err == nil
	if !seeing {
		watcher = &fsnotify.Watcher{} // its channels are nil: only time wakes
	}
	for _, folder := range folders {
		seeing = seeing && watch(watcher, folder)
	}
	go func() {
		if err == nil {
			defer watcher.Close()
		}
		pass(ctx, watcher, folders, seeing, wake)
	}()
	return wake
}

// pass hands on what a watcher tells, until ctx ends.
func pass(ctx context.Context, watcher *fsnotify.Watcher, folders []string, seeing bool, wake chan<- struct{}) {
	tick := time.NewTicker(blindLook)
	defer tick.Stop()
	if seeing {
		tick.Stop()
	}
	for {
		select {
		case <-ctx.Done():
			return
		case event := <-watcher.Events:
			if event.Has(fsnotify.Create | fsnotify.Remove | fsnotify.Rename) {
				for _, folder := range folders { // it may be made, gone, or another one now
					watch(watcher, folder)
				}
			}
		case <-watcher.Errors: // an overflow: too many events, which is one as well
		case <-tick.C:
		}
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}

// watch watches a folder, or the nearest above it that exists. It reports whether
// any watch is there.
func watch(watcher *fsnotify.Watcher, folder string) bool {
	below := ""
	for at := filepath.Clean(folder); ; at = filepath.Dir(at) {
		if watcher.Add(at) == nil {
			if _, err := os.Lstat(below); below != "" && err == nil {
				return watch(watcher, folder) // made between the two looks
			}
			return true
		}
		if at == filepath.Dir(at) {
			return false
		}
		below = at
	}
}
