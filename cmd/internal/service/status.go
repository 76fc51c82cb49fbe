package service

import (
	"cmp"
	"fmt"
	"io"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
)

// ServiceReport is what service status -o json prints.
type ServiceReport struct {
	Schema int `json:"schema"`
	// Manager is systemd or launchd, Path the service's file, which Installed says is there.
	Manager   string `json:"manager"`
	Path      string `json:"path"`
	Installed bool   `json:"installed"`
	// AsWritten says that the file is as it should be, Verdict why or why not.
	AsWritten bool     `json:"as_written"`
	Verdict   []string `json:"verdict"`
	// Home and Flags are what it was installed with, empty if stigmer did not write it.
	Home  string   `json:"home"`
	Flags []string `json:"flags"`
	// Asked says that the manager could be asked, Active that the service runs, or is
	// being started or stopped; Told is what the manager says.
	Asked  bool     `json:"asked"`
	Active bool     `json:"active"`
	Told   []string `json:"told"`
}

// RunStatus prints what the file and its manager say of the service; the exit status says whether it runs.
func RunStatus(c *cobra.Command, output string) error {
	if err := cli.CheckOutput(output); err != nil {
		return err
	}
	m, err := detectManager()
	if err != nil {
		return err
	}
	f, err := readService(c, m)
	if err != nil {
		return err
	}
	r, status := f.report(c, m)
	if output == "text" {
		r.print(c.OutOrStdout())
	} else if err := cli.PrintJSON(c.OutOrStdout(), r); err != nil {
		return err
	}
	if status != cli.ExitDone {
		return cli.Status(status)
	}
	return nil
}

// report puts the file, and what its manager says, into one, with the exit status for it.
func (f serviceFile) report(c *cobra.Command, m manager) (ServiceReport, int) {
	said := m.status()
	r := ServiceReport{
		Schema: 1, Manager: m.name, Path: m.path, Installed: f.there,
		Verdict: []string{}, Flags: []string{}, Asked: said.known, Active: said.active, Told: append([]string{}, said.lines...),
	}
	if !f.there {
		return r, cli.ExitStopped
	}
	verdict, status := f.verdict()
	r.AsWritten, r.Verdict = status == cli.ExitDone, strings.Split(verdict, "\n")
	if f.ours {
		r.Home, r.Flags = f.params.Home, append(r.Flags, f.params.Flags...)
	}
	switch {
	case status != cli.ExitDone: // what is wrong with the file comes before whether it runs
	case !said.known:
		status = cli.ExitPermission
	case !said.active:
		status = cli.ExitStopped
	}
	return r, status
}

// print prints it for people.
func (r ServiceReport) print(out io.Writer) {
	title := strings.ToUpper(r.Manager[:1]) + r.Manager[1:]
	if !r.Installed {
		fmt.Fprintf(out, "Not installed: there is no %s\n", r.Path)
		if r.Active {
			printPart(out, title, r.Told)
		}
		return
	}
	fmt.Fprintf(out, "%s\n", r.Path)
	printPart(out, "File", r.Verdict)
	if r.Home != "" {
		printPart(out, "Home", []string{r.Home})
		printPart(out, "Flags", []string{cmp.Or(human.ShellLine(r.Flags), "none")})
	}
	printPart(out, title, r.Told)
}

// verdict says how the file is, with the exit status for it.
func (f serviceFile) verdict() (string, int) {
	if !f.ours {
		return "not written by stigmer local service install; install and uninstall leave it alone", cli.ExitFailed
	}
	again := "\nTo write it anew: " + f.params.again()
	if f.altered {
		return "changed by hand, or written by another version of stigmer than this (" + cli.OwnVersion() + "); another install would keep it beside its own" + again, cli.ExitFailed
	}
	if _, err := exec.LookPath(f.params.Program); err != nil {
		return "the program that it starts is not there any more: " + f.params.Program + again, cli.ExitFailed
	}
	if own, err := ownProgram(); err == nil && own != f.params.Program {
		return "as this stigmer would write it; it starts another one: " + f.params.Program, cli.ExitDone
	}
	return "as this stigmer would write it", cli.ExitDone
}

// printPart prints lines under a name.
func printPart(out io.Writer, name string, lines []string) {
	for i, line := range lines {
		if i > 0 {
			name = ""
		}
		fmt.Fprintf(out, "  %-8s %s\n", name, line)
	}
}
