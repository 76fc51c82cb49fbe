package initproc

// Run returns false: process 1 is launchd.
func Run(func(args []string) bool) (status int, ended bool) { return 0, false }
