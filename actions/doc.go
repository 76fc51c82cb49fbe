// Package actions has the two worlds in which package fsm's protocols are driven: World, a
// driver's, and Client, a command's. They do what the state machine decides: take and hand over
// locks, spawn and adopt Temporal, signal its tree, save the record. The rooms below do the work
// that needs neither.
//
// It must never decide what happens next (fsm does), and never signal a process unless probes
// proves at that moment that it is ours.
package actions
