// Package xnu reads what the kernel of macOS says of processes, their open files and
// their sockets: proc_info(2), the call behind libproc(3), and three names of sysctl(3).
//
// It owns the formats, as xnu's headers fix them (bsd/sys/proc_info.h, proc_info_private.h,
// socketvar.h, netinet/in_pcb.h). A Kernel makes the calls; everything else here turns
// bytes into values and compiles on every system, so that it is tested without a Mac.
//
// But for Kernel.Signal it only reads. It starts no process, opens no file of others and
// keeps nothing between two calls. What an answer means for Temporal is for package probes to say.
//
// Both architectures of macOS are little endian and lay these structures out alike.
package xnu
