// Package logfile opens the logs that Temporal and the supervisor write, bounds them by rotation,
// whatever becomes of their paths, and reads their last lines.
//
// It never follows a link at a log's path, never removes a log that a process writes, and drops
// lines only where the disk leaves no choice. It knows no record, no lock and no state. Package
// probes/logs reads and follows logs for people.
package logfile
