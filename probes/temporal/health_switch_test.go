package temporal

import (
	"testing"

	"google.golang.org/grpc/health/grpc_health_v1"
)

// The switches of Go's own libraries are for other programs: no probe goes by them.
func TestAskWhateverGODEBUGSays(t *testing.T) {
	served := frontend{health: reporting(grpc_health_v1.HealthCheckResponse_SERVING), namespaces: map[string]error{"default": nil}}
	for _, switches := range []string{"http2client=0", "http2server=0", "http2client=0,http2server=0,netdns=cgo,multipathtcp=1,asynctimerchan=1"} {
		t.Run(switches, func(t *testing.T) {
			t.Setenv("GODEBUG", switches)
			if answer := (Endpoint{Address: served.serve(t)}).Ask(t.Context()); !answer.Verdict.Ready {
				t.Errorf("Ask = %+v", answer)
			}
		})
	}
}
