package cmd

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

func serviceInstallCommand(voices origins) *cobra.Command {
	o, begin := &options{}, serviceBegin{}
	settings := pflag.NewFlagSet("install", pflag.ContinueOnError)
	o.addFlags(settings)
	c := &cobra.Command{
		Use:   "install",
		Short: "Write the service's file, with the settings of start",
		Long: `Write the file of a systemd user unit or a launchd agent that runs start --foreground
with the flags that are given here, by flag or environment. It says which file, and
how to enable it; with --now it does that. local.yaml is read at each start of the
service. A file that stigmer did not write, or wrote for another home, is left alone;
one that was changed by hand is kept beside the new one. A service that runs goes on
as it was started; --now --restart has it started anew, and Temporal with it.

Where no systemd or launchd answers for this user, as in a container or under su, the
file is written all the same, with a message on what can be done with it, and the exit
status is 3. With --now nothing is written there.

Exit status: 0 done, 1 failed, 2 usage, 3 written, but nothing here would run it,
4 permission, 5 no Temporal binary.`,
		Example: `  stigmer local service install
  stigmer local service install --port 7333 --namespace orders
  stigmer local service install --now
  stigmer local service install --now --restart --port 7444`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return runServiceInstall(c, o, settings, voices, begin) },
	}
	c.Flags().AddFlagSet(settings)
	c.Flags().BoolVar(&begin.now, "now", false, "enable and start it as well")
	c.Flags().BoolVar(&begin.restart, "restart", false, "with --now: start it anew if it runs, and Temporal with it")
	return c
}

// serviceBegin says whether install starts the service, and whether one that runs is
// started anew.
type serviceBegin struct{ now, restart bool }

func runServiceInstall(c *cobra.Command, o *options, settings *pflag.FlagSet, voices origins, begin serviceBegin) error {
	if begin.restart && !begin.now {
		return usage(errors.New("--restart needs --now"))
	}
	m, f, err := openService(c, begin.now)
	if err != nil {
		return err
	}
	if err := o.parse(settings); err != nil {
		return err
	}
	home, err := openHome()
	if err != nil {
		return err
	}
	if err := o.locate(home); err != nil {
		return err
	}
	if err := tryProgram(c, home, fsm.Record{Settings: o.settings}); err != nil {
		return err
	}
	s, err := newService(c, m, home, append(o.serviceFlags(settings, home), voices.ofDriver(c)...))
	if err != nil {
		return err
	}
	o.config.noteBeside(c)
	warnOpen(c, o.settings)
	o.warnOfService(c, m)
	if f.ours && f.params.Home != s.Home {
		return otherHome(m, f.params.Home)
	}
	driver, before := driverOf(home), managerStatus{}
	if begin.now {
		before = m.status()
	}
	if begin.now && driver.PID != 0 && (!before.active || actions.InBackground(driver)) {
		return besideDriver(driver)
	}
	if err := s.write(success(c), m, f); err != nil {
		return err
	}
	if begin.now {
		return s.enable(success(c), m, before, begin.restart, f.text != m.text(s))
	}
	if err := m.present(); err != nil {
		return s.unmanaged(m, err)
	}
	s.printEnableCommands(success(c), m, f)
	if driver.PID != 0 && actions.InBackground(driver) {
		warn(c, "Temporal is supervised in the background now (pid %d): stigmer local stop before you enable the service", driver.PID)
	}
	return nil
}

// openService looks at the service's file, which may be changed if there is none or
// if it is ours. With now the manager must answer.
func openService(c *cobra.Command, now bool) (manager, serviceFile, error) {
	m, err := detectManager()
	if err != nil {
		return m, serviceFile{}, err
	}
	f, err := readService(c, m)
	if err == nil {
		err = f.foreign(m)
	}
	if err == nil && now {
		err = m.present()
	}
	return m, f, err
}

// newService describes the service that runs this program for a home.
func newService(c *cobra.Command, m manager, home statefile.Home, flags []string) (service, error) {
	program, err := ownProgram()
	if err != nil {
		return service{}, err
	}
	s := service{Verb: startVerb(c), installParams: installParams{Program: program, Home: string(home), Flags: flags}, Log: m.log}
	return s, s.writable()
}

// startVerb is the way to start for c, a command of local service, wherever that is mounted.
func startVerb(c *cobra.Command) []string {
	return append(wordsTo(c.Parent().Parent()), "start", "--foreground")
}

func otherHome(m manager, home string) *Problem {
	return &Problem{
		What:  fmt.Sprintf("%s is the service of another home: %s", m.path, home),
		Means: "there is one service for a user; nothing was changed",
		Try:   "stigmer local service uninstall --now, then the same again",
		Exit:  ExitFailed,
	}
}

// besideDriver is the refusal to start a service that could not start.
func besideDriver(driver fsm.Process) *Problem {
	where := "in a terminal"
	if actions.InBackground(driver) {
		where = "in the background"
	}
	return &Problem{
		What:  fmt.Sprintf("Temporal is supervised %s already (pid %d)", where, driver.PID),
		Means: "the service could not start beside it; the service's file was not written",
		Try:   "stigmer local stop, then the same again",
		Exit:  ExitFailed,
	}
}

// driverOf is the supervisor that works for a home, zero for none.
func driverOf(home statefile.Home) fsm.Process {
	document, _ := (statefile.File{Home: home}).Load()
	driver, _ := actions.Driver(home, document.Record)
	return driver
}

func (s service) write(out io.Writer, m manager, f serviceFile) error {
	text := m.text(s)
	if f.text == text {
		fmt.Fprintf(out, "%s is as it should be already.\n", m.path)
		return nil
	}
	if f.altered {
		if err := f.clear(out, m); err != nil {
			return systemProblem(err, "the service's file was not written")
		}
	}
	if err := errors.Join(m.makeLogFolder(), putOwn(m.path, []byte(text))); err != nil {
		return systemProblem(err, "the service's file was not written")
	}
	fmt.Fprintf(out, "Wrote %s\n", m.path)
	return nil
}

// enable has the manager run the service. One that runs already goes on as it was
// started unless a restart is asked for: that stops Temporal, which is for people to decide.
// One that waits for its next start gets it now, with the file that is there.
func (s service) enable(out io.Writer, m manager, before managerStatus, restart, changed bool) error {
	calls := m.enable
	if restart || !before.runs {
		calls = append(slices.Clone(calls), m.restart...)
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
	printLingerHint(out, m)
	return nil
}

func (s service) printEnableCommands(out io.Writer, m manager, f serviceFile) {
	fmt.Fprintf(out, "To have %s run it, now and at each login:\n%s", m.name, commandLines(m.typed))
	if f.there {
		fmt.Fprintf(out, "To apply a change to one that runs, with a restart of Temporal:\n  %s\n", s.again("--now", "--restart"))
	}
	printLingerHint(out, m)
}

// unmanaged says what can be done with a service's file where nothing would run it.
func (s service) unmanaged(m manager, err error) *Problem {
	p, ok := errors.AsType[*Problem](err)
	if !ok {
		p = systemProblem(err, "")
	}
	p.Means = fmt.Sprintf("the file was written (%s), but nothing here would run the service", m.path)
	p.Try, p.Exit = m.alone, ExitStopped
	p.Details = append(p.Details, "without "+m.name+", another supervisor can run, and start anew if it fails:",
		"STIGMER_HOME="+shellWord(s.Home)+" "+shellLine(append([]string{s.Program}, s.args()...)))
	return p
}

func printLingerHint(out io.Writer, m manager) {
	if m.name == "systemd" {
		fmt.Fprintln(out, "It ends with your last session, unless you allow it to stay: loginctl enable-linger")
	}
}
