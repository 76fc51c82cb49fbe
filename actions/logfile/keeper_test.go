package logfile

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/statefile"
)

// newKeeper has a log and an output that a Temporal could have.
func newKeeper(t *testing.T) (home statefile.Home, k *Keeper, log, output *os.File) {
	t.Helper()
	home = stage.NewHome(t)
	log, err := Open(home.Log())
	stage.Check(t, err)
	output = OpenOutput(home)
	k = NewKeeper(home, hclog.NewNullLogger())
	k.Take(log, output)
	t.Cleanup(func() { k.Stop(); k.Take(nil, nil) })
	return home, k, log, output
}

// lines are about so many bytes of them.
func lines(bytesWanted int) []byte {
	const line = "a line of the log, 32 bytes long\n"
	return bytes.Repeat([]byte(line), bytesWanted/len(line)+1)
}

func write(t *testing.T, file *os.File, text []byte) {
	t.Helper()
	_, err := file.Write(text)
	stage.Check(t, err)
}

func fileBytes(t *testing.T, file *os.File) int64 {
	t.Helper()
	info, err := file.Stat()
	stage.Check(t, err)
	return info.Size()
}

// TestKeeperLooks: a write wakes it, and nothing else has to; and it goes on by the clock while
// Temporal is being stopped, and watches the next one.
func TestKeeperLooks(t *testing.T) {
	home, k, log, _ := newKeeper(t)
	for _, next := range []func(){k.Start, nil, nil, k.Poll, nil, k.Start, nil} { // the first write finds it awake, perhaps
		if next != nil {
			next()
		}
		write(t, log, lines(rotateAt))
		for end := time.Now().Add(stage.Patience); fileBytes(t, log) > 0; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("a log that grew is not rotated")
			}
		}
	}
	stage.Is(t, "log.3", files.FileSize(older(home.Log(), 3)) > 0, true)
}

// TestKeeperBoundsALostLog: whatever becomes of its path, the file that Temporal writes
// stays bounded, and what was written has a name.
func TestKeeperBoundsALostLog(t *testing.T) {
	for name, lose := range map[string]func(path string) error{
		"deleted":                       os.Remove,
		"moved":                         func(path string) error { return os.Rename(path, path+".saved") },
		"moved to an older file's name": func(path string) error { return os.Rename(path, older(path, 1)) },
		"replaced":                      func(path string) error { os.Remove(path); return os.WriteFile(path, []byte("edited\n"), 0o600) },
		"its folder moved":              func(path string) error { return os.Rename(filepath.Dir(path), filepath.Dir(path)+".away") },
	} {
		home, k, log, _ := newKeeper(t)
		stage.Check(t, lose(home.Log()))
		home.MendFolders()
		text := lines(rotateAt)
		write(t, log, text)
		k.Look()
		stage.Is(t, name+": what Temporal has", fileBytes(t, log), 0)
		stage.Is(t, name+": log.1", files.FileSize(older(home.Log(), 1)), int64(len(text)))
	}
}

// TestKeeperDropsOutput: what is printed besides the log has no older file.
func TestKeeperDropsOutput(t *testing.T) {
	home, k, _, output := newKeeper(t)
	write(t, output, lines(rotateAt))
	k.Look()
	stage.Is(t, "output", fileBytes(t, output), 0)
	write(t, output, []byte("Stopping server...\n"))
	text, err := os.ReadFile(home.Output())
	stage.Check(t, err)
	stage.Is(t, "what comes then", string(text), "Stopping server...\n")
}

// TestKeeperCannotRotate: a log that cannot be rotated is left to have as much as all its
// files may have, and no more.
func TestKeeperCannotRotate(t *testing.T) {
	home, k, log, _ := newKeeper(t)
	stage.Check(t, os.MkdirAll(filepath.Join(home.Log()+".new", "full"), 0o700)) // nothing can be written there
	for i := range 1 + OlderFiles {
		stage.Is(t, "log", fileBytes(t, log), int64(i*len(lines(fileLimit))))
		write(t, log, lines(fileLimit))
		k.Look()
	}
	stage.Is(t, "a log that is too large", fileBytes(t, log), 0)
}

// TestKeeperCutsWhatWasLeft: older files that are over the limit keep their newest lines.
func TestKeeperCutsWhatWasLeft(t *testing.T) {
	home, k, log, _ := newKeeper(t)
	stage.Check(t, os.WriteFile(older(home.Log(), 2), append(lines(2*fileLimit), "the last\n"...), 0o600))
	write(t, log, append(lines(3*fileLimit), "the newest\n"...))
	k.Start()
	k.Look()
	for n, end := range map[int]string{1: "the newest\n", 3: "the last\n"} {
		text, err := os.ReadFile(older(home.Log(), n))
		stage.Check(t, err)
		if len(text) > fileLimit || !bytes.HasSuffix(text, []byte(end)) {
			t.Errorf("log.%d has %d bytes, and not %q at its end", n, len(text), end)
		}
	}
}
