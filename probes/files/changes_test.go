package files

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

func write(path, text string) func() error {
	return func() error { return os.WriteFile(path, []byte(text), 0o600) }
}

// Each change of a file is one wake-up, and nothing else is. The time is synctest's, the
// files are the system's.
func TestChanges(t *testing.T) {
	home := filepath.Join(t.TempDir(), "later")
	record, log := filepath.Join(home, "record"), filepath.Join(home, "logs", "log")
	next := filepath.Join(home, "next")
	past := time.Unix(1e9, 0)
	steps := []struct {
		name  string
		do    func() error
		wakes bool
	}{
		{"nothing", func() error { return nil }, false},
		{"the folders are made", func() error { return os.MkdirAll(filepath.Dir(log), 0o700) }, false},
		{"a file is made", write(record, "1"), true},
		{"another file is made", write(log, ""), true},
		{"nothing", func() error { return nil }, false},
		{"a file grows", write(log, "a line\n"), true},
		{"a file is truncated", func() error { return os.Truncate(log, 0) }, true},
		{"a file is written over", func() error { return os.Chtimes(log, past, past) }, true},
		{"a file grows within one tick of the clock", func() error {
			return errors.Join(write(log, "a line\n")(), os.Chtimes(log, past, past))
		}, true},
		{"a file beside is made", write(next, "1"), false},
		{"its time is the record's", func() error { return os.Chtimes(record, past, past) }, true},
		{"its time is the record's", func() error { return os.Chtimes(next, past, past) }, false},
		{"a file is replaced by one that looks the same", func() error { return os.Rename(next, record) }, true},
		{"a file is renamed and made anew", func() error {
			return errors.Join(os.Rename(log, log+".1"), write(log, "")())
		}, true},
		{"all is removed", func() error { return os.RemoveAll(home) }, true},
		{"nothing", func() error { return nil }, false},
		{"all is made anew", func() error {
			return errors.Join(os.MkdirAll(filepath.Dir(log), 0o700), write(log, "")())
		}, true},
	}
	synctest.Test(t, func(t *testing.T) {
		wake := Changes(t.Context(), record, log)
		for _, step := range steps {
			check(t, step.do())
			if woken := wokenSoon(wake); woken != step.wakes {
				t.Errorf("%s: woken %t", step.name, woken)
			}
		}
	})
}

// wokenSoon lets one pause go by, in a bubble of synctest, and receives what was sent.
func wokenSoon(wake <-chan struct{}) bool {
	time.Sleep(shortestPause)
	synctest.Wait()
	select {
	case <-wake:
		return true
	default:
		return false
	}
}

// What changes as soon as Changes has returned is not missed.
func TestChangesBeginAtOnce(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var wakes []<-chan struct{}
		for n := range 100 {
			path := filepath.Join(dir, strconv.Itoa(n))
			wakes = append(wakes, Changes(t.Context(), path))
			check(t, write(path, "1")())
		}
		time.Sleep(shortestPause)
		synctest.Wait()
		for n, wake := range wakes {
			if len(wake) != 1 {
				t.Errorf("%d: %d wake-ups", n, len(wake))
			}
		}
	})
}

// Changes that were not received yet are one.
func TestChangesAreKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	synctest.Test(t, func(t *testing.T) {
		wake := Changes(t.Context(), path)
		for _, text := range []string{"1", "22", "333"} {
			check(t, write(path, text)())
			time.Sleep(shortestPause)
			synctest.Wait()
		}
		if !wokenSoon(wake) || wokenSoon(wake) {
			t.Error("three changes are not one wake-up")
		}
	})
}

// However long nothing has changed, what changes then is seen in a moment.
func TestChangesAreSeenSoon(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	synctest.Test(t, func(t *testing.T) {
		wake := Changes(t.Context(), path)
		time.Sleep(time.Hour)
		check(t, write(path, "1")())
		time.Sleep(longestPause)
		synctest.Wait()
		if len(wake) != 1 {
			t.Error("it was not")
		}
	})
}

func TestChangesEndWithTheirContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		wake := Changes(ctx, path)
		cancel()
		check(t, write(path, "1")())
		if wokenSoon(wake) {
			t.Error("it goes on")
		}
	})
}
