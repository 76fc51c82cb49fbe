package temporal

import (
	"context"
	"iter"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// OperatorService is the service of search attributes.
const OperatorService = "temporal.api.operatorservice.v1.OperatorService"

const listAttributes = "/" + OperatorService + "/ListSearchAttributes"

// AttributeTypes are the types of search attributes, by their numbers (temporal/api/enums/v1/common.proto,
// IndexedValueType); the first is none.
var AttributeTypes = []string{"", "Text", "Keyword", "Int", "Double", "Bool", "Datetime", "KeywordList"}

// NamespaceSetup is how a namespace is set up.
type NamespaceSetup struct {
	// Retention is how long it keeps closed workflows.
	Retention time.Duration
	// Attributes are the types of its search attributes, Temporal's own included, by name.
	Attributes map[string]string
}

// NamespaceSetup asks how a namespace is set up. The error is NotFound if there is none.
func (l *Line) NamespaceSetup(ctx context.Context, name string) (NamespaceSetup, error) {
	about, err := l.Call(ctx, describeNamespace, textField(nil, 1, name))
	if err != nil {
		return NamespaceSetup{}, err
	}
	attributes, err := l.Call(ctx, listAttributes, textField(nil, 1, name))
	return NamespaceSetup{retentionIn(about), attributesIn(attributes)}, err
}

// Takes asks whether a namespace takes a query by search attributes: one that was added a moment ago is
// listed before it can be used.
func (l *Line) Takes(ctx context.Context, namespace string, attributes []string) error {
	query := "`" + strings.Join(attributes, "` IS NULL AND `") + "` IS NULL"
	_, err := l.Call(ctx, countWorkflows, textField(textField(nil, 1, namespace), 2, query)) // query = 2
	return err
}

// retentionIn reads config = 2 of a DescribeNamespaceResponse, of which workflow_execution_retention_ttl
// = 1 is a Duration: seconds = 1.
func retentionIn(answer []byte) (retention time.Duration) {
	for _, config := range fieldsIn(answer, 2) {
		for _, ttl := range fieldsIn(config, 1) {
			for seconds := range fieldsIn(ttl, 1) {
				retention = time.Duration(seconds) * time.Second
			}
		}
	}
	return retention
}

// attributesIn reads custom_attributes = 1 and system_attributes = 2 of a ListSearchAttributesResponse. Of
// an entry of such a map key = 1 and value = 2.
func attributesIn(answer []byte) map[string]string {
	types := map[string]string{}
	for _, number := range []protowire.Number{2, 1} {
		for _, entry := range fieldsIn(answer, number) {
			name := ""
			for _, key := range fieldsIn(entry, 1) {
				name = string(key)
			}
			for kind := range fieldsIn(entry, 2) {
				if kind < uint64(len(AttributeTypes)) {
					types[name] = AttributeTypes[kind]
				}
			}
		}
	}
	return types
}

// fieldsIn are the fields of a number in a message: a number, or the bytes of a text or a message.
func fieldsIn(message []byte, number protowire.Number) iter.Seq2[uint64, []byte] {
	return func(yield func(uint64, []byte) bool) {
		for len(message) > 0 {
			found, kind, n := protowire.ConsumeTag(message)
			if n < 0 {
				return
			}
			size := protowire.ConsumeFieldValue(found, kind, message[n:])
			if size < 0 {
				return
			}
			value := message[n : n+size]
			message = message[n+size:]
			if found != number {
				continue
			}
			var text []byte
			var count uint64
			if kind == protowire.VarintType {
				count, _ = protowire.ConsumeVarint(value)
			} else {
				text, _ = protowire.ConsumeBytes(value)
			}
			if !yield(count, text) {
				return
			}
		}
	}
}
