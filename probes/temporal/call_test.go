package temporal

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// lineTo is a connection to a server that answers each request with h, over HTTP/2.
func lineTo(t *testing.T, h http.HandlerFunc) *Line {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	t.Cleanup(server.Close)
	l, err := Dial(t.Context(), server.Listener.Addr().String())
	check(t, err)
	t.Cleanup(l.HangUp)
	return l
}

// TestCall: a status comes in the trailers behind a message, or in the header of a response
// without one.
func TestCall(t *testing.T) {
	for _, c := range []struct{ status, message, answer, want string }{
		{"0", "", "\x00\x00\x00\x00\x02\x08\x01", ""},
		{"0", "", "", ""},
		{"0", "", "\x00\x00", ""}, // broken off
		{"5", "no%20such%3A x", "", "not_found: no such: x"},
		{"14", "100%", "\x00\x00\x00\x00\x00", "unavailable: 100%"},
		{"99", "x", "", "status 99: x"},
		{"-1", "x", "", "status -1: x"},
		{"4", "deadline", "", errSilent.Error()},
		{"12", "unknown method", "", "the server is not a Temporal frontend"},
		{"", "", "<html>", "the server is not a Temporal frontend"},
	} {
		l := lineTo(t, func(w http.ResponseWriter, _ *http.Request) {
			if c.answer != "" {
				w.Write([]byte(c.answer))
			}
			for name, value := range map[string]string{"Grpc-Status": c.status, "Grpc-Message": c.message} {
				if c.answer != "" {
					name = http.TrailerPrefix + name
				}
				w.Header()[name] = []string{value}
			}
		})
		answer, err := l.Call(t.Context(), healthCheck, nil)
		said := ""
		if err != nil {
			said = err.Error()
		} else if want := c.answer[min(len(c.answer), 5):]; string(answer) != want {
			t.Errorf("%q: the answer is %q, want %q", c.answer, answer, want)
		}
		if said != c.want || NotFound(err) != (c.status == "5") {
			t.Errorf("status %s %q: %q, want %q", c.status, c.message, said, c.want)
		}
	}
}

// TestCallUntil: the server knows how long its answer is waited for, and one that is too late is none.
func TestCallUntil(t *testing.T) {
	timeout := make(chan string, 1)
	l := lineTo(t, func(w http.ResponseWriter, r *http.Request) {
		timeout <- r.Header.Get("Grpc-Timeout")
		<-r.Context().Done()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := l.Call(ctx, healthCheck, nil); !errors.Is(err, errSilent) {
		t.Errorf("a call without an answer: %v", err)
	}
	if left := <-timeout; !strings.HasSuffix(left, "m") || len(left) > 3 {
		t.Errorf("Grpc-Timeout: %q", left)
	}
}
