package temporal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/stigmer/local/fsm"
	"golang.org/x/net/http2"
	"google.golang.org/protobuf/encoding/protowire"
)

// workflowService is the service whose health Temporal reports by this name.
const workflowService = "temporal.api.workflowservice.v1.WorkflowService"

// healthCheck is the standard health check (github.com/grpc/grpc/blob/master/doc/health-checking.md).
const healthCheck = "/grpc.health.v1.Health/Check"

// statuses are the health check's answers by number; the second is the one that counts.
var statuses = []string{"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"}

const serving = "SERVING"

// Endpoint is a Temporal frontend to ask.
type Endpoint struct {
	// Address is host:port, the host an IP.
	Address string
	// Namespaces are those that must answer besides "default".
	Namespaces []string
	// Reached, if set, is called with each milestone of a server that is just coming up, from
	// the goroutine that asks: "port accepts", "SERVING", "namespaces answer",
	// "history and matching answer".
	Reached func(milestone string)
	// Known, if set, is called with what has been answered so far, after each further
	// answer, from the goroutines that ask, one at a time.
	Known func(Answer)
}

// reached calls Reached, if there is one.
func (e Endpoint) reached(milestone string) {
	if e.Reached != nil {
		e.Reached(milestone)
	}
}

// known calls Known, if set, and returns what it was given.
func (e Endpoint) known(a Answer) Answer {
	if e.Known != nil {
		e.Known(a)
	}
	return a
}

// Answer is what an endpoint said.
type Answer struct {
	// Verdict has the time that the last round of calls took, without the time to connect.
	Verdict fsm.Verdict
	// Health is the health check's status, as in "SERVING", empty for no answer.
	Health string
	// Namespaces has nil, or why it does not answer, for each namespace asked.
	Namespaces map[string]error
	// Services has the same for each of WorkflowServices. It is empty where they were not
	// asked, since a namespace does not answer.
	Services map[string]error
	// Detail says in one sentence why it is not ready, empty if it is.
	Detail string
}

// Ask asks for health and then, if that is SERVING, for each namespace at once, and, if
// they answer, for the services that run a workflow (see askServices).
// ctx should have a deadline: a stopped process accepts the connection and says
// nothing. A refused connection is answered at once.
//
// Each call makes a connection of its own, tries once, and closes it: a
// client that is kept backs off after a refusal and would miss the moment in
// which a new server comes up.
func (e Endpoint) Ask(ctx context.Context) Answer {
	line, err := Dial(ctx, e.Address)
	if err != nil {
		return Answer{Detail: "no connection: " + err.Error()}
	}
	defer line.HangUp()
	return e.askOn(ctx, line)
}

// Await asks until the endpoint is ready or ctx is done, and returns the last answer. It
// begins no new round of calls once within has passed; a round that is under way goes on
// until ctx is done, since a late answer counts too. Await is for a server that is just
// coming up: it first tries connections alone, which cost the server nothing, and then asks
// on one connection.
// pause is the time between two questions, and at first between two tries of the port; while
// nothing listens, that grows to 10 ms if it is less.
func (e Endpoint) Await(ctx context.Context, pause, within time.Duration) Answer {
	began := time.Now()
	begin, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		wire, err := new(net.Dialer).DialContext(begin, "tcp", e.Address)
		answer, next := Answer{}, pause
		if err == nil {
			answer = e.awaitOn(ctx, begin, wire, pause)
		} else {
			answer.Detail, next = "no connection: "+err.Error(), spacing(time.Since(began), pause)
		}
		if answer.Verdict.Ready || !wait(begin, next) {
			return answer
		}
	}
}

// spacing is the time until the next try of a port on which nothing listens yet: pause, or a
// twentieth of how long it has been tried, up to 10 ms. A try costs a tenth of a millisecond, on
// the processor that the server needs to come up.
func spacing(waited, pause time.Duration) time.Duration {
	return max(pause, min(waited/20, 10*time.Millisecond))
}

// awaitOn asks on one connection until it is ready, breaks, or ctx is done. It begins no
// round of calls once begin is done.
func (e Endpoint) awaitOn(ctx, begin context.Context, wire net.Conn, pause time.Duration) Answer {
	line, err := newLine(e.Address, wire)
	if err != nil {
		return Answer{Detail: "no connection: " + err.Error()}
	}
	defer line.HangUp()
	e.reached("port accepts")
	for {
		answer := e.askOn(ctx, line)
		if answer.Verdict.Ready || answer.Health == "" || !wait(begin, pause) {
			return answer
		}
	}
}

// wait is false if ctx was done first.
func wait(ctx context.Context, pause time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(pause):
		return true
	}
}

// askOn makes one round of calls.
func (e Endpoint) askOn(ctx context.Context, l *Line) Answer {
	began := time.Now()
	answer := e.callAll(ctx, l)
	answer.Verdict.Took = fsm.Millis(time.Since(began).Milliseconds())
	return e.known(answer)
}

func (e Endpoint) callAll(ctx context.Context, l *Line) Answer {
	said, err := l.Call(ctx, healthCheck, textField(nil, 1, workflowService))
	if err != nil {
		return Answer{Detail: "health does not answer: " + err.Error()}
	}
	answer := Answer{Health: statusName(said)}
	if answer.Health != serving {
		answer.Detail = "health is " + answer.Health
		return answer
	}
	answer.Verdict.Live = true
	e.reached("SERVING")
	names := e.names()
	answer.Namespaces = gather(names, func(name string) error { return askNamespace(ctx, l, name) }, func(soFar map[string]error) {
		answer.Namespaces, answer.Detail = soFar, aboutNamespaces(names, soFar)
		e.known(answer)
	})
	if answer.Detail = aboutNamespaces(names, answer.Namespaces); answer.Detail != "" {
		return answer
	}
	e.reached("namespaces answer")
	answer.Services = gather(WorkflowServices, func(name string) error { return askService(ctx, l, name) }, func(soFar map[string]error) {
		answer.Services, answer.Detail = soFar, aboutServices(soFar)
		e.known(answer)
	})
	if answer.Detail = aboutServices(answer.Services); answer.Detail == "" {
		answer.Verdict.Ready = true
		e.reached("history and matching answer")
	}
	return answer
}

// statusName is the status in the health check's answer: its one field, absent for UNKNOWN.
func statusName(answer []byte) string {
	status, _ := protowire.ConsumeVarint(bytes.TrimPrefix(answer, protowire.AppendTag(nil, 1, protowire.VarintType)))
	if status < uint64(len(statuses)) {
		return statuses[status]
	}
	return fmt.Sprintf("status %d", status)
}

// Line is one connection to speak gRPC on. It cannot dial again, nor be led
// elsewhere by a proxy variable, a resolver or a redirect.
type Line struct {
	wire interface {
		http.RoundTripper
		io.Closer
	}
	base string
}

// Dial connects to a frontend at host:port.
func Dial(ctx context.Context, address string) (*Line, error) {
	wire, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return newLine(address, wire)
}

// newLine speaks HTTP/2 on a connection to address, which is closed with it. The client is
// golang.org/x/net/http2's and not net/http's, which GODEBUG=http2client=0 switches off
// (net/http: Transport.onceSetNextProtoDefaults): no probe would pass, and a server that
// serves would be replaced.
func newLine(address string, conn net.Conn) (*Line, error) {
	// Not through a transport's pool: it may not have the connection back yet when
	// the next call wants it, and would make another.
	//lint:ignore SA1019 see above
	wire, err := (&http2.Transport{DisableCompression: true}).NewClientConn(conn)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return &Line{wire: wire, base: "http://" + address}, nil
}

// HangUp closes the connection.
func (l *Line) HangUp() { l.wire.Close() }

// errSilent stands for the answer of a call that has not been answered.
var errSilent = errors.New("nothing within the time given")

// Silent is the answer of an endpoint that has answered nothing at all.
var Silent = Answer{Detail: "health does not answer: " + errSilent.Error()}
