//go:build !blunt

package ports

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// listens returns the address of a socket on which a process listens and that
// matches. It is much cheaper than reading all sockets: /proc/PID/net/tcp has the
// listening ones before all others (net/ipv4/tcp_ipv4.c, tcp_get_idx), and is read no
// further. On a machine that is at work thousands follow.
func listens(pid int, matches func(netip.AddrPort) bool) (netip.AddrPort, bool) {
	for _, table := range []string{"tcp", "tcp6"} {
		file, err := os.Open(fmt.Sprintf("/proc/%d/net/%s", pid, table))
		if err != nil {
			continue // no IPv6, or the process is gone
		}
		found := listeners(file, matches)
		file.Close()
		for inode, address := range found {
			if hasSocket(pid, inode) {
				return address, true
			}
		}
	}
	return netip.AddrPort{}, false
}

// stateListen is TCP_LISTEN as /proc/net/tcp writes it.
const stateListen = "0A"

// listeners reads the listening sockets that match, by their inode, up to the first
// row that is none.
func listeners(table io.Reader, matches func(netip.AddrPort) bool) map[string]netip.AddrPort {
	found := map[string]netip.AddrPort{}
	rows := bufio.NewScanner(table)
	for rows.Scan() {
		// sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode
		row := strings.Fields(rows.Text())
		if len(row) < 10 || row[0] == "sl" {
			continue
		}
		if row[3] != stateListen {
			break
		}
		if address, ok := socketAddress(row[1]); ok && matches(address) {
			found[row[9]] = address
		}
	}
	return found
}

// socketAddress reads 0100007F:1C41: an address in words of four bytes, each in the
// machine's order, and a port.
func socketAddress(text string) (netip.AddrPort, bool) {
	host, port, _ := strings.Cut(text, ":")
	words, err := hex.DecodeString(host)
	n, err2 := strconv.ParseUint(port, 16, 16)
	if err != nil || err2 != nil || len(words)%4 != 0 {
		return netip.AddrPort{}, false
	}
	for i := 0; i < len(words); i += 4 {
		binary.NativeEndian.PutUint32(words[i:], binary.BigEndian.Uint32(words[i:]))
	}
	ip, ok := netip.AddrFromSlice(words)
	return netip.AddrPortFrom(ip.Unmap(), uint16(n)), ok
}

func hasSocket(pid int, inode string) bool {
	folder := fmt.Sprintf("/proc/%d/fd/", pid)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return false
	}
	for _, entry := range entries {
		if link, err := os.Readlink(folder + entry.Name()); err == nil && link == "socket:["+inode+"]" {
			return true
		}
	}
	return false
}
