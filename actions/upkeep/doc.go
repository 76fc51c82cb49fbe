// Package upkeep works on a home that is stopped: it resets the database and tidies what killed
// processes left behind.
//
// It holds supervisor.lock, temporal.lock and the database's lock while it acts, and what it finds
// under them counts, not what was so before: a NotStoppedError says that a process was faster. It
// deletes no data.
package upkeep
