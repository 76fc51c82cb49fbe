package cmd_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

const workflowService = "temporal.api.workflowservice.v1.WorkflowService"

// serve listens on every port, answers, and ends as the behaviour says.
func (f *fake) serve() int {
	frontend, err := f.listenAll()
	if err != nil {
		return f.fail(err.Error())
	}
	described := make(chan struct{})
	server := grpc.NewServer(grpc.UnknownServiceHandler(f.describer(described)))
	healthpb.RegisterHealthServer(server, f.health())
	if f.has("deaf") {
		go acceptAll(frontend)
	} else {
		go server.Serve(frontend)
	}
	if f.has("chatty") {
		go chatter()
	}
	fmt.Printf("CLI 1.5.1 (Server 1.29.1, UI 2.42.1)\n\nServer:  %s:%d\n", f.ip, f.port)
	select {
	case <-f.stop:
		fmt.Println("Stopping server...")
		f.log("WARN", "Failed to poll for task.") // so does Temporal, with each of its workers
		server.Stop()
		return 0
	case <-f.leaving(described):
		server.GracefulStop() // the answer is to arrive before the end
		fmt.Println("fake: leaving after serving")
		return 3
	case <-time.After(fakeLifetime):
		return 91
	}
}

// listenAll opens the ports in Temporal's order and complains in its words.
func (f *fake) listenAll() (net.Listener, error) {
	frontend, err := f.listen("frontend", f.port)
	if err != nil {
		return nil, err
	}
	pages := map[string]int{"frontend HTTP": f.http, "metrics": f.metrics}
	if !f.headless {
		pages["UI"] = f.uiPort
	}
	for _, name := range []string{"UI", "frontend HTTP", "metrics"} {
		port, wanted := pages[name]
		if !wanted {
			continue
		}
		l, err := f.listen(name, port)
		if err != nil {
			return nil, err
		}
		go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, name) }))
	}
	return frontend, nil
}

func (f *fake) listen(name string, port int) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", fmt.Sprintf("%s:%d", f.ip, port))
	if err != nil {
		return nil, fmt.Errorf("can't set %s port %d: %w", name, port, err)
	}
	return l, nil
}

func (f *fake) health() *health.Server {
	h := health.NewServer()
	h.SetServingStatus(workflowService, healthpb.HealthCheckResponse_SERVING)
	if f.has("never-ready") {
		h.SetServingStatus(workflowService, healthpb.HealthCheckResponse_NOT_SERVING)
	}
	return h
}

// describer answers DescribeNamespace. Field 1 of its request is the name, and
// so it is read as a StringValue, which looks the same on the wire.
func (f *fake) describer(described chan<- struct{}) grpc.StreamHandler {
	var once sync.Once
	return func(_ any, stream grpc.ServerStream) error {
		method, _ := grpc.MethodFromServerStream(stream)
		if method != "/"+workflowService+"/DescribeNamespace" {
			return status.Errorf(codes.Unimplemented, "unknown method %s", method)
		}
		var name wrapperspb.StringValue
		if err := stream.RecvMsg(&name); err != nil {
			return err
		}
		if !f.knows(name.Value) {
			return status.Errorf(codes.NotFound, "Namespace %s is not found.", name.Value)
		}
		defer once.Do(func() { close(described) })
		return stream.SendMsg(&emptypb.Empty{})
	}
}

func (f *fake) knows(namespace string) bool {
	return !f.has("no-namespace") && (namespace == "default" || slices.Contains(f.namespaces, namespace))
}

// leaving is closed when exit-after-serving is to exit; nil never is.
func (f *fake) leaving(described chan struct{}) <-chan struct{} {
	gate := os.Getenv("FAKE_GATE")
	switch {
	case !f.has("exit-after-serving"):
		return nil
	case strings.TrimSpace(gate) == "":
		return described
	}
	opened := make(chan struct{})
	go func() {
		if f.await(gate) {
			close(opened)
		} else {
			f.stop <- os.Interrupt // await took the signal; give it back
		}
	}()
	return opened
}

// acceptAll keeps every connection open, as long as it listens, and reads none.
func acceptAll(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
	}
}
