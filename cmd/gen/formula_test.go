package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sums is a checksums.txt of a release whose archives have the sums 1111..., 2222...
func sums(version string) string {
	var text strings.Builder
	for i, platform := range []string{"darwin_amd64", "darwin_arm64", "linux_amd64", "linux_arm64"} {
		fmt.Fprintf(&text, "%s  stigmer_%s_%s.tar.gz\n", strings.Repeat(fmt.Sprint(i+1), 64), version, platform)
		fmt.Fprintf(&text, "%s  stigmer_%s_%s.cdx.json\n", strings.Repeat("f", 64), version, platform)
	}
	return text.String()
}

func formulaOf(t *testing.T, sums string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	check(t, os.WriteFile(filepath.Join(dir, "checksums.txt"), []byte(sums), 0o600))
	if err := writeFormula(dir); err != nil {
		return "", err
	}
	return read(t, filepath.Join(dir, "homebrew/Formula/stigmer.rb")), nil
}

// TestFormula: each platform has its own archive with its own sum.
func TestFormula(t *testing.T) {
	text, err := formulaOf(t, sums("1.2.3"))
	check(t, err)
	want := `  on_linux do
    on_intel do
      url "https://github.com/stigmer/local/releases/download/v1.2.3/stigmer_1.2.3_linux_amd64.tar.gz"
      sha256 "` + strings.Repeat("3", 64) + `"
    end
    on_arm do
      url "https://github.com/stigmer/local/releases/download/v1.2.3/stigmer_1.2.3_linux_arm64.tar.gz"
      sha256 "` + strings.Repeat("4", 64) + `"
    end
  end
`
	if !strings.Contains(text, want) || strings.Contains(text, "ffff") || !strings.Contains(text, `version "1.2.3"`) {
		t.Errorf("no such formula:\n%s", text)
	}
	if ends := strings.Count(text, "\n    end\n"); ends != 4 || !strings.HasSuffix(text, "\nend\n") {
		t.Errorf("%d archives end:\n%s", ends, text)
	}
}

// TestFormulaRefused: a release that lacks an archive, or mixes two, has no formula.
func TestFormulaRefused(t *testing.T) {
	whole := sums("1.2.3")
	for name, text := range map[string]string{
		"none": "", "one is missing": strings.Replace(whole, "darwin_arm64.tar.gz", "darwin_arm64.zip", 1), "two releases": whole + sums("1.2.4"),
	} {
		if formula, err := formulaOf(t, text); err == nil {
			t.Errorf("%s: %s", name, formula)
		}
	}
}
