package actions

import (
	"strconv"

	"github.com/stigmer/local/fsm"
)

// argv is Temporal's command line after the program's name. Every port is given:
// those for HTTP and metrics would otherwise be picked at random by Temporal, and
// the UI's would be the port plus 1000.
func argv(s fsm.Settings, httpPort, metricsPort int) []string {
	args := []string{
		"server", "start-dev",
		"--ip", s.IP,
		"--port", strconv.Itoa(s.Port),
		"--http-port", strconv.Itoa(httpPort),
		"--metrics-port", strconv.Itoa(metricsPort),
	}
	if s.Headless {
		args = append(args, "--headless")
	} else {
		args = append(args, "--ui-port", strconv.Itoa(s.UIPort))
	}
	if s.DB != "" {
		args = append(args, "--db-filename", s.DB)
	}
	for _, namespace := range s.Namespaces.List() {
		args = append(args, "--namespace", namespace)
	}
	return args
}

// settingsOf reads settings back from a command line that argv made, over those
// in s. It is how a lost record is rebuilt from a running Temporal. Ports for
// HTTP and metrics are left to the supervisor again, as it cannot be known
// whether they were asked for.
func settingsOf(args []string, s fsm.Settings) fsm.Settings {
	s.DB, s.Headless, s.Namespaces = "", false, ""
	var namespaces []string
	for i, arg := range args {
		value := ""
		if i+1 < len(args) {
			value = args[i+1]
		}
		switch arg {
		case "--ip":
			s.IP = value
		case "--port":
			s.Port = number(value, s.Port)
		case "--ui-port":
			s.UIPort = number(value, s.UIPort)
		case "--db-filename":
			s.DB = value
		case "--headless":
			s.Headless = true
		case "--namespace":
			namespaces = append(namespaces, value)
		}
	}
	s.Namespaces = fsm.MakeNames(namespaces)
	return s
}

func number(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return otherwise
}
