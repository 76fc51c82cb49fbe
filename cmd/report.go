package cmd

import (
	"strings"
	"time"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/fsm"
)

// report puts what was seen into the versioned schema.
func (s *seen) report() StateReport {
	d, r := s.diagnosis(), s.document.Record
	report := StateReport{
		Schema: StateSchema, State: d.State, Certain: s.trouble == nil, Desired: r.Desired, Reason: d.Reason,
		Settings: r.Settings, Evidence: s.list(), Next: s.next(), History: []HistoryReport{},
		Restarts: RestartsReport{
			Total: r.Restarts.Total, Limit: r.Settings.Policy.RestartLimit,
			InWindow: r.Restarts.InWindow(fsm.Instant(time.Now().UnixMilli()), r.Settings.Policy.RestartWindow),
		},
		Paths: PathsReport{
			Home: string(s.home), Lock: s.home.Lock(), State: s.home.State(), PID: s.home.PID(),
			Log: s.home.Log(), SupervisorLog: s.home.SupervisorLog(), DB: r.Settings.DB, Backup: r.Database.Backup,
		},
		Failure:  failureReport(r.Failure),
		Try:      s.advice(),
		skewNote: s.skewNote(),
	}
	if report.Failure != nil && d.State == fsm.Stopped {
		_, report.Failure.Try = remedy(r, s.home)
	}
	if lost := s.lostLog(); lost != "" {
		report.lostLog = lost + ": " + logAnew(s.home)
	}
	if s.trouble != nil {
		report.Reason = "cannot be told: " + s.trouble.Error()
	}
	if e := r.Environment; e.Known() {
		report.Environment = &EnvironmentReport{PassedOn: e.Names(), Withheld: e.Withheld.List()}
	}
	if r.Since != 0 {
		since := moment(r.Since)
		report.Since = &since
	}
	if r.Settings.Port != 0 {
		report.Address = actions.Address(r.Settings)
	}
	if r.Settings.UIPort != 0 && !r.Settings.Headless {
		report.UIURL = uiURL(r.Settings)
	}
	if p := s.evidence.Leader; s.running() {
		report.Temporal = &TemporalReport{p.PID, p.PGID, moment(p.StartedAt), p.Exe, p.Version}
	}
	if p := s.driver; p.PID != 0 {
		report.Supervisor = &SupervisorReport{PID: p.PID, StartedAt: moment(p.StartedAt)}
		if p.Same(r.Supervisor) {
			report.Supervisor.Version, report.Supervisor.Skew = r.Supervisor.Version, string(s.skew())
		}
	}
	for _, t := range s.document.History {
		report.History = append(report.History, HistoryReport{moment(t.At), t.From, t.Event, t.To, t.Cause})
	}
	return report
}

func failureReport(f fsm.Failure) *FailureReport {
	if f.Event == "" {
		return nil
	}
	report := &FailureReport{Reason: f.Reason, Signal: f.Exit.Signal, LogTail: []string{}}
	if f.Exit.Known && f.Exit.Signal == "" {
		report.ExitCode = &f.Exit.Code
	}
	if f.LogTail != "" {
		report.LogTail = strings.Split(f.LogTail, "\n")
	}
	return report
}
