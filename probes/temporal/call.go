package temporal

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// mostAnswer bounds an answer, in bytes, as most clients of gRPC do.
const mostAnswer = 4 << 20

// longestTimeout is the longest Grpc-Timeout, in milliseconds: it has at most eight digits.
const longestTimeout = 99_999_999

// Call calls a method and returns the answer, still encoded. Such a call is one request of
// HTTP/2 (github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). A gRPC library is not worth
// its price here: no message's type is needed, and each supervisor had 2 MB more in memory.
func (l *Line) Call(ctx context.Context, method string, message []byte) ([]byte, error) {
	body := binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message))) // 0: not compressed
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, l.base+method, bytes.NewReader(append(body, message...)))
	if err != nil {
		return nil, err
	}
	request.Header = http.Header{"Content-Type": {"application/grpc"}, "Te": {"trailers"}}
	if deadline, set := ctx.Deadline(); set {
		left := min(max(1, time.Until(deadline).Milliseconds()), longestTimeout)
		request.Header.Set("Grpc-Timeout", strconv.FormatInt(left, 10)+"m")
	}
	response, err := l.wire.RoundTrip(request)
	if err != nil {
		return nil, orSilent(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, mostAnswer))
	if err != nil {
		return nil, orSilent(err)
	}
	if err := statusOf(response); err != nil {
		return nil, err
	}
	return answer[min(len(body), len(answer)):], nil
}

// statusOf returns the error that a response names, nil for none. A response without a body
// names it in the header.
func statusOf(response *http.Response) error {
	said := func(name string) string { return cmp.Or(response.Trailer.Get(name), response.Header.Get(name)) }
	code, err := strconv.Atoi(said("Grpc-Status"))
	switch {
	case err != nil || code == codeUnimplemented:
		return errors.New("the server is not a Temporal frontend")
	case code == 0:
		return nil
	case code == codeDeadlineExceeded:
		return errSilent
	}
	text, err := url.PathUnescape(said("Grpc-Message"))
	if err != nil {
		text = said("Grpc-Message")
	}
	details, _ := base64.RawStdEncoding.DecodeString(strings.TrimRight(said("Grpc-Status-Details-Bin"), "="))
	return &statusError{code, text, details}
}

// orSilent is errSilent in place of an error that says that a deadline is over.
func orSilent(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return errSilent
	}
	return err
}

// statusError is a gRPC status other than OK.
type statusError struct {
	code int
	text string
	// details is an encoded google.rpc.Status.
	details []byte
}

// Refused reports whether a server has understood a call and refuses it for what it asks: the same call
// fails again.
func Refused(answer error) bool {
	failed, ok := errors.AsType[*statusError](answer)
	return ok && (failed.code == codeInvalidArgument || failed.code == codeFailedPrecondition)
}

// The codes that mean something here (google/rpc/code.proto).
const (
	codeInvalidArgument    = 3
	codeDeadlineExceeded   = 4
	codeNotFound           = 5
	codeFailedPrecondition = 9
	codeUnimplemented      = 12
)

// codeNames are the names of gRPC's codes, by number.
var codeNames = strings.Fields(`ok canceled unknown invalid_argument deadline_exceeded not_found already_exists
	permission_denied resource_exhausted failed_precondition aborted out_of_range unimplemented internal unavailable
	data_loss unauthenticated`)

// Error is the code's name and what the server says.
func (e *statusError) Error() string {
	if e.code < 0 || e.code >= len(codeNames) {
		return fmt.Sprintf("status %d: %s", e.code, e.text)
	}
	return codeNames[e.code] + ": " + e.text
}

// NotFound reports whether an answer is that the namespace does not exist.
func NotFound(answer error) bool {
	failed, ok := errors.AsType[*statusError](answer)
	return ok && failed.code == codeNotFound
}
