package inspect

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/stigmer/local/actions/cause"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// TrySetup is what to do about a setup that could not be applied.
const TrySetup = "stigmer local restart with a setup that fits what is there; or change what is there with the Temporal CLI, then stigmer local start, which tries again"

// OutcomeProblem puts the end of a command that did not succeed into words.
func OutcomeProblem(o fsm.Outcome, c fsm.Command, home statefile.Home) *cli.Problem {
	r := o.Record
	p := &cli.Problem{Exit: cli.ExitFailed}
	switch o.Result {
	case fsm.ResultSettingsDiffer:
		var differ []string
		for _, d := range r.Differences(c.Want, c.Given) {
			differ = append(differ, d.String())
		}
		p.What = "Temporal is already running with other settings: " + strings.Join(differ, "; ")
		p.Means = fmt.Sprintf("it goes on unchanged (%s, %s)", PIDOf(r), launch.Address(r.Settings))
		p.Try = "stigmer local restart with the same flags, which applies them; stigmer local config show says where each comes from"
	case fsm.ResultPortConflict:
		clashProblem(p, c, r)
	case fsm.ResultAddressUnusable:
		config.AddressProblem(p, c.Wanted(r).IP)
	case fsm.ResultFailed:
		failedProblem(p, r, home)
	case fsm.ResultStoppedByOther:
		p.What = "another command stopped Temporal while this one waited for it"
		p.Means = r.Reason
		p.Try = "stigmer local start"
	case fsm.ResultDatabaseLost:
		p.What = "Temporal runs (" + PIDOf(r) + "), but " + r.Reason
		if ip := r.Settings.IP; !fsm.WorksOn(ip) {
			p.Means, p.Try = "no workflow can start in it; it is left running and watched", config.OtherAddress("stigmer local restart ", ip)
			break
		}
		p.Means = "it is left running and watched, as a restart alone would not bring back what it has; if the file comes back it is Healthy again"
		p.Try = "one of the two; stigmer local restart begins with what is at that path"
	case fsm.ResultSetupFailed:
		p.What = "the setup could not be applied: " + r.SetupFault()
		p.Means = fmt.Sprintf("Temporal serves without it (%s, %s), and nothing was removed", PIDOf(r), launch.Address(r.Settings))
		p.Try = TrySetup
	case fsm.ResultTimedOut:
		if r.State == fsm.Healthy && r.SetupPending() {
			p.What = fmt.Sprintf("the setup does not hold after %s: Temporal serves, and its setup is being applied", human.FormatMillis(c.Patience))
			p.Means = "the supervisor goes on; state says Starting until it is done"
			p.Try = "stigmer local start, which waits for it"
			break
		}
		p.What = fmt.Sprintf("not healthy within %s: the state is %s: %s", human.FormatMillis(c.Patience), cmp.Or(string(r.State), "not recorded yet"), o.Detail)
		p.Means = waitingFor(r)
		p.Try = "stigmer local state --explain, or stigmer local stop"
	case fsm.ResultTemporalLockForeign:
		p.What = cmp.Or(o.Detail, "temporal.lock is held by "+o.Holder)
		p.Means = "that is not a Temporal of ours, so it was not touched, and nothing was started or stopped"
		p.Try = "end that program, or use another home: STIGMER_HOME=DIR"
		if o.Asked.PID != 0 { // the stop was obeyed, and then the lock could not be examined
			p.Means = fmt.Sprintf("the supervisor (pid %d) ended when it was asked to stop, and the record says %s; whether anything of its Temporal lives cannot be proven", o.Asked.PID, r.State)
			p.Try = "look at the owner and mode of the lock, then stigmer local stop once more"
		}
		outOfSight(p, o)
	case fsm.ResultSupervisorLockForeign:
		p.What = "supervisor.lock is held by " + o.Holder
		p.Means = "that is not a supervisor of ours, so it was not touched, and nothing was changed"
		p.Try = "end that program, or use another home: STIGMER_HOME=DIR"
		outOfSight(p, o)
	case fsm.ResultSupervisorUnresponsive:
		p.What = o.Detail
		p.Means = "Temporal may still run"
		p.Try = "stigmer local state --explain"
	case fsm.ResultNoBinary:
		return config.NoBinary(home, c.Wanted(r).TemporalVersion)
	default:
		p.What = fmt.Sprintf("ended without a result (%s) %s", o.Result, o.Detail)
	}
	return p
}

// clashProblem is for a restart: a start's own settings were checked before.
func clashProblem(p *cli.Problem, c fsm.Command, r fsm.Record) {
	one, other, number := c.Wanted(r).PortConflict()
	if !c.Given.Has(one) {
		one, other = other, one
	}
	named := "--" + other
	if !c.Given.Has(other) {
		named = "the recorded --" + other
	}
	p.Exit = cli.ExitUsage
	p.What = fmt.Sprintf("--%s and %s are both %d", one, named, number)
	p.Means = "a restart keeps what it is not given, and one Temporal cannot listen twice on a port; it was refused before anything was stopped"
	p.Try = fmt.Sprintf("stigmer local restart --%s %d --%s with another port", one, number, other)
}

func waitingFor(r fsm.Record) string {
	switch {
	case r.Desired != fsm.WantRunning:
		return "another command is at work"
	case r.State == fsm.Degraded:
		return "it is left running; it counts as Healthy as soon as it answers as it should"
	}
	return "the supervisor goes on trying"
}

func failedProblem(p *cli.Problem, r fsm.Record, home statefile.Home) {
	p.What = "Temporal could not be started: " + r.Failure.Reason
	if tail := r.Failure.LogTail; tail != "" {
		p.Details = append([]string{"Temporal's last lines:"}, strings.Split(tail, "\n")...)
	}
	p.Means, p.Try = Remedy(r, home)
}

// outOfSight changes the words where the owner of a lock is out of sight: it may be ours all the
// same.
func outOfSight(p *cli.Problem, o fsm.Outcome) {
	if o.Holder != evidence.HiddenHolder {
		return
	}
	p.Means = "that may well be ours, but from here it can be neither proven nor ended; nothing was changed"
	p.Try = "the same command where Temporal was started, or another home: STIGMER_HOME=DIR"
}

// NoHandover is the end of a start whose supervisors did not live to say in the
// record what they lacked. Words are the last lines of their log.
func NoHandover(o fsm.Outcome, home statefile.Home, words string) *cli.Problem {
	p := &cli.Problem{
		What:  "the supervisor could not be started: " + o.Detail,
		Means: "nothing was started; a Temporal that runs already goes on without a supervisor",
		Try:   "look at " + home.SupervisorLog(),
		Exit:  cli.ExitFailed,
	}
	if words != "" {
		p.Details = append([]string{"the supervisor's last lines:"}, strings.Split(words, "\n")...)
	}
	code := cmp.Or(o.Code, cause.In(words))
	if code == fsm.CodeNotPermitted {
		p.Exit, p.Try = cli.ExitPermission, cli.TryOwner()
	}
	if lack, ok := cli.LackOf(code); ok {
		p.Means, p.Try = lack.Means+"; "+p.Means, lack.Try
	}
	return p
}
