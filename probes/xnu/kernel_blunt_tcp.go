//go:build linux && blunt

package xnu

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"os"
	"strconv"
	"strings"
	"sync"
)

// This file is what a Mac shows of sockets, from /proc/net/tcp.

// tcpTables are /proc/net/tcp of each network namespace, kept for one search: a Mac shows one socket without the
// others, and Linux only all. A search lists the processes, and asks each for its descriptors once. A process that is
// asked by itself has the table read anew.
var tcpTables struct {
	sync.Mutex
	rows   map[string]map[string]tcpRow // by namespace, then by inode
	listed map[int]bool                 // the processes of the search that were not asked yet
}

// startSearch notes the processes of a search.
func startSearch(listed map[int]bool) {
	tcpTables.Lock()
	defer tcpTables.Unlock()
	tcpTables.rows, tcpTables.listed = map[string]map[string]tcpRow{}, listed
}

// forget has the tables read anew, unless the process is next in a search.
func (p shown) forget() {
	tcpTables.Lock()
	defer tcpTables.Unlock()
	if !tcpTables.listed[p.pid] {
		tcpTables.rows = map[string]map[string]tcpRow{}
	}
	delete(tcpTables.listed, p.pid)
}

func (p shown) tcpRow(inode string) (tcpRow, bool) {
	tcpTables.Lock()
	defer tcpTables.Unlock()
	namespace, _ := os.Readlink(p.path("ns/net"))
	if tcpTables.rows[namespace] == nil {
		folder, rows := p.path("net/"), map[string]tcpRow{}
		if own, _ := os.Readlink("/proc/self/ns/net"); own == namespace {
			folder = "/proc/self/net/" // the process may end while it is read
		}
		for _, row := range tcpRows(folder) {
			rows[row.inode] = row
		}
		tcpTables.rows[namespace] = rows
	}
	row, ok := tcpTables.rows[namespace][inode]
	return row, ok
}

// tcpRow is a socket of /proc/net/tcp.
type tcpRow struct {
	ip         []byte
	port       uint16
	shownState string
	inode      string
}

func tcpRows(folder string) (rows []tcpRow) {
	for _, table := range []string{"tcp", "tcp6"} {
		file, err := os.Open(folder + table)
		if err != nil {
			continue
		}
		for lines := bufio.NewScanner(file); lines.Scan(); {
			fields := strings.Fields(lines.Text())
			if len(fields) < 10 || fields[0] == "sl" {
				continue
			}
			host, port, _ := strings.Cut(fields[1], ":")
			ip, _ := hex.DecodeString(host)
			for i := 0; i < len(ip); i += 4 {
				binary.LittleEndian.PutUint32(ip[i:], binary.BigEndian.Uint32(ip[i:]))
			}
			number, _ := strconv.ParseUint(port, 16, 16)
			rows = append(rows, tcpRow{ip, uint16(number), fields[3], fields[9]})
		}
		file.Close()
	}
	return rows
}

func (r tcpRow) state() uint32 {
	switch r.shownState {
	case "0A":
		return Listen
	case "06":
		return TimeWait
	}
	return 4 // TCPS_ESTABLISHED, for all others
}

func (r tcpRow) put(port []byte, families *byte, local []byte) {
	binary.BigEndian.PutUint16(port, r.port)
	if len(r.ip) == 4 {
		*families = 1
		copy(local[12:16], r.ip)
		return
	}
	*families = speaksIPv6
	copy(local[:16], r.ip)
}

func pcblist() []byte {
	raw := make([]byte, headSize)
	raw[0] = headSize
	for _, row := range tcpRows("/proc/self/net/") {
		inet, socket, tcp := make([]byte, 104), make([]byte, 104), make([]byte, 208)
		row.put(inet[inetPort:], &inet[inetFamilies], inet[inetLocal:])
		binary.LittleEndian.PutUint32(tcp[tcpState:], row.state())
		for kind, part := range map[uint32][]byte{partInet: inet, partSocket: socket, partTCP: tcp} {
			binary.LittleEndian.PutUint32(part, uint32(len(part)))
			binary.LittleEndian.PutUint32(part[4:], kind)
		}
		raw = append(append(append(raw, inet...), socket...), tcp...)
	}
	return append(raw, headSize, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
}
