package probes

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"google.golang.org/protobuf/types/known/emptypb"
)

// describeNamespace is the call that proves the database to be reached: health
// says SERVING also when every query hangs.
const describeNamespace = "/" + workflowService + "/DescribeNamespace"

// askNamespaces asks for "default" and the others in parallel. It returns each
// answer, and one sentence about the first, in order, that is not "ok".
func (e Endpoint) askNamespaces(ctx context.Context, l *line) (map[string]string, string) {
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
		all.Go(func() { answers[i] = askNamespace(ctx, l, name) })
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

// askNamespace calls DescribeNamespace, whose request has the namespace's name as
// field 1. Of the answer only its coming matters.
func askNamespace(ctx context.Context, l *line, name string) string {
	if _, err := call[emptypb.Empty](ctx, l, describeNamespace, name); err != nil {
		return why(err)
	}
	return "ok"
}
