package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"text/template"
)

// archive is one line of checksums.txt that is of an archive.
var archive = regexp.MustCompile(`(?m)^([0-9a-f]{64})  stigmer_(\S+)_((?:darwin|linux)_(?:amd64|arm64))\.tar\.gz$`)

// formula is what a Homebrew formula says. GoReleaser's own is deprecated, which
// its check refuses, and macOS would not let a program run that came by a cask and
// is not signed.
var formula = template.Must(template.New("formula").Parse(`# Written by cmd/gen for each release.
class Stigmer < Formula
  desc "Owns the local Temporal development server"
  homepage "https://github.com/stigmer/local"
  version "{{.Version}}"
  license "Apache-2.0"
{{range .Systems}}
  on_{{.Name}} do{{range .Archives}}
    on_{{.Processor}} do
      url "https://github.com/stigmer/local/releases/download/v{{$.Version}}/stigmer_{{$.Version}}_{{.Platform}}.tar.gz"
      sha256 "{{.Sum}}"
    end{{end}}
  end
{{end}}
  def install
    bin.install "stigmer"
    man1.install Dir["man/*.1.gz"]
    bash_completion.install "completion/stigmer.bash" => "stigmer"
    fish_completion.install "completion/stigmer.fish"
    zsh_completion.install "completion/_stigmer"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/stigmer local version")
  end
end
`))

// The release in the words of Homebrew: macos and linux, intel and arm.
type (
	brewRelease struct {
		Version string
		Systems []brewSystem
	}
	brewSystem struct {
		Name     string
		Archives []brewArchive
	}
	brewArchive struct{ Processor, Platform, Sum string }
)

// writeFormula writes homebrew/Formula/stigmer.rb into the folder of a release, for
// the archives that its checksums.txt lists. One that is missing is an error.
func writeFormula(dist string) error {
	sums, err := os.ReadFile(filepath.Join(dist, "checksums.txt"))
	if err != nil {
		return err
	}
	release, err := readRelease(string(sums))
	if err != nil {
		return fmt.Errorf("checksums.txt: %w", err)
	}
	folder := filepath.Join(dist, "homebrew", "Formula")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(folder, "stigmer.rb"))
	if err != nil {
		return err
	}
	defer file.Close()
	if err := formula.Execute(file, release); err != nil {
		return err
	}
	return file.Close()
}

func readRelease(sums string) (brewRelease, error) {
	var r brewRelease
	sumOf := map[string]string{}
	for _, m := range archive.FindAllStringSubmatch(sums, -1) {
		if r.Version != "" && r.Version != m[2] {
			return r, fmt.Errorf("archives of %s and of %s", r.Version, m[2])
		}
		r.Version, sumOf[m[3]] = m[2], m[1]
	}
	for _, system := range []struct{ brew, golang string }{{"macos", "darwin"}, {"linux", "linux"}} {
		s := brewSystem{Name: system.brew}
		for _, processor := range []struct{ brew, golang string }{{"intel", "amd64"}, {"arm", "arm64"}} {
			platform := system.golang + "_" + processor.golang
			if sumOf[platform] == "" {
				return r, fmt.Errorf("no archive for %s", platform)
			}
			s.Archives = append(s.Archives, brewArchive{processor.brew, platform, sumOf[platform]})
		}
		r.Systems = append(r.Systems, s)
	}
	return r, nil
}
