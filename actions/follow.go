package actions

import (
	"path/filepath"

	"github.com/fsnotify/fsnotify"
	"github.com/stigmer/local/fsm"
)

// follow waits for two things at once, each told by the kernel: supervisor.lock
// comes free (its holder is done, or dead), or the record changes. Following
// twice is following once. Both goroutines end with the process, as a wait in
// flock cannot be cancelled.
func (d *Desk) follow() {
	if !d.waiting {
		d.waiting = true
		go func() {
			lock, err := AcquireWait(d.home.SupervisorLock())
			if err != nil {
				d.sights <- sighting{Sight: fsm.Sight{Saw: fsm.SawBroken, Detail: err.Error()}, err: err}
				return
			}
			d.sights <- sighting{lock: lock}
		}()
	}
	if !d.watching {
		d.watching = true
		d.watchRecord()
	}
}

// watchRecord watches the folder, as the record is replaced by rename. What
// changed before the watch was there is seen by one look after it is.
func (d *Desk) watchRecord() {
	watcher, err := fsnotify.NewWatcher()
	if err == nil {
		err = watcher.Add(string(d.home))
	}
	if err != nil {
		d.broke(err)
		return
	}
	changed := sighting{Sight: fsm.Sight{Saw: fsm.SawBusy}, look: true}
	d.sights <- changed
	record := filepath.Base(d.home.State())
	go func() {
		for event := range watcher.Events {
			if filepath.Base(event.Name) == record && event.Has(fsnotify.Create|fsnotify.Rename) {
				d.sights <- changed
			}
		}
	}()
}
