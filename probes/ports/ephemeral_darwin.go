package ports

import "golang.org/x/sys/unix"

// Ephemeral returns the range of ports from which the kernel chooses for outgoing connections
// (bsd/netinet/in_pcb.c, ipport_firstauto and ipport_lastauto), the kernel's default if that cannot be read.
func Ephemeral() (first, last int) {
	low, failed := unix.SysctlUint32("net.inet.ip.portrange.first")
	high, err := unix.SysctlUint32("net.inet.ip.portrange.last")
	if failed != nil || err != nil {
		return 49152, 65535
	}
	return int(low), int(high)
}
