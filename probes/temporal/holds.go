package temporal

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

const (
	countWorkflows = "/" + workflowService + "/CountWorkflowExecutions"
	listSchedules  = "/" + workflowService + "/ListSchedules"
)

// Run names one run of a workflow.
type Run struct{ Namespace, Workflow, ID string }

// Holding is what a Temporal is asked for: does it have what another one had?
type Holding struct {
	// Running are runs that it must know; Least is how many workflows each namespace has at least.
	Running []Run
	Least   map[string]int64
}

// Holds asks an endpoint for each run of a holding, and each namespace for the number of its
// workflows and for its schedules. The error says what is missing, or does not answer.
func (e Endpoint) Holds(ctx context.Context, h Holding) error {
	line, err := Dial(ctx, e.Address)
	if err != nil {
		return err
	}
	defer line.HangUp()
	for _, r := range h.Running {
		execution := textField(textField(nil, 1, r.Workflow), 2, r.ID)
		if _, err := line.Call(ctx, describeWorkflow, messageField(textField(nil, 1, r.Namespace), 2, execution)); err != nil {
			return fmt.Errorf("workflow %s of namespace %s: %w", r.Workflow, r.Namespace, err)
		}
	}
	for namespace, least := range h.Least {
		// CountWorkflowExecutionsResponse has count = 1, ListSchedulesRequest maximum_page_size = 2.
		answer, err := line.Call(ctx, countWorkflows, textField(nil, 1, namespace))
		if count := firstNumber(answer); err == nil && count < least {
			err = fmt.Errorf("it lists %d workflows, not %d", count, least)
		}
		if err == nil {
			page := protowire.AppendVarint(protowire.AppendTag(textField(nil, 1, namespace), 2, protowire.VarintType), 1)
			_, err = line.Call(ctx, listSchedules, page)
		}
		if err != nil {
			return fmt.Errorf("namespace %s: %w", namespace, err)
		}
	}
	return nil
}

// firstNumber is the number that an answer begins with, as field 1; a 0 is not written.
func firstNumber(answer []byte) int64 {
	number, kind, n := protowire.ConsumeTag(answer)
	if n < 0 || number != 1 || kind != protowire.VarintType {
		return 0
	}
	value, _ := protowire.ConsumeVarint(answer[n:])
	return int64(value)
}
