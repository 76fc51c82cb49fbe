package install

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// TestPatience: a server may be slow for as long as it is never silent for too long.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		patience := DefaultLimits().Stall
		ours, theirs := net.Pipe()
		defer ours.Close()
		go func() {
			for range 10 {
				time.Sleep(patience - time.Second)
				theirs.Write([]byte("x"))
			}
		}()
		text, err := io.ReadAll(patientConn{ours, patience})
		if string(text) != "xxxxxxxxxx" || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%q, %v", text, err)
		}
	})
}
