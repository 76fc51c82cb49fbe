package temporal

import "google.golang.org/protobuf/encoding/protowire"

// The requests, as bytes. The numbers are those of the fields in Temporal's API
// (temporal/api/workflowservice/v1/request_response.proto and what it imports).

// textField appends a string as a field.
func textField(to []byte, number protowire.Number, text string) []byte {
	return protowire.AppendString(protowire.AppendTag(to, number, protowire.BytesType), text)
}

// messageField appends an encoded message as a field.
func messageField(to []byte, number protowire.Number, message []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(to, number, protowire.BytesType), message)
}

// workflowRequest is a DescribeWorkflowExecutionRequest: namespace = 1, execution = 2,
// of which workflow_id = 1.
func workflowRequest(namespace, workflow string) []byte {
	return messageField(textField(nil, 1, namespace), 2, textField(nil, 1, workflow))
}

// workflowQueue is TASK_QUEUE_TYPE_WORKFLOW.
const workflowQueue = 1

// queueRequest is a DescribeTaskQueueRequest: namespace = 1, task_queue = 2, of which
// name = 1, and task_queue_type = 3.
func queueRequest(namespace, queue string) []byte {
	request := messageField(textField(nil, 1, namespace), 2, textField(nil, 1, queue))
	return protowire.AppendVarint(protowire.AppendTag(request, 3, protowire.VarintType), workflowQueue)
}
