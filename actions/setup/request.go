package setup

import (
	"context"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/stigmer/local/probes/temporal"
)

// The calls that change a server, as bytes. The numbers are those of the fields in Temporal's API
// (temporal/api/workflowservice/v1 and operatorservice/v1, request_response.proto).
const (
	registerNamespace = "/temporal.api.workflowservice.v1.WorkflowService/RegisterNamespace"
	updateNamespace   = "/temporal.api.workflowservice.v1.WorkflowService/UpdateNamespace"
	addSearchAttrs    = "/" + temporal.OperatorService + "/AddSearchAttributes"
)

// defaultRetention is what start-dev gives a namespace that it makes.
const defaultRetention = 24 * time.Hour

func textField(to []byte, number protowire.Number, text string) []byte {
	return protowire.AppendString(protowire.AppendTag(to, number, protowire.BytesType), text)
}

func numberField(to []byte, number protowire.Number, value uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(to, number, protowire.VarintType), value)
}

func messageField(to []byte, number protowire.Number, message []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(to, number, protowire.BytesType), message)
}

// duration is a google.protobuf.Duration: seconds = 1.
func duration(d time.Duration) []byte { return numberField(nil, 1, uint64(d/time.Second)) }

// register makes a namespace: namespace = 1, workflow_execution_retention_period = 4.
func register(ctx context.Context, line *temporal.Line, name string, retention time.Duration) error {
	if retention == 0 {
		retention = defaultRetention
	}
	_, err := line.Call(ctx, registerNamespace, messageField(textField(nil, 1, name), 4, duration(retention)))
	return err
}

// keepFor sets how long a namespace keeps closed workflows: namespace = 1, config = 3, of which
// workflow_execution_retention_ttl = 1. What a request does not have stays.
func keepFor(ctx context.Context, line *temporal.Line, name string, retention time.Duration) error {
	config := messageField(nil, 1, duration(retention))
	_, err := line.Call(ctx, updateNamespace, messageField(textField(nil, 1, name), 3, config))
	return err
}

// addAttributes adds search attributes to a namespace: search_attributes = 1, a map of which each entry
// has key = 1 and value = 2, and namespace = 2.
func addAttributes(ctx context.Context, line *temporal.Line, namespace string, add attributes) error {
	var request []byte
	for _, attribute := range add {
		name, kind, _ := strings.Cut(attribute, "=")
		number := slices.Index(temporal.AttributeTypes, kind)
		request = messageField(request, 1, numberField(textField(nil, 1, name), 2, uint64(max(number, 0))))
	}
	_, err := line.Call(ctx, addSearchAttrs, textField(request, 2, namespace))
	return err
}
