package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

const workflowService = "temporal.api.workflowservice.v1.WorkflowService"

// serve listens on every port, answers, and ends as the behaviour says.
func (f *fake) serve() int {
	frontend, err := f.listenAll()
	if err != nil {
		return f.fail(err.Error())
	}
	worked := make(chan struct{})
	server := grpc.NewServer(grpc.UnknownServiceHandler(f.describer(worked)), grpc.UnaryInterceptor(f.afterPause))
	healthpb.RegisterHealthServer(server, f.health())
	if f.has("deaf") {
		go acceptAll(frontend)
	} else {
		go server.Serve(frontend)
	}
	if most, err := strconv.ParseInt(f.modes["chatty"], 10, 64); err == nil {
		go chatter(most)
	}
	fmt.Printf("CLI 1.8.2 (Server 1.31.2, UI 2.50.1)\n\nServer:  %s\n", net.JoinHostPort(f.ip, strconv.Itoa(f.port)))
	select {
	case <-f.stop:
		fmt.Println("Stopping server...")
		f.log("WARN", "Failed to poll for task.") // so does Temporal, with each of its workers
		server.Stop()
		return 0
	case <-f.leaving(worked):
		server.GracefulStop() // the answer is to arrive before the end
		fmt.Println("fake: leaving after serving")
		return 3
	case <-time.After(fakeLifetime):
		return 91
	}
}

// listenAll opens the ports in Temporal's order and complains in its words.
func (f *fake) listenAll() (net.Listener, error) {
	frontend, err := f.listen("frontend", f.ip, f.port)
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
		ip := f.ip
		if name == "UI" {
			ip = cmp.Or(f.uiIP, f.ip)
		}
		l, err := f.listen(name, ip, port)
		if err != nil {
			return nil, err
		}
		if name == "UI" && f.has("no-ui") {
			go f.closeOnce(l)
		}
		go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, name) }))
	}
	return frontend, nil
}

// closeOnce closes a listener once the file of no-ui=FILE exists.
func (f *fake) closeOnce(l net.Listener) {
	for !f.broken("no-ui") {
		time.Sleep(5 * time.Millisecond)
	}
	l.Close()
}

func (f *fake) listen(name, ip string, port int) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", net.JoinHostPort(ip, strconv.Itoa(port)))
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

// leaving is closed when exit-after-serving is to exit; nil never is.
func (f *fake) leaving(worked chan struct{}) <-chan struct{} {
	gate := os.Getenv("FAKE_GATE")
	switch {
	case !f.has("exit-after-serving"):
		return nil
	case strings.TrimSpace(gate) == "":
		return worked
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
