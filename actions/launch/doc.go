// Package launch makes what Temporal is started with: its command line, its environment and its
// folder. It also reads them back from a running Temporal whose record is lost.
//
// It must never start a process. What it makes depends on the record alone, and on this
// process's environment where a record of an older version has none.
package launch
