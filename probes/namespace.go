package probes

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// describeNamespace is the call that proves the database to be reached: health
// says SERVING also when every query hangs.
const describeNamespace = "/" + workflowService + "/DescribeNamespace"

// askNamespaces asks for "default" and the others in parallel. It returns each
// answer, and one sentence about the first, in order, that is not "ok".
func (e Endpoint) askNamespaces(ctx context.Context, client *grpc.ClientConn) (map[string]string, string) {
	names := []string{"default"}
	for _, name := range e.Namespaces {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	answers := make([]string, len(names))
	var all sync.WaitGroup
	for i, name := range names {
		// Each ends with ctx or the connection; the Wait below reads its answer.
		all.Go(func() { answers[i] = askNamespace(ctx, client, name) })
	}
	all.Wait()
	byName, detail := map[string]string{}, ""
	for i, name := range names {
		byName[name] = answers[i]
		if answers[i] != "ok" && detail == "" {
			detail = fmt.Sprintf("namespace %s does not answer: %s", name, answers[i])
		}
	}
	return byName, detail
}

// askNamespace sends a StringValue as DescribeNamespaceRequest: both are field 1
// with a string (the namespace's name), so the bytes are the same and Temporal's
// API module, a heavy one, is not needed. Of the answer only its coming matters:
// Empty keeps all of it as unknown fields.
func askNamespace(ctx context.Context, client *grpc.ClientConn, name string) string {
	if err := client.Invoke(ctx, describeNamespace, wrapperspb.String(name), &emptypb.Empty{}); err != nil {
		return why(err)
	}
	return "ok"
}
