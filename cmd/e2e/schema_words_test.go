package e2e_test

// descriptions are those of properties whose types are not package cmd's. A setting that is not
// here has the words of its flag.
var descriptions = map[string]string{
	".settings.ip":           "address that Temporal listens on",
	".settings.ui_port":      "port of the web UI",
	".settings.db":           "database file; empty with --ephemeral",
	".settings.namespaces":   "namespaces besides default",
	".settings.temporal_bin": "Temporal CLI to run",
	".settings.pass_env":     "variables, by name or pattern, that Temporal gets besides those that it always gets",
	".settings.policy":       "figures of probing and restarting",

	".settings.policy.start_period_ms":      "pause between two probes while it starts; after a crash 100, or probe_period_ms if that is less",
	".settings.policy.liveness_deadline_ms": "how long Temporal may leave every probe unanswered before a restart, from probe_timeout_ms on; longer if it is slow or waits for a processor",
	".settings.policy.grace_ms":             "time between SIGTERM and SIGKILL, for a stop that names none",
	".settings.policy.restart_grace_ms":     "the same for a Temporal that is to be restarted",
	".settings.policy.restart_limit":        "restarts within the window before it gives up",
	".settings.policy.restart_window_ms":    "window of the restart limit",
	".settings.policy.unserved_limit":       "attempts that may end before Temporal ever served",

	".setup.namespaces":             "namespaces that it is for, besides default",
	".setup.search_attribute":       "search attributes that are wanted: NAME=TYPE, or NAMESPACE:NAME=TYPE for one namespace",
	".setup.retention_ms":           "how long the namespaces are to keep closed workflows; 0 for what Temporal sets",
	".setup.found_search_attribute": "those of the wanted search attributes that are there: NAMESPACE:NAME=TYPE",
	".setup.found_retention":        "how long each namespace keeps closed workflows: NAMESPACE=DURATION",

	".next.event":  "command or event",
	".next.to":     "state that it would lead to",
	".next.effect": "what would be done, and why",
}
