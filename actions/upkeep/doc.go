// Package upkeep works on a home that is stopped: it resets the database and tidies what killed
// processes left behind.
//
// It holds supervisor.lock, temporal.lock and the database's lock while it acts. What it finds
// under them counts, not what a caller saw before: a NotStoppedError says that another process
// was faster. It must never delete data.
package upkeep
