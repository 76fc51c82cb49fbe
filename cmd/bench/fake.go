package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// workflowService is the service whose health a Temporal is asked for.
const workflowService = "temporal.api.workflowservice.v1.WorkflowService"

// fakeLifetime ends a fake that was left behind.
const fakeLifetime = 10 * time.Minute

// isFake reports whether this program was started as a Temporal: by its command line.
func isFake(args []string) bool {
	return len(args) > 1 && args[1] == "--version" || len(args) > 2 && args[1] == "server" && args[2] == "start-dev"
}

// fake serves what the tool probes, on the ports that it is given, and nothing
// else: fifty real servers would measure the machine and not the tool.
func fake(args []string) error {
	if args[0] == "--version" {
		fmt.Println("temporal version 0.0.0 (bench's stand-in)")
		return nil
	}
	given := map[string]string{}
	for pairs := args[2:]; len(pairs) > 1; pairs = pairs[2:] {
		given[pairs[0]] = pairs[1]
	}
	if db := given["--db-filename"]; db != "" {
		file, err := os.OpenFile(db, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return err
		}
		defer file.Close()
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, fakeLifetime)
	defer cancel()
	return fakeServe(ctx, net.JoinHostPort(given["--ip"], given["--port"]), net.JoinHostPort(given["--ip"], given["--ui-port"]))
}

func fakeServe(ctx context.Context, frontend, ui string) error {
	page, err := net.Listen("tcp", ui)
	if err != nil {
		return err
	}
	defer page.Close()
	listener, err := net.Listen("tcp", frontend)
	if err != nil {
		return err
	}
	go http.Serve(page, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "UI") }))
	// Nothing of the request is read: what is asked for is default's, or the server's own.
	server := grpc.NewServer(grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		if method, _ := grpc.MethodFromServerStream(stream); !strings.HasPrefix(method, "/"+workflowService+"/Describe") {
			return status.Error(codes.Unimplemented, method)
		}
		return stream.SendMsg(&emptypb.Empty{})
	}))
	answers := health.NewServer()
	answers.SetServingStatus(workflowService, grpc_health_v1.HealthCheckResponse_SERVING)
	grpc_health_v1.RegisterHealthServer(server, answers)
	go func() { <-ctx.Done(); server.Stop() }()
	return server.Serve(listener)
}
