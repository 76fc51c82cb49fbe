package cli

import "os"

// LaunchdName is the label under which launchd knows the service.
const LaunchdName = "com.stigmer.local"

// UnderLaunchd reports whether launchd runs this process as the service: the label of
// a job is in the job's environment.
func UnderLaunchd() bool { return os.Getenv("XPC_SERVICE_NAME") == LaunchdName }
