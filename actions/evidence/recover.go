package evidence

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// Recover reads the record for its writer. It begins a missing one anew. It sets aside one that
// cannot be read, and rebuilds it from evidence: the owner of temporal.lock is enough to find
// our Temporal, and its command line has its settings. A record of a newer version is an error:
// it is not overwritten. So is one that the system does not let be read: it may be good. Only
// the holder of supervisor.lock may call it.
func Recover(home statefile.Home) (statefile.Document, error) {
	file := statefile.File{Home: home}
	document, err := file.Load()
	switch {
	case err == nil:
		return document, nil
	case errors.Is(err, fs.ErrNotExist):
		return rebuild(home, ""), nil
	case !statefile.Damaged(err): // newer, or the system refused: the record may be good
		return statefile.Document{}, err
	}
	aside, failed := file.SetAside()
	if failed != nil {
		return statefile.Document{}, errors.Join(err, failed)
	}
	return rebuild(home, fmt.Sprintf("the record could not be read (%v); it was kept as %s and rebuilt from what runs", err, aside)), nil
}

// rebuild makes a record from what runs. Without a reason there was no record at
// all, and where nothing is found nothing ever ran here.
func rebuild(home statefile.Home, reason string) statefile.Document {
	r := fsm.Record{State: fsm.Stopped, Desired: fsm.WantStopped, Reason: reason}
	r.Settings.Policy = fsm.DefaultPolicy()
	document := statefile.Document{Record: r, Paths: home.Paths()}
	evidence := Observe(home, r)
	if evidence.Owner == fsm.OwnerNone {
		r.Temporal = findUnrecordedServer(home)
		evidence = detachedOrFree(home, r)
	}
	if evidence.Owner == fsm.OwnerOurs { //mutation:record-rebuilt
		document.Temporal = evidence.Leader
		launch.Running(evidence.Leader, &document.Record)
	}
	if reason != "" {
		document = document.Add(fsm.Transition{At: fsm.Instant(time.Now().UnixMilli()), From: fsm.Stopped, Event: fsm.Resumed, To: fsm.Stopped, Cause: reason})
	}
	return document
}
