// Package launch has all with which a Temporal is started: its command line, its environment and
// its folder. It also reads them back from a running one, of which the record is lost.
//
// It starts nothing. What it makes depends on the record alone, and on this process's environment
// where a record of an older version has none.
package launch
