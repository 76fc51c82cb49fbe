// Bench measures what stigmer local adds to a bare Temporal and, with --peers, how it
// stands beside other supervisors with the same Temporal under them. Run it by make bench.
//
// It owns the measuring and the report, and decides nothing about the lifecycle:
// the tool is run as its users run it, as a program. Everything lies in one
// temporary folder, with homes and ports of its own, and each process that is met
// on the way is noted with its identity, so that what is still there at the end,
// or after Ctrl-C, can be ended without ever touching a foreign one.
//
// Figures are not judged by the exit status, which says only whether everything
// could be measured: a missed budget is marked in the table.
package main
