package launch

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/ports"
	"github.com/stigmer/local/statefile"
)

// ownFlags are given to every Temporal.
//
// Temporal takes each flag that is not on its command line from a preset: by default
// from "default" in .config/temporalio/temporal.yaml below HOME, or from the one that
// TEMPORAL_ENV names, which must exist (temporalcli/commands.go, preRun). A preset could
// open the UI to the network, or end the server after a time. No file has no preset, and
// "default" is the one that need not exist.
var ownFlags = []string{"--env", "default", "--env-file", os.DevNull}

// Args is Temporal's command line after the program's name. Every port is given:
// those for HTTP and metrics would otherwise be picked at random by Temporal, and
// the UI's would be the port plus 1000.
func Args(s fsm.Settings, side fsm.Ports) []string {
	args := []string{
		"server", "start-dev",
		"--ip", s.IP,
		"--port", strconv.Itoa(s.Port),
		"--http-port", strconv.Itoa(side.HTTP),
		"--metrics-port", strconv.Itoa(side.Metrics),
	}
	if s.Headless {
		args = append(args, "--headless")
	} else {
		args = append(args, "--ui-port", strconv.Itoa(s.UIPort))
	}
	if s.DB != "" {
		args = append(args, "--db-filename", databaseArgument(s.DB))
	}
	for _, namespace := range s.Namespaces.List() {
		args = append(args, "--namespace", namespace)
	}
	args = append(args, passedOn(s)...)
	// Since 1.7 Temporal's own log level is "never": its errors would be in no log.
	log := s.ServerLog.Known()
	args = append(append(args, ownFlags...), "--log-level", log.LogLevel, "--log-format", log.LogFormat)
	return append(args, s.Args.List()...)
}

// settings reads settings back from a command line that Args made, over those
// in s. It is how a lost record is rebuilt from a running Temporal. The ports for
// HTTP and metrics are no settings then, as it cannot be known whether they were
// asked for.
func settings(args []string, s fsm.Settings) (fsm.Settings, fsm.Ports) {
	var side fsm.Ports
	s.DB, s.Headless, s.Namespaces = "", false, ""
	var namespaces []string
	s.ServerLog, s.ServerFlags, s.Setup = fsm.DefaultServerLog, fsm.ServerFlags{}, fsm.Setup{}
	for i := 0; i < len(args); i++ {
		flag, value := args[i], ""
		if flag == "--headless" {
			s.Headless = true
			continue
		}
		if takeSwitch(&s, flag) {
			continue
		}
		if strings.HasPrefix(flag, "--") && i+1 < len(args) {
			i++
			value = args[i]
		}
		switch flag {
		case "--ip":
			s.IP = statefile.CanonicalIP(value)
		case "--port":
			s.Port = number(value, s.Port)
		case "--ui-port":
			s.UIPort = number(value, s.UIPort)
		case "--http-port":
			side.HTTP = number(value, 0)
		case "--metrics-port":
			side.Metrics = number(value, 0)
		case "--db-filename":
			s.DB = value
		case "--namespace":
			namespaces = append(namespaces, value)
		case "--log-level":
			s.LogLevel = value
		case "--log-format": // the last of ours
			s.LogFormat, s.Args = value, fsm.MakeTexts(args[min(i+1, len(args)):])
			i = len(args)
		default:
			takeValue(&s, flag, value)
		}
	}
	s.Namespaces = fsm.MakeNames(namespaces)
	return s, side
}

func number(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return otherwise
}

// Folder is the folder to start Temporal in.
func Folder(home statefile.Home, db string) string {
	if strings.ContainsAny(db, uriSpecial) {
		return filepath.Dir(db)
	}
	return string(home)
}

// databaseArgument is the database for the command line: in full, unless a folder's
// name has what SQLite would misread. Then it is the bare name, and Folder
// its folder.
func databaseArgument(db string) string {
	if strings.ContainsAny(db, uriSpecial) {
		return filepath.Base(db)
	}
	return db
}

// uriSpecial are the characters that mean something to SQLite, which Temporal
// gives the file's name as a URI without escaping it (sqlite.org/uri.html).
const uriSpecial = "?#%"

// CheckDatabaseName refuses a database file's name that would lead SQLite, or a reader of the
// record, elsewhere. A folder's name may have any character: see databaseArgument.
func CheckDatabaseName(db string) error {
	if !utf8.ValidString(db) {
		return fmt.Errorf("%q is not UTF-8, which Temporal and the record need", db)
	}
	if name := filepath.Base(db); strings.ContainsAny(name, uriSpecial) {
		return fmt.Errorf("the database's name %q has one of %s, which SQLite would misread", name, uriSpecial)
	}
	return nil
}

// Address is where Temporal's frontend listens.
func Address(s fsm.Settings) string { return ports.HostPort(s.IP, s.Port) }
