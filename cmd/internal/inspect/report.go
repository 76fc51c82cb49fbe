package inspect

import (
	"strings"
	"time"

	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/fsm"
)

// Report puts what was seen into the versioned schema.
func (s *Snapshot) Report() StateReport {
	r := s.Document.Record
	report := StateReport{
		Schema: StateSchema, StateNow: s.now(), Addresses: addressesOf(r),
		Settings: r.Settings, Evidence: s.list(), Next: s.next(), History: []HistoryReport{},
		Restarts: RestartsReport{
			Total: r.Restarts.Total, Limit: r.Settings.Policy.RestartLimit,
			InWindow: r.Restarts.InWindow(fsm.Instant(time.Now().UnixMilli()), r.Settings.Policy.RestartWindow),
		},
		Paths: PathsReport{
			Home: string(s.Home), Lock: s.Home.Lock(), State: s.Home.State(), PID: s.Home.PID(),
			Log: s.Home.Log(), SupervisorLog: s.Home.SupervisorLog(), DB: r.Settings.DB, Backup: r.Database.Backup,
		},
		Failure: failureReport(r.Failure), Setup: setupReport(r),
		skewNote: s.skewNote(),
	}
	if report.Failure != nil && report.State == fsm.Stopped {
		_, try := Remedy(r, s.Home)
		report.Failure.Try = cli.ForThisHome(try)
	}
	if lost := s.LostLog(); lost != "" {
		report.lostLog = lost + ": " + LogAnew(s.Home)
	}
	if e := r.Environment; e.Known() {
		report.Environment = &EnvironmentReport{PassedOn: e.Names(), Withheld: e.Withheld.List()}
	}
	if p := s.Evidence.Leader; s.Running() {
		report.Temporal = &TemporalReport{p.PID, p.PGID, human.ToTime(p.StartedAt), p.Exe, p.Version, p.ServerVersion}
	}
	if p := s.Driver; p.PID != 0 {
		report.Supervisor = &SupervisorReport{PID: p.PID, StartedAt: human.ToTime(p.StartedAt)}
		if p.Same(r.Supervisor) {
			report.Supervisor.Version, report.Supervisor.Skew = r.Supervisor.Version, string(s.Skew())
		}
	}
	for _, t := range s.Document.History {
		report.History = append(report.History, HistoryReport{human.ToTime(t.At), t.From, t.Event, t.To, t.Cause})
	}
	return report
}

// now is the state with its reason.
func (s *Snapshot) now() StateNow {
	d, r := s.Diagnosis(), s.Document.Record
	now := StateNow{State: d.State, Certain: s.Trouble == nil, Desired: r.Desired, Reason: d.Reason, Try: cli.ForThisHome(s.Advice())}
	if s.Trouble != nil {
		now.Reason = "cannot be told: " + s.Trouble.Error()
	}
	if r.Since != 0 {
		since := human.ToTime(r.Since)
		now.Since = &since
	}
	return now
}

// addressesOf are the addresses that a record names.
func addressesOf(r fsm.Record) (a Addresses) {
	if r.Settings.Port != 0 {
		a.Address = launch.Address(r.Settings)
	}
	if r.Settings.UIPort != 0 && !r.Settings.Headless {
		a.UIURL = human.UIURL(r.Settings)
	}
	a.HTTPURL, a.MetricsURL = human.HTTPURL(r), human.MetricsURL(r)
	return a
}

func failureReport(f fsm.Failure) *FailureReport {
	if f.Event == "" {
		return nil
	}
	report := &FailureReport{Code: f.Cause(), Reason: f.Reason, Signal: f.Exit.Signal, LogTail: []string{}}
	if f.Exit.Known && f.Exit.Signal == "" {
		report.ExitCode = &f.Exit.Code
	}
	if f.LogTail != "" {
		report.LogTail = strings.Split(f.LogTail, "\n")
	}
	return report
}
