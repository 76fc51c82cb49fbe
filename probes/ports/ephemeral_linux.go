package ports

import (
	"fmt"
	"os"
)

// Ephemeral returns the range of ports from which the kernel chooses for outgoing connections
// (ip(7), ip_local_port_range), the kernel's default if that cannot be read.
func Ephemeral() (first, last int) {
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if err == nil {
		_, err = fmt.Sscan(string(text), &first, &last)
	}
	if err != nil {
		return 32768, 60999
	}
	return first, last
}
