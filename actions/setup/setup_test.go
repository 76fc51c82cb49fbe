package setup

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	enums "go.temporal.io/api/enums/v1"
	namespace "go.temporal.io/api/namespace/v1"
	operator "go.temporal.io/api/operatorservice/v1"
	workflow "go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/stigmer/local/fsm"
)

// server is a Temporal with namespaces, in the words of Temporal's own API. It lists an attribute at once, and
// takes queries by it only after some more calls, as a real one does.
type server struct {
	workflow.UnimplementedWorkflowServiceServer
	operator.UnimplementedOperatorServiceServer
	lock             sync.Mutex
	retention        map[string]time.Duration
	attributes       map[string]map[string]enums.IndexedValueType
	refuses          bool
	refusesRetention bool
	blind            int // calls until a query is taken
	refusedQuery     func()
	wrote            []string
}

func (s *server) DescribeNamespace(_ context.Context, r *workflow.DescribeNamespaceRequest) (*workflow.DescribeNamespaceResponse, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	kept, ok := s.retention[r.Namespace]
	if !ok {
		return nil, status.Error(codes.NotFound, "no such namespace")
	}
	return &workflow.DescribeNamespaceResponse{Config: &namespace.NamespaceConfig{WorkflowExecutionRetentionTtl: durationpb.New(kept)}}, nil
}

func (s *server) RegisterNamespace(_ context.Context, r *workflow.RegisterNamespaceRequest) (*workflow.RegisterNamespaceResponse, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.wrote = append(s.wrote, "namespace "+r.Namespace)
	s.retention[r.Namespace] = r.WorkflowExecutionRetentionPeriod.AsDuration()
	s.attributes[r.Namespace] = map[string]enums.IndexedValueType{}
	return &workflow.RegisterNamespaceResponse{}, nil
}

func (s *server) UpdateNamespace(_ context.Context, r *workflow.UpdateNamespaceRequest) (*workflow.UpdateNamespaceResponse, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.refusesRetention {
		return nil, status.Error(codes.InvalidArgument, "not so short")
	}
	s.wrote = append(s.wrote, "retention "+r.Namespace)
	s.retention[r.Namespace] = r.Config.WorkflowExecutionRetentionTtl.AsDuration()
	return &workflow.UpdateNamespaceResponse{}, nil
}

func (s *server) ListSearchAttributes(_ context.Context, r *operator.ListSearchAttributesRequest) (*operator.ListSearchAttributesResponse, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	return &operator.ListSearchAttributesResponse{
		CustomAttributes: s.attributes[r.Namespace], SystemAttributes: map[string]enums.IndexedValueType{"WorkflowId": enums.INDEXED_VALUE_TYPE_KEYWORD},
	}, nil
}

func (s *server) AddSearchAttributes(_ context.Context, r *operator.AddSearchAttributesRequest) (*operator.AddSearchAttributesResponse, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.refuses {
		return nil, status.Error(codes.InvalidArgument, "cannot have more")
	}
	for name, kind := range r.SearchAttributes {
		s.wrote = append(s.wrote, "attribute "+r.Namespace+":"+name)
		s.attributes[r.Namespace][name] = kind
	}
	return &operator.AddSearchAttributesResponse{}, nil
}

func (s *server) CountWorkflowExecutions(_ context.Context, r *workflow.CountWorkflowExecutionsRequest) (*workflow.CountWorkflowExecutionsResponse, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.blind--; s.blind >= 0 || !strings.HasPrefix(r.Query, "`") || !strings.HasSuffix(r.Query, "` IS NULL") {
		if s.refusedQuery != nil {
			s.refusedQuery()
		}
		return nil, status.Error(codes.InvalidArgument, "invalid query: "+r.Query)
	}
	return &workflow.CountWorkflowExecutionsResponse{}, nil
}

func (s *server) serve(t *testing.T) (address string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := grpc.NewServer()
	workflow.RegisterWorkflowServiceServer(g, s)
	operator.RegisterOperatorServiceServer(g, s)
	go g.Serve(listener)
	t.Cleanup(g.Stop)
	return listener.Addr().String()
}

func newServer() *server {
	return &server{
		retention:  map[string]time.Duration{"default": 24 * time.Hour},
		attributes: map[string]map[string]enums.IndexedValueType{"default": {"Old": enums.INDEXED_VALUE_TYPE_TEXT}},
	}
}

func wantedOf(retention time.Duration, namespaces string, attributes ...string) fsm.WantedSetup {
	return fsm.WantedSetup{Namespaces: fsm.Names(namespaces), Setup: fsm.Setup{SearchAttributes: fsm.MakeTexts(attributes), Retention: fsm.Millis(retention.Milliseconds())}}
}

// TestApply adds what is missing, once, and returns when it can be used.
func TestApply(t *testing.T) {
	s := newServer()
	s.blind = 3
	address := s.serve(t)
	w := wantedOf(72*time.Hour, "orders,default", "A=KeywordList", "Old=Text", "orders:B=Datetime", "WorkflowId=Keyword")
	want := []string{"attribute default:A", "retention default", "namespace orders", "attribute orders:A", "attribute orders:B", "attribute orders:Old"}
	for range 2 { // the second time there is nothing to do
		found, err := Apply(t.Context(), address, w)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Sort(s.wrote[min(len(s.wrote), 3):]); !slices.Equal(s.wrote, want) {
			t.Errorf("wrote %q", s.wrote)
		}
		if list := found.FoundAttributes.List(); !slices.Equal(list, []string{"default:A=KeywordList", "default:Old=Text", "default:WorkflowId=Keyword",
			"orders:A=KeywordList", "orders:Old=Text", "orders:B=Datetime", "orders:WorkflowId=Keyword"}) {
			t.Errorf("found %q", list)
		}
		if list := found.FoundRetention.List(); !slices.Equal(list, []string{"default=72h0m0s", "orders=72h0m0s"}) {
			t.Errorf("found %q", list)
		}
	}
	if s.attributes["orders"]["B"] != enums.INDEXED_VALUE_TYPE_DATETIME {
		t.Errorf("%v", s.attributes)
	}
}

// TestApplyNamesWhatDiffers and adds the rest. A namespace that it makes has what start-dev gives one.
func TestApplyNamesWhatDiffers(t *testing.T) {
	s := newServer()
	found, err := Apply(t.Context(), s.serve(t), wantedOf(0, "orders", "Old=Int", "default:New=Bool"))
	want := "the search attribute Old of the namespace default is there with the type Text, and Int was asked for"
	if err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
	if list := found.FoundAttributes.List(); !slices.Equal(list, []string{"default:Old=Text", "default:New=Bool", "orders:Old=Int"}) {
		t.Errorf("found %q", list)
	}
	if s.attributes["default"]["New"] != enums.INDEXED_VALUE_TYPE_BOOL || s.attributes["default"]["Old"] != enums.INDEXED_VALUE_TYPE_TEXT || s.retention["orders"] != defaultRetention {
		t.Errorf("%v %v", s.attributes, s.retention)
	}
}

// TestApplyNamesWhatIsRefused: a retention that the server refuses, which keeps no attribute away, and an attribute
// of a namespace that the settings do not name.
func TestApplyNamesWhatIsRefused(t *testing.T) {
	s := newServer()
	s.refusesRetention = true
	_, err := Apply(t.Context(), s.serve(t), wantedOf(time.Hour, "", "New=Bool", "orders:Late=Int"))
	want := "the search attribute orders:Late=Int is for a namespace that no --namespace names; the retention 1h0m0s is refused: namespace default: invalid_argument: not so short"
	if err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
	if s.attributes["default"]["New"] != enums.INDEXED_VALUE_TYPE_BOOL {
		t.Errorf("%v", s.attributes)
	}
}

// TestApplyEnds when the server refuses, when its time is over, and where there is no server.
func TestApplyEnds(t *testing.T) {
	s := newServer()
	s.refuses = true
	address := s.serve(t)
	if _, err := Apply(t.Context(), address, wantedOf(0, "", "A=Int")); err == nil || err.Error() != "namespace default: invalid_argument: cannot have more" {
		t.Errorf("%v", err)
	}
	if _, err := Apply(t.Context(), address, wantedOf(0, "", "A=Int", "Old=Bool")); err == nil || !strings.HasSuffix(err.Error(), "and Bool was asked for; namespace default: invalid_argument: cannot have more") {
		t.Errorf("%v", err)
	}
	s.refuses, s.blind = false, 1<<30
	ctx, cancel := context.WithCancel(t.Context())
	asked := 0
	s.refusedQuery = func() { // the second answer may come too late: the first one counts
		if asked++; asked == 2 {
			cancel()
		}
	}
	if _, err := Apply(ctx, address, wantedOf(0, "", "A=Int")); err == nil || !strings.Contains(err.Error(), "namespace default: it does not hold within the time given: invalid_argument: invalid query: `A` IS NULL") {
		t.Errorf("%v", err)
	}
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	// A Temporal that has just ended: that is reported first.
	ctx, cancel = context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := Apply(ctx, closed.Listener.Addr().String(), wantedOf(time.Hour, "")); err == nil || ctx.Err() == nil {
		t.Errorf("%v, %v", err, ctx.Err())
	}
}
