package cmd

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/statefile"
)

func serviceStatusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Say what is installed, and what the service manager says of it",
		Long: `Say whether the service's file is there, whether it is what this stigmer would write
today, and what systemd or launchd says of the service, if it can be asked. It
changes nothing. Whether Temporal serves is for state to say.

Exit status: 0 installed and as it should be, 1 not as it should be, 3 not installed.`,
		Example: `  stigmer local service status`,
		Args:    noArguments,
		RunE:    func(c *cobra.Command, _ []string) error { return runServiceStatus(c) },
	}
}

func runServiceStatus(c *cobra.Command) error {
	m, err := theManager()
	if err != nil {
		return err
	}
	f, err := readService(m)
	if err != nil {
		return err
	}
	out := c.OutOrStdout()
	title := strings.ToUpper(m.name[:1]) + m.name[1:]
	if !f.there {
		fmt.Fprintf(out, "Not installed: there is no %s\n", m.path)
		if t := m.asks(); t.active {
			printPart(out, title, t.lines)
		}
		return Status(ExitStopped)
	}
	fmt.Fprintf(out, "%s\n", m.path)
	verdict, status := f.verdict(c, m)
	printPart(out, "File", strings.Split(verdict, "\n"))
	if f.ours {
		printPart(out, "Home", []string{f.asked.Home})
		printPart(out, "Flags", []string{either(shellLine(f.asked.Flags), "none")})
	}
	printPart(out, title, m.asks().lines)
	if status != ExitDone {
		return Status(status)
	}
	return nil
}

// verdict holds the file against what would be written today with the same flags.
func (f serviceFile) verdict(c *cobra.Command, m manager) (string, int) {
	if !f.ours {
		return "not written by stigmer local service install; install and uninstall leave it alone", ExitFailed
	}
	again := "\nTo write it anew: " + strings.TrimSpace("STIGMER_HOME="+shellWord(f.asked.Home)+" stigmer local service install "+shellLine(f.asked.Flags))
	if f.edited {
		return "changed by hand since stigmer wrote it; another install would keep it beside its own" + again, ExitFailed
	}
	if _, err := exec.LookPath(f.asked.Program); err != nil {
		return "the program that it starts is not there any more: " + f.asked.Program + again, ExitFailed
	}
	s, err := newService(c, statefile.Home(f.asked.Home), f.asked.Flags)
	if err != nil {
		return err.Error(), ExitFailed
	}
	own := s.Program
	s.Program = f.asked.Program
	switch {
	case f.text != m.text(s):
		return "written by another version of stigmer than this (" + ownVersion() + ")" + again, ExitFailed
	case own != s.Program:
		return "as this stigmer would write it; it starts another one: " + s.Program, ExitDone
	}
	return "as this stigmer would write it", ExitDone
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

// unwant removes the link by which systemd's enable has the service started at
// login, if it leads to our file: a link to nothing would be complained about for
// ever.
func (m manager) unwant() error {
	link := filepath.Join(filepath.Dir(m.path), "default.target.wants", filepath.Base(m.path))
	target, err := os.Readlink(link)
	if err != nil || target != m.path && target != filepath.Join("..", filepath.Base(m.path)) {
		return nil
	}
	if err := os.Remove(link); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// ending are the commands that end a service whose file is gone.
func (m manager) ending() [][]string {
	if m.name == "systemd" {
		return append([][]string{{"systemctl", "--user", "stop", systemdUnit}}, m.reload...)
	}
	return m.disable
}

// shellLine is a command line as it can be typed.
func shellLine(words []string) string {
	var quoted []string
	for _, word := range words {
		quoted = append(quoted, shellWord(word))
	}
	return strings.Join(quoted, " ")
}
