package temporal

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// frontend serves health and namespaces as Temporal does.
type frontend struct {
	health     *health.Server // nil: no health service
	namespaces map[string]error
	// history and matching are the answers that cross to them; history's nil is that there
	// is no such workflow.
	history, matching error
	// version is the server's, empty for one that does not say it.
	version string
}

var noSuchWorkflow = status.Error(codes.NotFound, "workflow not found for ID: "+noWorkflow)

func (f frontend) serve(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	server := grpc.NewServer(grpc.UnknownServiceHandler(f.describe))
	if f.health != nil {
		grpc_health_v1.RegisterHealthServer(server, f.health)
	}
	go server.Serve(listener) // ends with Stop
	t.Cleanup(server.Stop)
	return listener.Addr().String()
}

func (f frontend) describe(_ any, stream grpc.ServerStream) error {
	var name wrapperspb.StringValue // field 1 of each request
	if err := stream.RecvMsg(&name); err != nil {
		return err
	}
	answer := status.Errorf(codes.NotFound, "Namespace %s is not found.", name.Value)
	switch method, _ := grpc.MethodFromServerStream(stream); {
	case method == describeWorkflow && name.Value == systemNamespace:
		answer = cmp.Or(f.history, noSuchWorkflow)
	case method == describeTaskQueue && name.Value == systemNamespace:
		answer = f.matching
	case method == getSystemInfo && f.version != "":
		return stream.SendMsg(wrapperspb.String(f.version))
	case method == describeNamespace:
		if err, known := f.namespaces[name.Value]; known {
			answer = err
		}
	default:
		answer = status.Error(codes.Unimplemented, method)
	}
	if answer != nil {
		return answer
	}
	return stream.SendMsg(&emptypb.Empty{})
}

// noNamespace is how Temporal says that there is no such namespace.
func noNamespace() error {
	detail := &anypb.Any{TypeUrl: "type.googleapis.com/temporal.api.errordetails.v1.NamespaceNotFoundFailure"}
	said := status.New(codes.NotFound, "Namespace temporal-system is not found.").Proto()
	said.Details = append(said.Details, detail)
	return status.ErrorProto(said)
}

func reporting(status grpc_health_v1.HealthCheckResponse_ServingStatus) *health.Server {
	server := health.NewServer()
	server.SetServingStatus(workflowService, status)
	return server
}

func TestAsk(t *testing.T) {
	serving := reporting(grpc_health_v1.HealthCheckResponse_SERVING)
	ok := map[string]error{"default": nil, "orders": nil}
	down := status.Error(codes.Unavailable, "connection refused")
	for _, test := range []struct {
		name        string
		frontend    frontend
		namespaces  []string
		live, ready bool
		detail      string
	}{
		{"ready", frontend{health: serving, namespaces: ok}, []string{"orders", "default"}, true, true, ""},
		{"not serving", frontend{health: reporting(grpc_health_v1.HealthCheckResponse_NOT_SERVING), namespaces: ok}, nil, false, false, "NOT_SERVING"},
		{"service not registered", frontend{health: health.NewServer(), namespaces: ok}, nil, false, false, "not_found"},
		{"another server", frontend{namespaces: ok}, nil, false, false, "not a Temporal frontend"},
		{"no such namespace", frontend{health: serving, namespaces: ok}, []string{"missing"}, true, false, "namespace missing"},
		{"database gone", frontend{health: serving, namespaces: map[string]error{"default": status.Error(codes.Unavailable, "disk I/O")}}, nil, true, false, "disk I/O"},
		{"no history", frontend{health: serving, namespaces: ok, history: down, matching: nil}, nil, true, false, "no workflow can start: history does not answer: unavailable"},
		{"no matching", frontend{health: serving, namespaces: ok, history: nil, matching: down}, nil, true, false, "no workflow can start: matching does not answer: unavailable"},
		{"neither", frontend{health: serving, namespaces: ok, history: down, matching: down}, nil, true, false, "history and matching do not answer"},
		{"the frontend alone answers for history", frontend{health: serving, namespaces: ok, history: noNamespace(), matching: nil}, nil, true, false, "history does not answer"},
		{"an old server without the call", frontend{health: serving, namespaces: ok, history: nil, matching: status.Error(codes.Unimplemented, "x")}, nil, true, false, "matching does not answer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			endpoint := Endpoint{Address: test.frontend.serve(t), Namespaces: test.namespaces}
			answer := endpoint.Ask(t.Context())
			if answer.Verdict.Live != test.live || answer.Verdict.Ready != test.ready {
				t.Errorf("Ask = %+v", answer)
			}
			if !strings.Contains(answer.Detail, test.detail) || (answer.Detail == "") != test.ready {
				t.Errorf("Detail = %q, want %q", answer.Detail, test.detail)
			}
			if test.live && len(answer.Namespaces) == 0 || test.ready && answer.Namespaces["default"] != nil {
				t.Errorf("Namespaces = %v", answer.Namespaces)
			}
		})
	}
}

// A server says its version, or does not.
func TestServerVersion(t *testing.T) {
	for said, want := range map[string]string{"1.31.2": "1.31.2", "": "", "none": ""} {
		if have := ServerVersion(t.Context(), frontend{version: said}.serve(t)); have != want {
			t.Errorf("%q is read as %q", said, have)
		}
	}
}

// freeAddress is one on which nothing listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	check(t, listener.Close())
	return listener.Addr().String()
}

func TestAskRefused(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	begin := time.Now()
	answer := Endpoint{Address: freeAddress(t)}.Ask(ctx)
	if answer.Verdict.Live || !strings.Contains(answer.Detail, "refused") {
		t.Errorf("Ask = %+v", answer)
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("a refusal took %s", took)
	}
}

// A suspended server's kernel completes the connection; nothing answers on it.
func TestAskSilent(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer listener.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond) // a busy machine needs 50 for the connection
	defer cancel()
	begin := time.Now()
	answer := Endpoint{Address: listener.Addr().String()}.Ask(ctx)
	if answer.Verdict.Live || !strings.Contains(answer.Detail, "within the time") {
		t.Errorf("Ask = %+v", answer)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("silence of 500ms took %s", took)
	}
}

// One that hangs up at once is not waited for either.
func TestAskHangsUp(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer listener.Close()
	go func() { // ends with the listener
		for conn, err := listener.Accept(); err == nil; conn, err = listener.Accept() {
			conn.Close()
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	answer := Endpoint{Address: listener.Addr().String()}.Ask(ctx)
	if answer.Verdict.Live || answer.Detail == "" || ctx.Err() != nil {
		t.Errorf("Ask = %+v", answer)
	}
}

// A server that comes up late, says NOT_SERVING first and has no namespace yet is
// awaited; a refusal ends the wait only with its time.
func TestAwait(t *testing.T) {
	health := reporting(grpc_health_v1.HealthCheckResponse_NOT_SERVING)
	address := freeAddress(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	done := make(chan Answer, 1)
	go func() { done <- Endpoint{Address: address}.Await(ctx, time.Millisecond, time.Minute) }()
	asked := make(chan struct{}, 1)
	f := frontend{health: health, namespaces: map[string]error{"default": nil}}
	server := grpc.NewServer(grpc.UnknownServiceHandler(f.describe), grpc.UnaryInterceptor(
		func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, answer grpc.UnaryHandler) (any, error) {
			select {
			case asked <- struct{}{}:
			default:
			}
			return answer(ctx, request)
		}))
	grpc_health_v1.RegisterHealthServer(server, health)
	listener, err := net.Listen("tcp", address)
	check(t, err)
	go server.Serve(listener) // ends with Stop
	defer server.Stop()
	<-asked
	select {
	case answer := <-done:
		t.Fatalf("Await before it serves = %+v", answer)
	default:
	}
	health.SetServingStatus(workflowService, grpc_health_v1.HealthCheckResponse_SERVING)
	if answer := <-done; !answer.Verdict.Ready {
		t.Errorf("Await = %+v", answer)
	}
	server.Stop()
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if answer := (Endpoint{Address: address}).Await(short, time.Millisecond, time.Minute); answer.Verdict.Live || answer.Detail == "" {
		t.Errorf("Await of no server = %+v", answer)
	}
}

func TestUI(t *testing.T) {
	code := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(code)
	}))
	defer server.Close()
	for _, code = range []int{200, 302, 404, 500} {
		if err := UI(t.Context(), server.URL); (err == nil) != (code < 400) {
			t.Errorf("UI with %d: %v", code, err)
		}
	}
	server.Close()
	if UI(t.Context(), server.URL) == nil {
		t.Error("UI of a closed server")
	}
}

func TestSpacing(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct{ waited, pause, want time.Duration }{
		{0, ms, ms}, {20 * ms, ms, ms}, {60 * ms, ms, 3 * ms}, {time.Hour, ms, 10 * ms}, {time.Hour, 100 * ms, 100 * ms},
	} {
		if got := spacing(c.waited, c.pause); got != c.want {
			t.Errorf("after %s with a pause of %s the next try is in %s, want %s", c.waited, c.pause, got, c.want)
		}
	}
}
