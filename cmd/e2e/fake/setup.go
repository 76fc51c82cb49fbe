package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
)

// The setup of the fake: it is gone when the fake ends, whatever its database. FAKE_SETUPS names a file that
// has a line for each call that changes something. The behaviours:
//
//	attribute=NAME:TYPE  a search attribute, by the number of its type, that each namespace has
//	setup-gate=FILE      what changes something waits for the file
//	no-setup             it refuses each search attribute, or does so while the file exists that no-setup=FILE names
type fakeSetup struct {
	lock      sync.Mutex
	types     map[string]uint64 // by NAMESPACE:NAME
	retention map[string]uint64 // in seconds
}

// setupMethods are the calls that a setup makes, besides DescribeNamespace.
var setupMethods = []string{"ListSearchAttributes", "AddSearchAttributes", "UpdateNamespace", "CountWorkflowExecutions"}

func (s *fakeSetup) answerTo(f *fake, method string, request []byte) ([]byte, error) {
	if method == "AddSearchAttributes" || method == "UpdateNamespace" {
		if gate, gated := f.modes["setup-gate"]; gated && !f.await(gate) {
			return nil, status.Error(codes.Unavailable, "the server ends")
		}
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.types == nil {
		s.types, s.retention = map[string]uint64{}, map[string]uint64{}
	}
	namespace := firstText(request)
	switch method {
	case "DescribeNamespace": // config = 2, of which the retention = 1 is a Duration
		seconds, changed := s.retention[namespace]
		if !changed {
			seconds = 24 * 3600
		}
		duration := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), seconds)
		return bytesField(2, bytesField(1, duration)), nil
	case "ListSearchAttributes":
		return s.list(f, namespace), nil
	case "AddSearchAttributes":
		return nil, s.add(f, request)
	case "UpdateNamespace":
		seconds, _ := protowire.ConsumeVarint(fieldOf(fieldOf(fieldOf(request, 3), 1), 1))
		s.retention[namespace] = seconds
		return nil, addLine("FAKE_SETUPS", fmt.Sprintf("retention %s %d", namespace, seconds))
	}
	return nil, nil
}

// list is a ListSearchAttributesResponse: custom_attributes = 1, a map.
func (s *fakeSetup) list(f *fake, namespace string) (answer []byte) {
	types := maps.Clone(s.types)
	if name, kind, given := strings.Cut(f.modes["attribute"], ":"); given {
		var number uint64
		fmt.Sscan(kind, &number)
		types[namespace+":"+name] = number
	}
	for _, full := range slices.Sorted(maps.Keys(types)) {
		if name, ours := strings.CutPrefix(full, namespace+":"); ours {
			entry := protowire.AppendVarint(protowire.AppendTag(bytesField(1, []byte(name)), 2, protowire.VarintType), types[full])
			answer = append(answer, bytesField(1, entry)...)
		}
	}
	return answer
}

// add reads an AddSearchAttributesRequest: search_attributes = 1, a map, and namespace = 2.
func (s *fakeSetup) add(f *fake, request []byte) error {
	if f.broken("no-setup") {
		return status.Error(codes.InvalidArgument, "cannot have more than 3 search attributes of type Text.")
	}
	namespace := string(fieldOf(request, 2))
	for message := request; len(message) > 0; {
		number, kind, n := protowire.ConsumeTag(message)
		size := protowire.ConsumeFieldValue(number, kind, message[n:])
		if number == 1 {
			entry, _ := protowire.ConsumeBytes(message[n:])
			name := firstText(entry)
			s.types[namespace+":"+name], _ = protowire.ConsumeVarint(fieldOf(entry, 2))
			if err := addLine("FAKE_SETUPS", "attribute "+namespace+":"+name); err != nil {
				return err
			}
		}
		message = message[n+size:]
	}
	return nil
}

func firstText(message []byte) string { return string(fieldOf(message, 1)) }

// fieldOf is the first field of a number: the bytes of a text or message, or a number as it is encoded.
func fieldOf(message []byte, number protowire.Number) []byte {
	for len(message) > 0 {
		found, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return nil
		}
		size := protowire.ConsumeFieldValue(found, kind, message[n:])
		if size < 0 {
			return nil
		}
		value := message[n : n+size]
		if message = message[n+size:]; found != number {
			continue
		}
		if kind == protowire.BytesType {
			value, _ = protowire.ConsumeBytes(value)
		}
		return value
	}
	return nil
}

func bytesField(number protowire.Number, value []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), value)
}
