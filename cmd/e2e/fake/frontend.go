package main

import (
	"cmp"
	"context"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// describer answers DescribeNamespace, and the calls that cross to history and matching.
// Field 1 of most requests is the namespace's name. worked is closed once a client can work: when each
// has been answered well.
func (f *fake) describer(worked chan<- struct{}) grpc.StreamHandler {
	var lock sync.Mutex
	left := map[string]bool{"DescribeNamespace": true, "DescribeWorkflowExecution": true, "DescribeTaskQueue": true}
	return func(_ any, stream grpc.ServerStream) error {
		f.pause()
		full, _ := grpc.MethodFromServerStream(stream)
		method := path.Base(full)
		var request emptypb.Empty
		if err := stream.RecvMsg(&request); err != nil {
			return err
		}
		raw := request.ProtoReflect().GetUnknown()
		if method == "GetSystemInfo" { // field 1 of the response is the server's version
			return stream.SendMsg(wrapperspb.String(cmp.Or(f.modes["server"], "1.31.2")))
		}
		answer, good := f.answerTo(method, firstText(raw))
		if answer == nil {
			var message emptypb.Empty
			var body []byte
			if body, answer = f.setup.answerTo(f, method, raw); answer == nil {
				message.ProtoReflect().SetUnknown(body)
				answer = stream.SendMsg(&message)
			}
		}
		lock.Lock()
		defer lock.Unlock()
		if good && left[method] {
			if delete(left, method); len(left) == 0 {
				close(worked)
			}
		}
		return answer
	}
}

// answerTo is the answer to a call, nil for an empty message, and whether it is the one
// that a client wants.
func (f *fake) answerTo(method, namespace string) (answer error, good bool) {
	const refused = `connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:1: connect: connection refused"`
	switch {
	case method == "DescribeNamespace" && !f.knows(namespace):
		return status.Errorf(codes.NotFound, "Namespace %s is not found.", namespace), false
	case method == "DescribeWorkflowExecution" && f.broken("no-history"), method == "DescribeTaskQueue" && f.broken("no-matching"):
		return status.Error(codes.Unavailable, refused), false
	case method == "DescribeWorkflowExecution":
		return status.Error(codes.NotFound, "workflow not found for ID: x"), true
	case method == "DescribeNamespace", method == "DescribeTaskQueue":
		return nil, true
	case slices.Contains(setupMethods, method):
		return nil, false
	}
	return status.Errorf(codes.Unimplemented, "unknown method %s", method), false
}

func (f *fake) knows(namespace string) bool {
	return !f.broken("no-namespace") && (namespace == "default" || slices.Contains(f.namespaces, namespace))
}

// broken reports whether a fault is there: always, or while the file exists that it names.
func (f *fake) broken(fault string) bool {
	file := f.modes[fault]
	if !f.has(fault) || file == "" {
		return f.has(fault)
	}
	_, err := os.Stat(file)
	return err == nil
}

// pause waits as long as the file of slow=FILE says, which may come and go.
func (f *fake) pause() {
	text, err := os.ReadFile(f.modes["slow"])
	if err != nil {
		return
	}
	if d, err := time.ParseDuration(strings.TrimSpace(string(text))); err == nil {
		time.Sleep(d)
	}
}

func (f *fake) afterPause(ctx context.Context, request any, _ *grpc.UnaryServerInfo, answer grpc.UnaryHandler) (any, error) {
	f.pause()
	return answer(ctx, request)
}
