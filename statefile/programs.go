package statefile

// Versions is the folder of the Temporal CLIs that were installed, a folder each.
func (h Home) Versions() string { return h.join("bin", "versions") }

// Program is the Temporal CLI of one version, as in "v1.8.2".
func (h Home) Program(version string) string { return h.join("bin", "versions", version, "temporal") }

// Staging is the folder of what is being installed. It is emptied whenever an
// installation begins and ends.
func (h Home) Staging() string { return h.join("bin", "staging") }

// Downloads is the folder of downloads that were broken off and can be resumed.
func (h Home) Downloads() string { return h.join("bin", "downloads") }

// InstallLock is the lock of the process that installs.
func (h Home) InstallLock() string { return h.join("bin", "install.lock") }
