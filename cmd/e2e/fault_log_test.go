package e2e_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// chattyPause is how large the chatty fake lets its log become before that is rotated, more
// than a log may have: a supervisor on a busy machine comes late, and what a test sees is
// not to depend on that.
const chattyPause = 11 << 20

// TestFaultLogBounded: however much Temporal writes, its logs stay bounded on
// disk while it runs, and hold whole lines.
func TestFaultLogBounded(t *testing.T) {
	t.Parallel()
	const count = 4 // README: 10 MiB, and three older ones
	p := fakePlace(t)
	p.env = append(p.env, fmt.Sprint("FAKE_TEMPORAL=chatty=", chattyPause))
	p.local("start", "--probe-period", "100ms", "--liveness-deadline", "1m")
	log := filepath.Join(p.home, "logs", "temporal.log")
	largest := int64(0)
	done := poll(2*awaitDefault, func() bool {
		largest = max(largest, total(log+"*"))
		return endsWith(log, "chatty is done\n") || endsWith(log+".1", "chatty is done\n")
	})
	if !done {
		t.Fatal("the fake is not done")
	}
	if largest > count*chattyPause {
		t.Errorf("the logs took %d MiB", largest>>20)
	}
	p.stop()
	files, err := filepath.Glob(log + "*")
	check(t, err)
	if len(files) != count {
		t.Errorf("files: %q", files)
	}
	for _, file := range files {
		p.chattyOnly(file)
	}
	p.bounded(log)
	t.Logf("at most %d MiB", largest>>20)
}

// logLimit is what a file of a log may have (README), and logFiles how many there are.
const (
	logLimit = 10 << 20
	logFiles = 4
)

// bounded checks what is left of a log.
func (p *place) bounded(log string) {
	p.t.Helper()
	files, err := filepath.Glob(log + "*")
	check(p.t, err)
	if len(files) > logFiles {
		p.t.Errorf("files: %q", files)
	}
	for _, file := range files {
		if have := total(file); have > logLimit {
			p.t.Errorf("%s has %d bytes", file, have)
		}
	}
}

// TestFaultLogFlood: a server that writes as fast as it can leaves no more than its logs
// may have: while it starts, while it serves, through a shutdown that floods, when its
// supervisor was dead meanwhile, and in a crash loop.
func TestFaultLogFlood(t *testing.T) {
	const far, lineBytes = 1_000_000, 200
	for name, c := range map[string]struct {
		modes string
		run   func(p *place, log string)
	}{
		"serving": {"flood", func(p *place, log string) {
			p.local("start", "--liveness-deadline", "1m")
			largest := p.floodTo(log, far)
			// A busy machine lets any number of writes through between two looks, so that no size
			// is sure; without a rotation the logs have all of it.
			if written := int64(far * lineBytes); largest > written*3/4 {
				p.t.Errorf("the logs took %d of %d MiB", largest>>20, written>>20)
			}
			p.t.Logf("at most %.1f MiB", float64(largest)/(1<<20))
			p.stop()
		}},
		"starting and stopping": {"flood,never-ready,ignore-term", func(p *place, log string) {
			start := exec.Command(p.bin, "local", "start", "--timeout", "1m")
			start.Env = p.env
			check(p.t, start.Start())
			defer start.Wait()
			p.floodTo(log, far)
			p.local("stop", "--timeout", "2s")
		}},
		"without a supervisor": {"flood,ignore-term", func(p *place, log string) {
			p.local("start", "--liveness-deadline", "1m")
			p.signal(p.pid("supervisor"), syscall.SIGKILL)
			p.floodTo(log, 400_000)
			p.local("stop", "--timeout", "1ms")
		}},
		"crash loop": {"flood,exit-after-serving", func(p *place, log string) {
			p.env = append(p.env, "FAKE_GATE="+log+".1") // each run ends after a rotation at the latest
			p.try("start", "--liveness-deadline", "1m", "--backoff-base", "10ms")
			p.await(".state=Stopped", ".desired=stopped")
		}},
		"a supervisor that is stopped": {"flood", func(p *place, log string) {
			p.local("start", "--liveness-deadline", "1m")
			p.signal(p.pid("supervisor"), syscall.SIGSTOP)
			p.floodTo(log, 400_000)
			p.local("start")
			if !poll(awaitDefault, func() bool { return total(log+"*") <= logFiles*logLimit }) {
				p.t.Errorf("the next start leaves %d MiB", total(log+"*")>>20)
			}
			p.stop()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := fakePlace(t)
			p.bin = plainStigmer(t) // as it is shipped: what floods is not raced either
			p.env = append(p.env, "FAKE_TEMPORAL="+c.modes)
			log := filepath.Join(p.home, "logs", "temporal.log")
			c.run(p, log)
			p.bounded(log)
			p.bounded(filepath.Join(p.home, "logs", "supervisor.log"))
		})
	}
}

// floodTo waits until the fake has written so many lines, and returns the most that the
// log and its older files had together.
func (p *place) floodTo(log string, lines int) (largest int64) {
	p.t.Helper()
	if !poll(4*awaitDefault, func() bool {
		largest = max(largest, total(log+"*"))
		return max(lastChatty(log), lastChatty(log+".1")) >= lines
	}) {
		p.t.Fatal("the fake does not come that far")
	}
	return largest
}

// lastChatty is the number of the last whole line of the fake's in a file, -1 for none.
func lastChatty(path string) int {
	text := tailOf(path, 500)
	n := -1
	for line := range bytes.Lines(text) {
		if len(line) == 200 {
			fmt.Sscanf(string(line), "chatty %d", &n)
		}
	}
	return n
}

// tailOf is the end of a file, empty where there is none.
func tailOf(path string, most int64) []byte {
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil
	}
	end := make([]byte, min(info.Size(), most))
	n, _ := file.ReadAt(end, info.Size()-int64(len(end)))
	return end[:n]
}

// total is the size of all files with such a name. One that is renamed while it
// is looked at counts once.
func total(pattern string) int64 {
	files, _ := filepath.Glob(pattern)
	var seen []os.FileInfo
	sum := int64(0)
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil || slices.ContainsFunc(seen, func(other os.FileInfo) bool { return os.SameFile(info, other) }) {
			continue
		}
		seen = append(seen, info)
		sum += info.Size()
	}
	return sum
}

func endsWith(path, text string) bool { return bytes.Contains(tailOf(path, 4096), []byte(text)) }

func (p *place) chattyOnly(path string) {
	p.t.Helper()
	text, err := os.ReadFile(path)
	check(p.t, err)
	if bytes.IndexByte(text, 0) >= 0 {
		p.t.Errorf("%s has a hole", path)
	}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		line := lines.Bytes()
		torn := bytes.HasPrefix(line, []byte("chatty ")) && len(line) != 199 && string(line) != "chatty is done"
		if torn || bytes.HasPrefix(line, []byte("x")) {
			p.t.Errorf("%s has a torn line: %q", path, line)
		}
	}
}
