package actions

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"syscall"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/ports"
	"golang.org/x/sys/unix"
)

// observePorts examines the drawn ports that the record has, and draws those that it wants.
func observePorts(r fsm.Record, onWait func()) (f fsm.PortFacts, err error) {
	for i, n := range allNeeds(r.Settings, r.DrawnBefore()) {
		if n.Port == 0 {
			continue
		}
		if err := checkPort(n, nil, onWait); err != nil {
			f.Taken[i] = err.Error()
		}
	}
	needs := allNeeds(r.Settings, fsm.Ports{})
	lowest, highest := ports.BesideEphemeral(ports.Ephemeral())
	for i, draws := range r.Draws(f) {
		if !draws {
			continue
		}
		if *f.Spare.All()[i], err = drawPort(needs[i].IP, lowest, highest, r.NeverDrawn(i)...); err != nil {
			return f, needs[i].refused(cmp.Or(ports.MayListen(needs[i].IP, 0), err)) // the first says it more exactly
		}
	}
	return f, nil
}

// drawTries bounds how often a port is drawn that is not free.
const drawTries = 200

// drawPort returns a free port of a range that is none of others, and reserves it. Where there is
// no range, and at last where there is no free port in it, the kernel chooses.
func drawPort(ip string, lowest, highest int, others ...int) (port int, err error) {
	for try := range drawTries {
		wanted := 0
		if highest > 0 && try < drawTries/2 {
			wanted = lowest + rand.IntN(highest-lowest+1)
		}
		port, err = reservePort(ip, wanted)
		if err == nil && !slices.Contains(others, port) {
			break
		}
	}
	return port, err
}

// reservePort returns a port, the kernel's choice for 0, if nothing has it and no other call of
// reservePort, in any process, has returned it in the last minute. What keeps it that long is a
// connection to itself that has ended (TIME_WAIT): the bind here fails for that, and Temporal's,
// with SO_REUSEADDR, does not (net/ipv4/inet_connection_sock.c, inet_csk_bind_conflict).
func reservePort(ip string, port int) (int, error) {
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error { return reuseAddress(c, 0) }}
	listener, err := config.Listen(context.Background(), "tcp", ports.HostPort(ip, port))
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	tcp, address := listener.(*net.TCPListener), listener.Addr().(*net.TCPAddr)
	raw, err := tcp.SyscallConn()
	if err == nil {
		err = reuseAddress(raw, 1) // the accepted connection inherits it
	}
	return address.Port, errors.Join(err, tcp.SetDeadline(time.Now().Add(reserveWithin)), endConnection(tcp))
}

// reserveWithin bounds a reservation.
const reserveWithin = time.Second

// endConnection connects to a listener, which ends the connection first: so TIME_WAIT is at its port.
func endConnection(listener *net.TCPListener) error {
	client, err := net.DialTimeout("tcp", listener.Addr().String(), reserveWithin)
	if err != nil {
		return err
	}
	defer client.Close()
	server, err := listener.Accept()
	if err != nil {
		return err
	}
	err = errors.Join(server.Close(), client.SetDeadline(time.Now().Add(reserveWithin)))
	_, _ = io.Copy(io.Discard, client) // until the end has arrived
	return err
}

func reuseAddress(c syscall.RawConn, value int) (err error) {
	failed := c.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEADDR, value) })
	return errors.Join(failed, err)
}
