package install

import (
	"errors"
	"fmt"
)

// Kind says what an installation failed by: what helps depends on it.
type Kind int

const (
	// Unreachable is a host that gave no answer at all.
	Unreachable Kind = iota + 1
	// NotFound is the answer 404, Unserved any other answer that is not the file.
	NotFound
	Unserved
	// Broken is a download that broke off, after all tries. What came of it is kept.
	Broken
	// Refused is a server that sends what was not published, costs too much, or comes
	// from another host. Nothing of it is kept.
	Refused
	// NoRelease is a platform for which nothing is published.
	NoRelease
	// NoGo is a machine without the go tool, Unresolved a version whose modules cannot be had,
	// Unbuilt a build that failed, and NeitherWay one that failed after no release could be had.
	NoGo
	Unresolved
	Unbuilt
	NeitherWay
)

// Error is an installation that failed for another reason than the system's.
type Error struct {
	Kind Kind
	// Text says what happened, and names the host, the file or the command.
	Text string
	// Lines are the last ones that go printed.
	Lines []string
	// again says that one more try is worthwhile.
	again bool
}

func (e *Error) Error() string { return e.Text }

// KindOf returns what an installation failed by, 0 if it is not an Error.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return 0
}

func failed(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Text: fmt.Sprintf(format, args...)}
}

// retryable is a failure after which one more try is worthwhile.
func retryable(kind Kind, format string, args ...any) *Error {
	e := failed(kind, format, args...)
	e.again = true
	return e
}
