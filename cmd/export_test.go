package cmd

// UseLaunchd has launchd run the services, whatever the system.
func UseLaunchd() { launchdHere = true }
