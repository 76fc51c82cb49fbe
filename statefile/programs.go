package statefile

// Versions is the folder of the Temporal CLIs that were installed, a folder each.
func (h Home) Versions() string { return h.join("bin", "versions") }

// Program is the Temporal CLI of one version, as in "v1.8.2".
func (h Home) Program(version string) string { return h.join("bin", "versions", version, "temporal") }

// Programs remembers what programs printed for their versions: package actions/program has its form.
func (h Home) Programs() string { return h.join("temporal.programs.json") }

// ReadPrograms returns the text of Programs. The errors are those of ReadPID.
func (h Home) ReadPrograms() ([]byte, error) { return slurp(h.Programs()) }

// WritePrograms replaces Programs, mode 0600. Nothing is synced: the text can be had again.
func (h Home) WritePrograms(text []byte) error {
	_, err := put(h.Programs(), text)
	return err
}

// Staging is the folder of what is being installed. It is emptied whenever an
// installation begins and ends.
func (h Home) Staging() string { return h.join("bin", "staging") }

// Downloads is the folder of downloads that were broken off and can be resumed.
func (h Home) Downloads() string { return h.join("bin", "downloads") }

// InstallLock is the lock of the process that installs.
func (h Home) InstallLock() string { return h.join("bin", "install.lock") }
