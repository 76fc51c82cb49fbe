package main

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// dist is the folder with a release, which make package builds.
func dist(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("STIGMER_DIST")
	if dir == "" {
		t.Skip("STIGMER_DIST names no release; make package does")
	}
	return dir
}

// only is the one file in the release that a pattern matches.
func only(t *testing.T, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dist(t), pattern))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %q, %v", pattern, found, err)
	}
	return found[0]
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	check(t, err)
	return string(text)
}

// TestDistChecksums: every artefact is listed, with its sum.
func TestDistChecksums(t *testing.T) {
	sums := read(t, only(t, "checksums.txt"))
	for pattern, want := range map[string]int{"*.tar.gz": 4, "*.deb": 2, "*.rpm": 2, "*.cdx.json": 4} {
		found, _ := filepath.Glob(filepath.Join(dist(t), pattern))
		if len(found) != want {
			t.Errorf("%d files are %s", len(found), pattern)
		}
		for _, path := range found {
			line := fmt.Sprintf("%x  %s\n", sha256.Sum256([]byte(read(t, path))), filepath.Base(path))
			if !strings.Contains(sums, line) {
				t.Errorf("checksums.txt lacks %s", line)
			}
		}
	}
}

// TestDistArchives: each has all of it, as root's and of one time, the commit's.
func TestDistArchives(t *testing.T) {
	for _, platform := range []string{"linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64"} {
		files, moment := unarchive(t, only(t, "*_"+platform+".tar.gz"))
		for _, want := range []string{
			"stigmer", "LICENSE", "README.md", "docs/STATES.md", "docs/state.schema.json", "docs/settings.schema.json", "man/stigmer.1.gz", "man/stigmer-local-start.1.gz",
			"completion/stigmer.bash", "completion/_stigmer", "completion/stigmer.fish", "completion/stigmer.ps1",
		} {
			if !files[want] {
				t.Errorf("%s lacks %s", platform, want)
			}
		}
		if time.Since(moment) > 50*365*24*time.Hour {
			t.Errorf("%s is of %s, which is no commit's time", platform, moment)
		}
	}
}

func unarchive(t *testing.T, path string) (files map[string]bool, moment time.Time) {
	t.Helper()
	file, err := os.Open(path)
	check(t, err)
	defer file.Close()
	packed, err := gzip.NewReader(file)
	check(t, err)
	files = map[string]bool{}
	for r := tar.NewReader(packed); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files, moment
		}
		check(t, err)
		files[h.Name] = true
		if moment.IsZero() {
			moment = h.ModTime
		}
		if !h.ModTime.Equal(moment) || h.Uname != "root" {
			t.Errorf("%s: %s is of %s and %s's, others are of %s", path, h.Name, h.ModTime, h.Uname, moment)
		}
	}
}

// TestDistDeb: what it installs is where a system looks, and the program runs.
func TestDistDeb(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("no Linux")
	}
	path := only(t, "*_linux_"+runtime.GOARCH+".deb")
	dpkg, err := exec.LookPath("dpkg-deb")
	if err != nil {
		t.Skip(err)
	}
	root := t.TempDir()
	run(t, dpkg, "-x", path, root)
	for _, want := range []string{
		"share/man/man1/stigmer-local-start.1.gz", "share/bash-completion/completions/stigmer", "share/zsh/vendor-completions/_stigmer",
		"share/fish/vendor_completions.d/stigmer.fish", "share/doc/stigmer/copyright", "share/doc/stigmer/docs/STATES.md",
	} {
		if _, err := os.Stat(filepath.Join(root, "usr", want)); err != nil {
			t.Error(err)
		}
	}
	out := run(t, filepath.Join(root, "usr/bin/stigmer"), "local", "version")
	t.Log(out)
	if !strings.HasPrefix(out, "stigmer v") || !strings.HasPrefix(filepath.Base(path), "stigmer_"+strings.Fields(out)[1][1:]+"_linux_") {
		t.Errorf("%s has the version %s", path, out)
	}
}

// TestDistRPM: its header, which is not compressed, names what it installs.
func TestDistRPM(t *testing.T) {
	for _, platform := range []string{"linux_amd64", "linux_arm64"} {
		path := only(t, "*_"+platform+".rpm")
		text := read(t, path)
		for _, want := range []string{
			"/usr/bin/\x00", "stigmer\x00", "/usr/share/man/man1/\x00", "stigmer-local-start.1.gz\x00", "/usr/share/zsh/site-functions/\x00", "_stigmer\x00",
			"/usr/share/bash-completion/completions/\x00", "/usr/share/fish/vendor_completions.d/\x00", "stigmer.fish\x00", "STATES.md\x00",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q", path, want)
			}
		}
	}
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// TestDistBills: each program's bill of materials names what it is made of.
func TestDistBills(t *testing.T) {
	found, _ := filepath.Glob(filepath.Join(dist(t), "*.cdx.json"))
	for _, path := range found {
		var bill struct {
			BOMFormat  string
			Components []struct{ Name string }
		}
		if err := json.Unmarshal([]byte(read(t, path)), &bill); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		names := fmt.Sprint(bill.Components)
		if bill.BOMFormat != "CycloneDX" || !strings.Contains(names, "spf13/cobra") || !strings.Contains(names, "std") {
			t.Errorf("%s is %s of %s", path, bill.BOMFormat, names)
		}
	}
}

// TestDistFormula: it names the archives with their sums, and what it installs is
// in them.
func TestDistFormula(t *testing.T) {
	path := only(t, "homebrew/Formula/stigmer.rb")
	formula := read(t, path)
	for _, platform := range []string{"darwin_amd64", "darwin_arm64", "linux_amd64", "linux_arm64"} {
		archive := only(t, "*_"+platform+".tar.gz")
		files, _ := unarchive(t, archive)
		for _, want := range []string{filepath.Base(archive), fmt.Sprintf("%x", sha256.Sum256([]byte(read(t, archive))))} {
			if !strings.Contains(formula, want) {
				t.Errorf("the formula lacks %s", want)
			}
		}
		for _, m := range regexp.MustCompile(`install "([^"]+)"`).FindAllStringSubmatch(formula, -1) {
			if !files[m[1]] {
				t.Errorf("%s has no %s, which the formula installs", archive, m[1])
			}
		}
	}
	if ruby, err := exec.LookPath("ruby"); err == nil {
		run(t, ruby, "-c", path)
	}
}
