package probes

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func wakes(t *testing.T, wake <-chan struct{}) {
	t.Helper()
	select {
	case <-wake:
	case <-time.After(time.Minute):
		t.Fatal("no wake-up")
	}
}

func TestChangesWake(t *testing.T) {
	one, other := t.TempDir(), t.TempDir()
	wake := Changes(t.Context(), one, other)
	select {
	case <-wake:
		t.Fatal("woken by nothing")
	default:
	}
	for _, folder := range []string{one, other, one} {
		if err := os.WriteFile(filepath.Join(folder, "a"), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		wakes(t, wake)
	}
}

// A folder that is made later, several levels deep, or anew, is watched from then on.
func TestChangesFindTheFolder(t *testing.T) {
	above := filepath.Join(t.TempDir(), "later")
	folder := filepath.Join(above, "logs")
	wake := Changes(t.Context(), folder)
	for range 3 {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		// Each file is a wake-up only once the folder itself is watched.
		deadline := time.Now().Add(time.Minute)
		for n := 0; n < 2; {
			if err := os.WriteFile(filepath.Join(folder, "a"), []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
			select {
			case <-wake:
				n++
			case <-time.After(10 * time.Millisecond):
			}
			if time.Now().After(deadline) {
				t.Fatal("what is in the folder wakes nobody")
			}
		}
		if err := os.RemoveAll(above); err != nil {
			t.Fatal(err)
		}
		wakes(t, wake)
	}
}

func TestChangesEndWithTheirContext(t *testing.T) {
	folder := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	wake := Changes(ctx, folder)
	cancel()
	deadline := time.Now().Add(time.Minute)
	for ended := false; !ended; {
		if err := os.WriteFile(filepath.Join(folder, "a"), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		select {
		case <-wake:
		case <-time.After(50 * time.Millisecond):
			ended = true
		}
		if time.Now().After(deadline) {
			t.Fatal("it goes on")
		}
	}
}
