package service

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stigmer/local/actions/environment"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// ServiceBegin says whether install starts the service, and whether one that runs is
// started anew.
type ServiceBegin struct{ Now, Restart bool }

// RunInstall writes the service's file, and with --now starts the service.
func RunInstall(c *cobra.Command, o *config.Options, settings *pflag.FlagSet, voices config.Origins, begin ServiceBegin) error {
	if begin.Restart && !begin.Now {
		return cli.UsageProblem(errors.New("--restart needs --now"))
	}
	f, err := openService(c, begin.Now)
	if err != nil {
		return err
	}
	home, err := openSettings(c, o, settings)
	if err != nil {
		return err
	}
	s, err := newService(c, f.log, home, append(o.ServiceFlags(settings, home), voices.OfDriver(c)...))
	if err != nil {
		return err
	}
	o.Config.NoteBeside(c)
	config.WarnOpen(c, o.Settings)
	config.WarnPragmas(c, o.Settings)
	f.warnOfPassEnv(c, o)
	if f.ours && f.params.Home != s.Home {
		return f.otherHome()
	}
	driver, before := driverOf(home), managerStatus{}
	if begin.Now {
		before = f.status()
	}
	if begin.Now && driver.PID != 0 && (!before.active || evidence.InBackground(driver)) {
		return besideDriver(driver)
	}
	out, text := cli.Success(c), f.describe(s)
	if err := f.put(out, text); err != nil {
		return err
	}
	if begin.Now {
		return f.enable(out, s, before, begin.Restart, f.content != text)
	}
	if err := f.present(); err != nil {
		return f.unmanaged(s, err)
	}
	fmt.Fprintf(out, "To have %s run it, now and at each login:\n%s", f.name, commandLines(f.byHand.enable))
	if f.there {
		fmt.Fprintf(out, "To apply a change to one that runs, with a restart of Temporal:\n  %s\n", s.again("--now", "--restart"))
	}
	fmt.Fprint(out, f.byHand.also)
	if driver.PID != 0 && evidence.InBackground(driver) {
		cli.Warn(c, "Temporal is supervised in the background now (pid %d): stigmer local stop before you enable the service", driver.PID)
	}
	return nil
}

// openSettings opens the home, and checks the settings of a start in it.
func openSettings(c *cobra.Command, o *config.Options, settings *pflag.FlagSet) (statefile.Home, error) {
	if err := o.Parse(settings); err != nil {
		return "", err
	}
	home, err := cli.OpenHome()
	if err == nil {
		err = o.Locate(home)
	}
	if err == nil {
		err = config.TryProgram(c, home, fsm.Record{Settings: o.Settings})
	}
	return home, err
}

// openService reads the service's file, which may be changed if there is none or
// if it is ours. With now the manager must answer.
func openService(c *cobra.Command, now bool) (serviceFile, error) {
	f, err := readService(c)
	if err == nil {
		err = f.foreign()
	}
	if err == nil && now {
		err = f.present()
	}
	return f, err
}

// newService describes the service that runs this program for a home.
func newService(c *cobra.Command, log string, home statefile.Home, flags []string) (service, error) {
	program, err := ownProgram()
	if err != nil {
		return service{}, err
	}
	s := service{Verb: startVerb(c), installParams: installParams{Program: program, Home: string(home), Flags: flags}, Log: log}
	return s, s.writable()
}

// startVerb is the way to start for c, a command of local service, wherever that is mounted.
func startVerb(c *cobra.Command) []string {
	return append(cli.WordsTo(c.Parent().Parent()), "start", "--foreground")
}

func (f serviceFile) otherHome() *cli.Problem {
	return &cli.Problem{
		What:  fmt.Sprintf("%s is the service of another home: %s", f.path, f.params.Home),
		Means: "there is one service for a user; nothing was changed",
		Try:   "stigmer local service uninstall --now, then the same again",
		Exit:  cli.ExitFailed,
	}
}

// besideDriver is the refusal to start a service that could not start.
func besideDriver(driver fsm.Process) *cli.Problem {
	where := "in a terminal"
	if evidence.InBackground(driver) {
		where = "in the background"
	}
	return &cli.Problem{
		What:  fmt.Sprintf("Temporal is supervised %s already (pid %d)", where, driver.PID),
		Means: "the service could not start beside it; the service's file was not written",
		Try:   "stigmer local stop, then the same again",
		Exit:  cli.ExitFailed,
	}
}

// driverOf is the supervisor that works for a home, zero for none.
func driverOf(home statefile.Home) fsm.Process {
	document, _ := (statefile.File{Home: home}).Load()
	driver, _ := evidence.Driver(home, document.Record)
	return driver
}

// enable has the manager run the service. One that runs already goes on as it was
// started unless a restart is asked for: that stops Temporal, which is for people to decide.
// One that waits for its next start gets it now, with the file that is there.
func (m manager) enable(out io.Writer, s service, before managerStatus, restart, changed bool) error {
	calls := m.verbs.enable
	if restart || !before.runs {
		calls = slices.Concat(calls, m.verbs.restart)
	}
	if err := m.run(calls, "the file was written, but the service does not run as it should"); err != nil {
		return err
	}
	fmt.Fprintf(out, "Enabled: %s runs it, now and at each login.\n", m.name)
	switch {
	case before.runs && restart:
		fmt.Fprintln(out, "It ran already, and was started anew with what the file says.")
	case before.runs && changed:
		fmt.Fprintf(out, "It ran already, and goes on with the settings that it was started with. To apply the new ones, with a restart of Temporal:\n  %s\n", s.again("--now", "--restart"))
	}
	fmt.Fprint(out, m.byHand.also)
	return nil
}

// unmanaged says what can be done with a service's file where nothing would run it.
func (m manager) unmanaged(s service, err error) error {
	p, ok := errors.AsType[*cli.Problem](err)
	if !ok {
		return err
	}
	p.Means = fmt.Sprintf("the file was written (%s), but nothing here would run the service", m.path)
	p.Try, p.Exit = m.byHand.alone, cli.ExitStopped
	p.Details = append(p.Details, "without "+m.name+", another supervisor can run, and start anew if it fails:",
		"STIGMER_HOME="+human.ShellWord(s.Home)+" "+human.ShellLine(s.command()))
	return p
}

// warnOfPassEnv warns that a service gets the variables that --pass-env names from its
// manager, not from this shell.
func (m manager) warnOfPassEnv(c *cobra.Command, o *config.Options) {
	always := environment.Lend(os.Environ(), nil).Names()
	names := environment.Lend(os.Environ(), o.Settings.PassEnv.List()).Names()
	names = slices.DeleteFunc(names, func(name string) bool { return slices.Contains(always, name) })
	if len(names) == 0 {
		return
	}
	cli.Warn(c, "the service gets %s from %s, not from this shell: %s", strings.Join(names, ", "), m.name, m.byHand.pass(names))
}

// RunUninstall removes the service's file, and with --now ends the service.
func RunUninstall(c *cobra.Command, now bool) error {
	f, err := openService(c, now)
	if err != nil {
		return err
	}
	out := cli.Success(c)
	if !f.there {
		fmt.Fprintf(out, "Not installed: there is no %s\n", f.path)
		return nil
	}
	if now {
		if err := f.run(f.verbs.disable, "the file was not removed"); err != nil {
			return err
		}
	}
	if err := f.remove(out); err != nil {
		return err
	}
	fmt.Fprintf(out, "Removed %s, the service of home %s\n", f.path, f.params.Home)
	if now {
		return f.run(f.verbs.reload, "the file was removed")
	}
	if f.present() == nil {
		fmt.Fprintf(out, "If the service runs, it goes on until it is stopped:\n%s", commandLines(f.byHand.end))
	}
	return nil
}
