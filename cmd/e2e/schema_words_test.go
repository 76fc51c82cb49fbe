package e2e_test

// descriptions are those of properties whose types are not package cmd's.
var descriptions = map[string]string{
	".settings.ip":           "address that Temporal listens on",
	".settings.port":         "port of the gRPC frontend",
	".settings.ui_port":      "port of the web UI",
	".settings.http_port":    "port of the HTTP API; 0 for a free one at each start",
	".settings.metrics_port": "port of the metrics; 0 for a free one at each start",
	".settings.db":           "database file; empty with --ephemeral",
	".settings.headless":     "without the web UI",
	".settings.namespaces":   "namespaces besides default",
	".settings.temporal_bin": "Temporal CLI to run",
	".settings.pass_env":     "variables, by name or pattern, that Temporal gets besides those that it always gets",
	".settings.policy":       "figures of probing and restarting",

	".settings.policy.start_deadline_ms":    "how long one Temporal may take to serve before it is started anew",
	".settings.policy.start_period_ms":      "pause between two probes while it starts; after a crash 100, or probe_period_ms if that is less",
	".settings.policy.probe_period_ms":      "pause between two probes",
	".settings.policy.probe_timeout_ms":     "how long the answer to a probe may take; a later one counts as slow",
	".settings.policy.failure_threshold":    "failed probes in a row that make it Degraded",
	".settings.policy.liveness_deadline_ms": "how long Temporal may leave every probe unanswered before a restart, from probe_timeout_ms on; longer if it is slow or waits for a processor",
	".settings.policy.grace_ms":             "time between SIGTERM and SIGKILL, for a stop that names none",
	".settings.policy.restart_grace_ms":     "the same for a Temporal that is to be restarted",
	".settings.policy.backoff_base_ms":      "first pause before a restart that follows an unstable run",
	".settings.policy.backoff_max_ms":       "longest such pause",
	".settings.policy.stable_after_ms":      "serving this long makes a run stable: the next restart is immediate",
	".settings.policy.restart_limit":        "restarts within the window before it gives up",
	".settings.policy.restart_window_ms":    "window of the restart limit",
	".settings.policy.unserved_limit":       "attempts that may end before Temporal ever served",

	".next.event":  "command or event",
	".next.to":     "state that it would lead to",
	".next.effect": "what would be done, and why",
}
