package inspect

import (
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/temporal"
	"github.com/stigmer/local/statefile"
)

// Contact is how a client of this machine reaches the Temporal of a home, and
// whether there is one to reach.
type Contact struct {
	Settings fsm.Settings
	Ports    fsm.Ports
	Runs     bool
}

// TakeQuickSnapshot reads the record and examines the locks. It asks Temporal nothing, so
// that it costs no more than a moment. It is nil where there is no home.
func TakeQuickSnapshot(path string) (*Snapshot, error) {
	home, there, err := statefile.FindHome(path)
	if err != nil {
		return nil, cli.SystemProblem(err, "nothing was changed")
	}
	if !there {
		return nil, nil
	}
	return TakeQuickSnapshotOf(home)
}

// TakeQuickSnapshotOf is TakeQuickSnapshot of a home that is there.
func TakeQuickSnapshotOf(home statefile.Home) (*Snapshot, error) {
	s := Unseen()
	s.Home, s.Exists = home, true
	s.ReadRecord()
	if s.Trouble != nil {
		return nil, cli.SystemProblem(s.Trouble, "nothing was changed")
	}
	s.ReadLockOwner()
	return s, nil
}

// FindContact reads how the Temporal of this home is reached. It asks Temporal nothing. Its error is a Problem.
func FindContact() (Contact, error) {
	path, err := cli.HomePath()
	if err != nil {
		return Contact{}, err
	}
	s, err := TakeQuickSnapshot(path)
	switch {
	case err != nil:
		return Contact{}, err
	case s == nil || s.Document.Settings.Port == 0:
		return Contact{}, neverStarted(path)
	}
	return Contact{Settings: s.Document.Settings, Ports: s.Document.Ports(), Runs: s.Running()}, nil
}

func neverStarted(home string) *cli.Problem {
	return &cli.Problem{
		What:  "no Temporal was started yet in the home " + home,
		Means: "there is no record of an address; nothing was changed",
		Try:   "stigmer local start", Exit: cli.ExitFailed,
	}
}

// Address is the frontend's, as a client on this machine dials it.
func (c Contact) Address() string { return human.Dialable(c.Settings.IP, c.Settings.Port) }

// UIAnswers asks the web UI once.
func (c Contact) UIAnswers() error {
	ctx, cancel := WithLookTimeout()
	defer cancel()
	return temporal.UI(ctx, human.UIURL(c.Settings))
}
