package config

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions/cause"
	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/actions/program"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/host"
	"github.com/stigmer/local/probes/temporal"
	"github.com/stigmer/local/statefile"
)

// TryProgram refuses, before a spawn, a program that could not be run as Temporal, with what
// the program printed. A Temporal CLI is recognised by its build information and is not run
// for this. Any other program, a wrapper or a shim, is run with --version in the folder in
// which Temporal will run. If the system lacks something, such as processes, TryProgram
// returns nil: the spawn reports that. Nor is one refused that does not know a flag of the settings.
func TryProgram(c *cobra.Command, home statefile.Home, r fsm.Record) error {
	bin := r.Settings.TemporalBin
	if bin == "" || Proven(home, r.Settings) {
		return nil
	}
	// The signal must not end this process at once: the program has a group of its own, and
	// would live on.
	ctx, stop := cli.WithSignals(c.Context())
	defer stop()
	var problem *cli.Problem
	if temporal.IsTemporal(bin) {
		problem = flagsProblem(ctx, home, r)
	} else {
		_, problem, _ = ProgramTried(ctx, home, r)
	}
	switch {
	case ctx.Err() != nil:
		return &cli.Problem{What: c.Name() + " was interrupted", Means: "nothing was started or stopped", Try: "the same command again", Exit: cli.ExitInterrupted}
	case problem != nil:
		return problem
	}
	return nil
}

// Proven reports whether a program need not be tried: it is a Temporal CLI, and is known to take the flags
// of the settings.
func Proven(home statefile.Home, s fsm.Settings) bool {
	return temporal.IsTemporal(s.TemporalBin) && program.KnowsFlags(home, s)
}

// flagsProblem names a flag that the program of a record does not know. It is nil if the program knows all of
// them, or cannot be asked: the spawn reports that.
func flagsProblem(ctx context.Context, home statefile.Home, r fsm.Record) *cli.Problem {
	printed, err := program.TryFlags(ctx, home, r, launch.Environment(r, home))
	if _, refused := errors.AsType[*exec.ExitError](err); !refused || untried(err) {
		return nil
	}
	words := "it does not say why"
	if len(printed) > 0 {
		words = strings.TrimPrefix(printed[len(printed)-1], "Error: ") // what comes before is its usage
	}
	bin, version := r.Settings.TemporalBin, program.Of(ctx, home, r).Version
	return &cli.Problem{
		What:  fmt.Sprintf("Temporal %s does not take its command line: %s", cmp.Or(version, "CLI "+bin), words),
		Means: bin + " would end as it starts; nothing was started or stopped",
		Try:   "leave it out (stigmer local restart " + takenBack(words) + " takes it back), or a version that knows it: --" + VersionFlag + " V",
		Exit:  cli.ExitFailed, Lasting: true,
	}
}

// takenBack is the flag that takes back what a program has said that it does not know.
func takenBack(words string) string {
	name, _ := strings.CutPrefix(words, "unknown flag: --")
	flag := knownFlags().Lookup(name)
	switch {
	case flag == nil:
		return "--temporal-arg ''"
	case flag.Value.Type() == "bool":
		return "--" + name + "=false"
	}
	return "--" + name + " ''"
}

// ProgramTried runs the program of a record with --version as Temporal would be run, and has it read its flags. It
// returns what the program said, or what is wrong with it. An error means that the program
// could not be tried.
func ProgramTried(ctx context.Context, home statefile.Home, r fsm.Record) (said string, problem *cli.Problem, err error) {
	folder, printed, err := program.Try(ctx, home, r, launch.Environment(r, home))
	if err == nil {
		problem = flagsProblem(ctx, home, r)
	}
	if err == nil || untried(err) {
		return strings.Join(printed[:min(1, len(printed))], ""), problem, err
	}
	problem = programProblem(r.Settings.TemporalBin, folder, printed, err)
	if _, _, otherwise := program.Try(ctx, home, r, os.Environ()); otherwise == nil {
		problem.Try = "--" + PassEnvFlag + " with the variable that it needs: it runs with all those of this shell"
	}
	return "", problem, nil
}

// untried reports whether the error of a trial says nothing of the program: the system lacks
// what a trial takes, or something killed the program, as a system short of memory does.
func untried(err error) bool {
	_, lacks := cli.LackOf(cause.Of(err))
	ended, ok := errors.AsType[*exec.ExitError](err)
	return lacks || ok && ended.Sys().(syscall.WaitStatus).Signaled()
}

// programProblem says why a program does not run as Temporal would be run.
func programProblem(program, folder string, words []string, err error) *cli.Problem {
	p := &cli.Problem{
		What:    fmt.Sprintf("%s --version does not run: %v (in %s, where Temporal is run)", program, reasonOf(err), folder),
		Means:   "it would not start Temporal there either; nothing was started or stopped",
		Details: words,
		Try:     "install it again, or name a Temporal CLI: --temporal-bin FILE",
		Exit:    cli.ExitFailed,
	}
	switch manager := shimOf(program); {
	case manager != "":
		p.Means = "it is a shim of " + manager + ", which picks the program by the folder; nothing was started or stopped"
		p.Try = fmt.Sprintf(`in a folder where temporal works: stigmer local start --temporal-bin "$(%s which temporal)"`, manager)
	case errors.Is(err, syscall.EACCES) && host.NoExec(program):
		p.Means, p.Try = ErrNoExec.Error()+"; nothing was started or stopped", ProgramElsewhere
	case errors.Is(err, syscall.ENOEXEC):
		p.Means = "it is a program for another machine, or a script without #! in its first line; nothing was started or stopped"
	case errors.Is(err, syscall.ENOENT):
		p.Means = "a file that it needs to run, such as the program behind #!, is not there; nothing was started or stopped"
	}
	return p
}

// reasonOf is the error of looking for a program, or of starting it, without its path.
func reasonOf(err error) error {
	err = cli.BareExec(err)
	if failed, ok := errors.AsType[*os.PathError](err); ok {
		return failed.Err
	}
	return err
}

// shimManagers are the version managers whose shims stand for a program, and pick it by the
// folder in which they are run.
var shimManagers = []string{"asdf", "mise", "rtx"}

// shimOf names the version manager whose shim a program is, empty for none. It recognises a
// shim by the file that a link leads to (mise), by its folder, or by its text (asdf).
func shimOf(program string) string {
	target, err := filepath.EvalSymlinks(program)
	if err != nil {
		return ""
	}
	text, _ := cli.ReadOwn(target) // nothing of a program that is large
	script := ""
	if bytes.HasPrefix(text, []byte("#!")) {
		script = string(text)
	}
	for _, manager := range shimManagers {
		folder := filepath.Base(filepath.Dir(filepath.Dir(program)))
		shims := filepath.Base(filepath.Dir(program)) == "shims" && strings.TrimPrefix(folder, ".") == manager
		if filepath.Base(target) == manager || shims || strings.Contains(script, manager+" exec") {
			return manager
		}
	}
	return ""
}
