package host

import "golang.org/x/sys/unix"

// maxFilesPerProcess is how many files one process may have open, whatever its limit says
// (bsd/kern/kern_resource.c, proc_limitgetcur_nofile).
func maxFilesPerProcess() (uint64, error) {
	most, err := unix.SysctlUint32("kern.maxfilesperproc")
	return uint64(most), err
}
