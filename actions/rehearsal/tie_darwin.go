package rehearsal

import "syscall"

// tie does nothing: macOS has no such call, and EndOrphans ends what is left.
func tie(*syscall.SysProcAttr) {}
