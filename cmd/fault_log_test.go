package cmd_test

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestFaultLogBounded: however much Temporal writes, its logs stay bounded on
// disk while it runs, and hold whole lines.
func TestFaultLogBounded(t *testing.T) {
	t.Parallel()
	const count = 4 // README: 10 MiB, and three older ones
	p := fakePlace(t)
	p.env = append(p.env, "FAKE_TEMPORAL=chatty")
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
	// One rotation may be under way, and a part of 500 lines is on top of the fake's pause.
	if largest > (count+1)*(chattyPause+1<<20) {
		t.Errorf("the logs took %d MiB", largest>>20)
	}
	p.local("stop")
	files, err := filepath.Glob(log + "*")
	check(t, err)
	if len(files) != count {
		t.Errorf("files: %q", files)
	}
	for _, file := range files {
		p.chattyOnly(file)
	}
	t.Logf("at most %d MiB", largest>>20)
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

func endsWith(path, text string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return false
	}
	end := make([]byte, min(info.Size(), 4096))
	n, _ := file.ReadAt(end, info.Size()-int64(len(end)))
	return bytes.Contains(end[:n], []byte(text))
}

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
