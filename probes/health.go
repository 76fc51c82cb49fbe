package probes

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/stigmer/local/fsm"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

// workflowService is the service whose health Temporal reports by this name.
const workflowService = "temporal.api.workflowservice.v1.WorkflowService"

// Endpoint is a Temporal frontend to ask.
type Endpoint struct {
	// Address is host:port, the host an IP.
	Address string
	// Namespaces are those that must answer besides "default".
	Namespaces []string
}

// Answer is what an endpoint said.
type Answer struct {
	Verdict fsm.Verdict
	// Health is the health check's status, as in "SERVING", empty for no answer.
	Health string
	// Namespaces has "ok", or why it does not answer, for each namespace asked.
	Namespaces map[string]string
	// Detail says in one sentence why it is not ready, empty if it is.
	Detail string
}

// Ask asks for health and then, if that is SERVING, for each namespace at once.
// ctx should have a deadline: a stopped process accepts the connection and says
// nothing. A refused connection is answered at once.
//
// Each call makes a connection of its own, tries once, and closes it: a
// client that is kept backs off after a refusal and would miss the moment in
// which a new server comes up.
func (e Endpoint) Ask(ctx context.Context) Answer {
	wire, err := (&net.Dialer{}).DialContext(ctx, "tcp", e.Address)
	if err != nil {
		return Answer{Detail: "no connection: " + err.Error()}
	}
	defer wire.Close()
	client, err := speak(wire, e.Address)
	if err != nil {
		return Answer{Detail: "no gRPC client: " + err.Error()}
	}
	defer client.Close()
	request := &grpc_health_v1.HealthCheckRequest{Service: workflowService}
	health, err := grpc_health_v1.NewHealthClient(client).Check(ctx, request)
	if err != nil {
		return Answer{Detail: "health does not answer: " + why(err)}
	}
	answer := Answer{Health: health.GetStatus().String()}
	if health.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING {
		answer.Detail = "health is " + answer.Health
		return answer
	}
	answer.Verdict.Live = true
	answer.Namespaces, answer.Detail = e.askNamespaces(ctx, client)
	answer.Verdict.Ready = answer.Detail == ""
	return answer
}

var errWireUsed = errors.New("the connection broke")

// speak puts a gRPC client on one connection. It cannot dial again, nor be led
// elsewhere by a proxy variable, a resolver or a service configuration.
func speak(wire net.Conn, address string) (*grpc.ClientConn, error) {
	once := make(chan net.Conn, 1)
	once <- wire
	return grpc.NewClient("passthrough:///"+address,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithNoProxy(), grpc.WithDisableServiceConfig(), grpc.WithDisableRetry(),
		grpc.WithContextDialer(func(context.Context, string) (net.Conn, error) {
			select {
			case conn := <-once:
				return conn, nil
			default:
				return nil, errWireUsed
			}
		}))
}

// why shortens a gRPC error for people.
func why(err error) string {
	switch s := status.Convert(err); s.Code() {
	case codes.DeadlineExceeded:
		return "nothing within the time given"
	case codes.Unimplemented:
		return "the server is not a Temporal frontend"
	default:
		return fmt.Sprintf("%s: %s", s.Code(), s.Message())
	}
}
