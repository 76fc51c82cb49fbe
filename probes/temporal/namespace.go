package temporal

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// describeNamespace is the call that proves the database to be reached: health
// says SERVING also when every query hangs.
const describeNamespace = "/" + workflowService + "/DescribeNamespace"

// names are the namespaces that must answer: "default" and the others.
func (e Endpoint) names() []string {
	names := []string{"default"}
	for _, name := range e.Namespaces {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// aboutNamespaces is one sentence about the first namespace that does not answer, empty if all do.
func aboutNamespaces(names []string, answers map[string]error) string {
	for _, name := range names {
		if err := answers[name]; err != nil {
			return fmt.Sprintf("namespace %s does not answer: %v", name, err)
		}
	}
	return ""
}

// gather makes a call for each name at once, and returns the answers when all have come. It
// calls report with the answers so far, at first and after each answer, from one goroutine
// at a time: a call that has no answer yet has errSilent for one.
func gather(names []string, ask func(name string) error, report func(soFar map[string]error)) map[string]error {
	answers := map[string]error{}
	for _, name := range names {
		answers[name] = errSilent
	}
	report(maps.Clone(answers))
	var lock sync.Mutex
	var all sync.WaitGroup
	for _, name := range names {
		// Each ends with its call; the Wait below reads its answer.
		all.Go(func() {
			answer := ask(name)
			lock.Lock()
			defer lock.Unlock()
			answers[name] = answer
			report(maps.Clone(answers))
		})
	}
	all.Wait()
	return answers
}

// askNamespace calls DescribeNamespace, whose request has the namespace's name as
// field 1. Of the answer only its coming matters.
func askNamespace(ctx context.Context, l *Line, name string) error {
	_, err := l.Call(ctx, describeNamespace, textField(nil, 1, name))
	return err
}
