package xnu

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"syscall"
)

// Socket is a TCP socket.
type Socket struct {
	// Local is the address that it is bound to; a wildcard of both families is [::].
	Local netip.AddrPort
	// State is that of the connection: Listen, TimeWait or another one.
	State int
	// LastPID is the process that used it last, 0 where that is not known. It may have
	// ended or given the socket on. Only Sockets fills it.
	LastPID int
}

// The states of a TCP connection that matter here (bsd/netinet/tcp_fsm.h, TCPS_...).
const (
	Listen   = 1
	TimeWait = 10
)

// The places in a socket_fdinfo, and its size: socket_info follows the proc_fileinfo,
// and the tcp_sockinfo begins with an in_sockinfo.
const (
	socketFileSize = 792
	socketKind     = 256
	socketPort     = 268
	socketFamilies = 288
	socketLocal    = 312
	socketState    = 344
	kindTCP        = 2 // SOCKINFO_TCP
)

// SocketsOf returns the TCP sockets among a process's descriptors.
func (k Kernel) SocketsOf(pid int) ([]Socket, error) {
	numbers, err := k.descriptors(pid, kindSocket)
	if err != nil {
		return nil, err
	}
	var sockets []Socket
	for _, fd := range numbers {
		raw, err := k.readStruct(callFDInfo, pid, fdSocket, uint64(fd), socketFileSize)
		if err != nil || binary.LittleEndian.Uint32(raw[socketKind:]) != kindTCP {
			continue // closed meanwhile, or no TCP
		}
		sockets = append(sockets, Socket{
			Local: address(raw[socketFamilies], raw[socketLocal:socketLocal+16], raw[socketPort:]),
			State: int(binary.LittleEndian.Uint32(raw[socketState:])),
		})
	}
	return sockets, nil
}

// Sockets returns the machine's TCP sockets, those of other users included, with those
// that no process has any more. It is one call, as netstat makes it.
func (k Kernel) Sockets() ([]Socket, error) {
	raw, err := k.Sysctl("net.inet.tcp.pcblist_n")
	for tries := 1; errors.Is(err, syscall.ENOMEM) && tries < maxListRetries; tries++ {
		raw, err = k.Sysctl("net.inet.tcp.pcblist_n") // sockets came between the size and the answer
	}
	if err != nil {
		return nil, err
	}
	return parseSockets(raw), nil
}

// The kinds of the parts in pcblist_n, by which each says what it is (bsd/sys/socketvar.h,
// XSO_...). The answer begins and ends with an xinpgen, which has a length and no kind.
const (
	partSocket = 0x001
	partInet   = 0x010
	partTCP    = 0x020
	headSize   = 24
)

// The places in xinpcb_n, xsocket_n and xtcpcb_n, which are packed to four bytes.
const (
	inetPort      = 18
	inetFamilies  = 44
	inetLocal     = 64
	inetLeast     = inetLocal + 16
	socketLastPID = 68
	tcpState      = 36
)

// parseSockets walks the parts, each with its own length, rounded up to eight bytes: so
// it does not depend on the sizes that a version of the system has. A socket's parts are
// its addresses first and its TCP state last.
func parseSockets(raw []byte) []Socket {
	var sockets []Socket
	var one Socket
	if len(raw) < headSize {
		return nil
	}
	for raw = raw[headSize:]; len(raw) >= 8; {
		size := int(binary.LittleEndian.Uint32(raw))
		padded := (size + 7) &^ 7
		if padded < 8 || padded > len(raw) {
			break // nothing that can be read
		}
		part := raw[:padded]
		switch binary.LittleEndian.Uint32(raw[4:]) {
		case partInet:
			one = Socket{}
			if padded >= inetLeast {
				one.Local = address(part[inetFamilies], part[inetLocal:inetLocal+16], part[inetPort:])
			}
		case partSocket:
			if padded >= socketLastPID+4 {
				one.LastPID = int(int32(binary.LittleEndian.Uint32(part[socketLastPID:])))
			}
		case partTCP:
			if padded >= tcpState+4 {
				one.State = int(binary.LittleEndian.Uint32(part[tcpState:]))
				sockets = append(sockets, one)
			}
		}
		raw = raw[padded:]
	}
	return sockets
}

// The families that a socket speaks (bsd/netinet/in_pcb.h, INP_IPV4 and INP_IPV6).
const (
	speaksIPv6 = 2
)

// address reads a local address: an IPv4 one is in the last four of the sixteen bytes,
// and the port has the network's order. A socket that speaks both has an IPv6 address.
func address(families byte, ip, port []byte) netip.AddrPort {
	number := binary.BigEndian.Uint16(port)
	if families&speaksIPv6 != 0 {
		return netip.AddrPortFrom(netip.AddrFrom16([16]byte(ip)).Unmap(), number)
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte(ip[12:])), number)
}
