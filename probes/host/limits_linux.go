package host

// maxFilesPerProcess says that there is none: the kernel refuses a limit above fs.nr_open
// (setrlimit(2)), so the hard limit is what a process can have.
func maxFilesPerProcess() (uint64, error) { return NoLimit, nil }
