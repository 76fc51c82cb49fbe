package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/pflag"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
)

// Problem is an error in words for people: what happened, what it means, what to do.
type Problem struct {
	What, Means, Try string
	// Exit is the exit status that goes with it.
	Exit int
	// Details are printed below, as they are: the last lines of a log.
	Details []string
	// lasting says that the same command will fail again.
	lasting bool
}

// Error is the first line.
func (p *Problem) Error() string { return p.What }

// Text is the whole problem as it is printed.
func (p *Problem) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "stigmer: %s", p.What)
	if p.Means != "" {
		fmt.Fprintf(&b, "\n  meaning: %s", p.Means)
	}
	for _, line := range p.Details {
		fmt.Fprintf(&b, "\n    | %s", line)
	}
	if p.Try != "" {
		fmt.Fprintf(&b, "\n  try:     %s", p.Try)
	}
	return b.String()
}

// usage is for what was asked for and cannot be had: a command line that is not
// understood, or values that are understood and cannot be used.
func usage(err error) *Problem {
	p := &Problem{What: err.Error(), Means: "the command line was not understood; nothing was changed", Try: "the same command with --help", Exit: ExitUsage}
	if bad, ok := errors.AsType[flagError](err); ok {
		p.Means = "that value cannot be used; nothing was changed"
		p.Try = "another value; the same command with --help says what is taken"
		if len(bad.flags) > 1 {
			p.Means = "these two do not go together; nothing was changed"
			p.Try = "one of them without the other, or other values"
		}
		p.Means, p.Try = either(bad.means, p.Means), either(bad.try, p.Try)
	}
	return p
}

// badValue says what is wrong with the value of a flag, which was given where.
func badValue(where string, err error) error {
	bad, ok := errors.AsType[*pflag.InvalidValueError](err)
	if !ok {
		return fmt.Errorf("%s: %w", where, err)
	}
	flag, cause := bad.GetFlag(), bad.Unwrap()
	_, number := errors.AsType[*strconv.NumError](cause) // of a bool as well
	switch {
	case errors.Is(cause, strconv.ErrRange):
		return badFlag(flag.Name, "%s: %q is out of range", where, bad.GetValue())
	case number, strings.HasPrefix(cause.Error(), "time: "):
		return badFlag(flag.Name, "%s: %q is not %s", where, bad.GetValue(), kindWords(flag))
	}
	return badFlag(flag.Name, "%s: %v", where, cause) // in our own words
}

// systemProblem puts an error of the system, or of a file that is not as it
// should be, into words.
func systemProblem(err error, did string) *Problem {
	var newer statefile.NewerError
	var loose statefile.LooseHomeError
	var foreign statefile.ForeignHomeError
	var folder statefile.NotFolderError
	var lock actions.NotLockError
	var unidentified probes.IdentityError
	p := &Problem{What: err.Error(), Means: did, Try: "stigmer local state --explain, or another home: STIGMER_HOME=DIR", Exit: ExitFailed}
	switch {
	case errors.As(err, &unidentified):
		p.Means = "without it no process can be identified; " + did
		if lack, ok := lackIn(err.Error()); ok {
			p.Try = lack.try
		}
	case errors.Is(err, probes.ErrNoProc):
		p.Means = "without it no process can be identified; " + did
		p.Try = "mount it: mount -t proc proc /proc"
	case errors.Is(err, errHidden):
		p.Try = tryHidden
	case errors.As(err, &newer):
		p.Means = "the record was written by a newer stigmer; it was not changed"
		p.Try = "use that newer stigmer, or another home: STIGMER_HOME=DIR"
	case errors.As(err, &lock):
		p.Means = "a lock must be a regular file; this was neither followed nor changed, and " + did
		p.Try = "move it away: mv " + lock.Path + " " + lock.Path + ".old"
	case errors.As(err, &folder):
		p.Means = "the home and what is in it must be folders, or not be there yet; " + did
		p.Try = "another home: STIGMER_HOME=DIR"
	case errors.As(err, &foreign):
		p.Exit = ExitPermission
		p.Means = "a home, and where its links lead, belongs to one user; " + did
		p.Try = "run it as the owner, or use another home: STIGMER_HOME=DIR"
	case errors.As(err, &loose):
		p.Exit = ExitPermission
		p.Means = "others could plant files there; " + did
		p.Try = "chmod go-w on the folder, or another home: STIGMER_HOME=DIR"
	default:
		fileSystemProblem(p, err, did)
	}
	return p
}

// fileSystemProblem is systemProblem for an error number of the home's file system.
func fileSystemProblem(p *Problem, err error, did string) {
	switch {
	case errors.Is(err, syscall.EFBIG):
		p.Means = "files may not grow beyond a limit of this shell or service (RLIMIT_FSIZE), or of the file system; " + did
		p.Try = "raise it: ulimit -f unlimited"
	case errors.Is(err, syscall.EIO):
		p.Means, p.Try = diskFails+"; "+did, tryDisk
	case errors.Is(err, syscall.ENOLCK), errors.Is(err, syscall.ENOSYS), errors.Is(err, syscall.EOPNOTSUPP):
		p.Means = "the file system of the home, or a sandbox, does not have what a home needs, such as locks; " + did
		p.Try = "a home on a local disk: STIGMER_HOME=DIR"
	case errors.Is(err, syscall.EROFS):
		p.Means = "the file system of the home is read-only; " + did
		p.Try = "another home: STIGMER_HOME=DIR, in a container a folder of a volume"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		p.Means = "the disk of the home cannot be written to; " + did
		p.Try = "make room, or use another home: STIGMER_HOME=DIR"
	case errors.Is(err, fs.ErrPermission):
		p.Exit = ExitPermission
		p.Means = "this user may not; " + did
		p.Try = either(openFolder(), "look at the owner and mode of the path that is named")
	}
}

// problemOf puts the end of a command that did not succeed into words.
func problemOf(o fsm.Outcome, c fsm.Command, home statefile.Home) *Problem {
	r := o.Record
	p := &Problem{Exit: ExitFailed}
	switch o.Result {
	case fsm.ResultSettingsDiffer:
		var differ []string
		for _, d := range fsm.Differences(r.Settings, c.Want, c.Given) {
			differ = append(differ, d.String())
		}
		p.What = "Temporal is already running with other settings: " + strings.Join(differ, "; ")
		p.Means = fmt.Sprintf("it goes on unchanged (%s, %s)", pidOf(r), address(r.Settings))
		p.Try = "stigmer local restart with the same flags, which applies them; stigmer local config show says where each comes from"
	case fsm.ResultPortConflict:
		clashProblem(p, c, r)
	case fsm.ResultAddressUnusable:
		addressProblem(p, c.Wanted(r).IP)
	case fsm.ResultFailed:
		failedProblem(p, r, home)
	case fsm.ResultStoppedByOther:
		p.What = "another command stopped Temporal while this one waited for it"
		p.Means = r.Reason
		p.Try = "stigmer local start"
	case fsm.ResultDatabaseLost:
		p.What = "Temporal runs (" + pidOf(r) + "), but " + r.Reason
		if ip := r.Settings.IP; !fsm.WorksOn(ip) {
			p.Means, p.Try = "no workflow can start in it; it is left running and watched", otherAddress("stigmer local restart ", ip)
			break
		}
		p.Means = "it is left running and watched, as a restart alone would not bring back what it has; if the file comes back it is Healthy again"
		p.Try = "one of the two; stigmer local restart begins with what is at that path"
	case fsm.ResultTimedOut:
		p.What = fmt.Sprintf("not healthy within %s: the state is %s: %s", seconds(c.Patience), either(string(r.State), "not recorded yet"), o.Detail)
		p.Means = waitingFor(r)
		p.Try = "stigmer local state --explain, or stigmer local stop"
	case fsm.ResultTemporalLockForeign:
		p.What = either(o.Detail, "temporal.lock is held by "+o.Holder)
		p.Means = "that is not a Temporal of ours, so it was not touched, and nothing was started or stopped"
		p.Try = "end that program, or use another home: STIGMER_HOME=DIR"
		if o.Asked.PID != 0 { // the stop was obeyed, and then the lock could not be looked into
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
		return noBinary(home)
	default:
		p.What = fmt.Sprintf("ended without a result (%s) %s", o.Result, o.Detail)
	}
	return p
}

// clashProblem is for a restart: a start's own settings were looked at before.
func clashProblem(p *Problem, c fsm.Command, r fsm.Record) {
	one, other, number := c.Wanted(r).PortConflict()
	if !c.Given.Has(one) {
		one, other = other, one
	}
	named := "--" + other
	if !c.Given.Has(other) {
		named = "the recorded --" + other
	}
	p.Exit = ExitUsage
	p.What = fmt.Sprintf("--%s and %s are both %d", one, named, number)
	p.Means = "a restart keeps what it is not told, and one Temporal cannot listen twice on a port; it was refused before anything was stopped"
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

func failedProblem(p *Problem, r fsm.Record, home statefile.Home) {
	p.What = "Temporal could not be started: " + r.Failure.Reason
	if tail := r.Failure.LogTail; tail != "" {
		p.Details = append([]string{"Temporal's last lines:"}, strings.Split(tail, "\n")...)
	}
	p.Means, p.Try = remedy(r, home)
}
