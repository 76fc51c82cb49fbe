package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
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

// fakeLifetime ends a fake that everybody has forgotten.
const fakeLifetime = 10 * time.Minute

// isFake reports whether this program was started as a Temporal: by its command line.
func isFake(args []string) bool {
	return len(args) > 2 && args[1] == "server" && args[2] == "start-dev"
}

// fake serves what the tool proves, on the ports that it is given, and nothing
// else: fifty real servers would measure the machine and not the tool.
func fake(args []string) error {
	var ip, db string
	var port, ui, http, metrics int
	flags := flag.NewFlagSet("start-dev", flag.ContinueOnError)
	flags.StringVar(&ip, "ip", "127.0.0.1", "")
	flags.StringVar(&db, "db-filename", "", "")
	flags.IntVar(&port, "port", 7233, "")
	flags.IntVar(&ui, "ui-port", 8233, "")
	flags.IntVar(&http, "http-port", 0, "")
	flags.IntVar(&metrics, "metrics-port", 0, "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if db != "" {
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
	return fakeServe(ctx, net.JoinHostPort(ip, strconv.Itoa(port)), net.JoinHostPort(ip, strconv.Itoa(ui)))
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
	// Of the request nothing is looked at: what is asked for is default's, or the server's own.
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
