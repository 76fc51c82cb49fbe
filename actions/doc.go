// Package actions does what the state machine decides: it takes and hands over
// locks, spawns and adopts Temporal, signals its process group, saves the
// record, and is the world in which package fsm's two protocols are driven.
//
// It must never decide what happens next (fsm does), never signal a process
// that it has not proven to be ours by what probes sees at that moment, never
// unlink a lock file, and never use LOCK_UN: a lock that was inherited is
// shared, and unlocking it would unlock it for Temporal too. The bytes of
// supervisor.lock are unlocked one by one, since Temporal never inherits that.
package actions
