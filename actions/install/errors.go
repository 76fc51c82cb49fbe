package install

import (
	"errors"
	"fmt"
)

// ErrNoRelease says that nothing is published for this platform.
var ErrNoRelease = errors.New("there is no release")

// UnreachableError says that a host gave no answer at all.
type UnreachableError struct {
	// Host is the host, with its port where the URL has one.
	Host string
	Err  error
}

func (e UnreachableError) Error() string {
	return fmt.Sprintf("%s cannot be reached: %v", e.Host, e.Err)
}

// Unwrap returns what the network said.
func (e UnreachableError) Unwrap() error { return e.Err }

// NeitherError says that there was no release to be had, and that go failed in its place.
type NeitherError struct{ Release, Go error }

func (e NeitherError) Error() string { return e.Go.Error() }

// Unwrap returns what failed in the end.
func (e NeitherError) Unwrap() error { return e.Go }

// StatusError is an answer that is not the file.
type StatusError struct {
	URL string
	// Code is the HTTP status, Status with its words: "404 Not Found".
	Code   int
	Status string
}

func (e StatusError) Error() string { return fmt.Sprintf("%s answers %s", e.URL, e.Status) }

// BrokenError says that a download broke off, after all tries.
type BrokenError struct {
	URL string
	Err error
}

func (e BrokenError) Error() string { return fmt.Sprintf("%s broke off: %v", e.URL, e.Err) }

// Unwrap returns what broke it off.
func (e BrokenError) Unwrap() error { return e.Err }

// RefusedError says that what a server sends is not what was published, or would
// cost too much, or comes from another host. Nothing of it is kept.
type RefusedError struct {
	// Why names the file, and what is wrong with it.
	Why string
}

func (e RefusedError) Error() string { return e.Why }

func refused(format string, args ...any) error { return RefusedError{fmt.Sprintf(format, args...)} }

// BuildError says that go did not build it.
type BuildError struct {
	// Command is what was run, Lines are the last ones that it printed.
	Command string
	Lines   []string
	Err     error
}

func (e BuildError) Error() string { return fmt.Sprintf("%s: %v", e.Command, e.Err) }

// Unwrap returns how the command ended.
func (e BuildError) Unwrap() error { return e.Err }
