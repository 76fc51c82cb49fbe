package e2e_test

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
)

// raceVariable has the race detector in stigmer and not in the tests: they only wait for
// it, and take several times as long under the detector. Tests that are built with it have
// it in both.
const raceVariable = "STIGMER_TEST_RACE"

// programFolder is the first of PATH: the programs that the tests run are in it. It is
// removed with the folder of all temporary files.
func programFolder() string { return filepath.Join(os.Getenv(guardedVariable), "bin") }

// buildPrograms builds stigmer, of the kind of these tests (raced, or blunt), and the fakes.
func buildPrograms() error {
	bin := programFolder()
	os.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	stigmer, fake := filepath.Join(bin, "stigmer"), filepath.Join(bin, "temporal")
	flags := builtWith("-race", "-tags")
	if os.Getenv(raceVariable) != "" {
		flags = append(flags, "-race=true")
	}
	err := cmp.Or(goBuild("./program", stigmer, flags...), goBuild("./fake", fake))
	for name, program := range map[string]string{
		"larger": stigmer, "holdlock": stigmer, "launchctl": fake, "straggler": fake, "sandbox": fake,
	} {
		err = cmp.Or(err, os.Link(program, filepath.Join(bin, name)))
	}
	return err
}

// buildPlain builds the program as it is shipped: with the race detector it takes
// several times as long, and more memory than any limit of these tests.
func buildPlain() (string, error) { return build("plain") }

var building sync.Mutex

// build builds the program as it is shipped once for all tests, into a folder.
func build(folder string, flags ...string) (string, error) {
	building.Lock()
	defer building.Unlock()
	path := filepath.Join(programFolder(), folder, "stigmer")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	return path, goBuild("../stigmer", path, append(builtWith("-tags"), flags...)...)
}

func goBuild(program, path string, flags ...string) error {
	c := exec.Command("go", slices.Concat([]string{"build", "-buildvcs=false", "-o", path}, flags, []string{program})...)
	if !slices.Contains(flags, "-race=true") {
		c.Env = append(os.Environ(), "CGO_ENABLED=0")
	}
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%q: %w\n%s", c.Args, err, out)
	}
	return nil
}

// builtWith returns those of the go command's flags with which this test was built: the
// programs that it builds are to be of the same kind.
func builtWith(flags ...string) (args []string) {
	info, _ := debug.ReadBuildInfo()
	for _, setting := range info.Settings {
		if slices.Contains(flags, setting.Key) {
			args = append(args, setting.Key+"="+setting.Value)
		}
	}
	return args
}
