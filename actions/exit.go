package actions

import "github.com/stigmer/local/fsm"

// AwaitExit returns when a process has exited, by the kernel's wake-up, or when
// that cannot be waited for.
func AwaitExit(p fsm.Process) { _, _ = waitExit(p, -1) }
