package actions

import "os"

// behead is nothing that macOS could do.
func behead(*os.File, int64) bool { return false }
