// Gen writes what a package of stigmer has besides the program: man pages and
// completion scripts, made from the command tree, and the Homebrew formula of a
// release. It is a program of its own since what writes man pages has no place in
// stigmer.
package main

import (
	"compress/gzip"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/stigmer/local/cmd"
	"github.com/stigmer/local/cmd/internal/cli"
)

func main() {
	date := flag.Int64("date", 0, "date of the man pages in seconds since 1970: that of the commit, so that they can be made again")
	version := flag.String("version", "", "version that the man pages name")
	brew := flag.Bool("formula", false, "write the formula of the release in DIR, and nothing else")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: gen -date SECONDS -version VERSION DIR\n       gen -formula DIR")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 || !*brew && (*date == 0 || *version == "") {
		flag.Usage()
		os.Exit(cli.ExitUsage)
	}
	var err error
	if *brew {
		err = writeFormula(flag.Arg(0))
	} else {
		err = write(flag.Arg(0), time.Unix(*date, 0).UTC(), *version)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(cli.ExitFailed)
	}
}

// write replaces the folders man and completion in dir.
func write(dir string, date time.Time, version string) error {
	man, completion := filepath.Join(dir, "man"), filepath.Join(dir, "completion")
	for _, folder := range []string{man, completion} {
		if err := os.RemoveAll(folder); err != nil {
			return err
		}
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	root := cmd.Root()
	if err := manPages(root, man, &doc.GenManHeader{Section: "1", Date: &date, Source: "stigmer " + version, Manual: "Stigmer"}); err != nil {
		return err
	}
	return completions(root, completion)
}

// manPages writes a page for each command that help shows.
func manPages(c *cobra.Command, dir string, header *doc.GenManHeader) error {
	for _, sub := range c.Commands() {
		if !sub.IsAvailableCommand() || sub.Name() == "help" {
			continue
		}
		if err := manPages(sub, dir, header); err != nil {
			return err
		}
	}
	c.DisableAutoGenTag = true // it would name the day
	page := *header            // GenMan fills in what depends on the command
	return compressed(filepath.Join(dir, strings.ReplaceAll(c.CommandPath(), " ", "-")+".1.gz"), func(w *gzip.Writer) error {
		return doc.GenMan(c, &page, w)
	})
}

// compressed writes a file as man pages are installed, with no time in its header.
func compressed(path string, fill func(*gzip.Writer) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	w, err := gzip.NewWriterLevel(file, gzip.BestCompression)
	if err != nil {
		return err
	}
	if err := fill(w); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return file.Close()
}

// completions writes the scripts under the names by which each shell finds them.
func completions(root *cobra.Command, dir string) error {
	scripts := map[string]func(string) error{
		"stigmer.bash": func(path string) error { return root.GenBashCompletionFileV2(path, true) },
		"_stigmer":     root.GenZshCompletionFile,
		"stigmer.fish": func(path string) error { return root.GenFishCompletionFile(path, true) },
		"stigmer.ps1":  root.GenPowerShellCompletionFileWithDesc,
	}
	for name, write := range scripts {
		if err := write(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}
