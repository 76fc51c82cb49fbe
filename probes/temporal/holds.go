package temporal

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
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
	line, err := dial(ctx, e.Address)
	if err != nil {
		return err
	}
	defer line.hangUp()
	for _, r := range h.Running {
		execution := textField(textField(nil, 1, r.Workflow), 2, r.ID)
		if _, err := call[emptypb.Empty](ctx, line, describeWorkflow, messageField(textField(nil, 1, r.Namespace), 2, execution)); err != nil {
			return fmt.Errorf("workflow %s of namespace %s: %w", r.Workflow, r.Namespace, err)
		}
	}
	for namespace, least := range h.Least {
		// CountWorkflowExecutionsResponse has count = 1, ListSchedulesRequest maximum_page_size = 2.
		count, err := call[wrapperspb.Int64Value](ctx, line, countWorkflows, textField(nil, 1, namespace))
		if err == nil && count.GetValue() < least {
			err = fmt.Errorf("it lists %d workflows, not %d", count.GetValue(), least)
		}
		if err == nil {
			page := protowire.AppendVarint(protowire.AppendTag(textField(nil, 1, namespace), 2, protowire.VarintType), 1)
			_, err = call[emptypb.Empty](ctx, line, listSchedules, page)
		}
		if err != nil {
			return fmt.Errorf("namespace %s: %w", namespace, err)
		}
	}
	return nil
}
