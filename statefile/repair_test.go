package statefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"
)

func TestSetAside(t *testing.T) {
	file := File{newHome(t)}
	if _, err := file.SetAside(); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("nothing to set aside: %v", err)
	}
	others := []string{"temporal.state.json.corrupt-mine", "temporal.state.json.bak"}
	for _, name := range others {
		write(t, file.Home.join(name), "")
	}
	var paths []string
	for i := range 2 * AsideLimit {
		write(t, file.Home.State(), fmt.Sprint(i))
		path, err := file.SetAside()
		check(t, err)
		paths = append(paths, path)
	}
	if got, want := len(names(t, file.Home)), AsideLimit+len(others); got != want {
		t.Errorf("%d files, want %d: %v", got, want, names(t, file.Home))
	}
	for i, path := range paths {
		text, err := os.ReadFile(path)
		if kept := i >= AsideLimit; kept != (err == nil) || kept && string(text) != fmt.Sprint(i) {
			t.Errorf("%d: %q, %v", i, text, err)
		}
	}
}

func TestSetAsideNeverOverwrites(t *testing.T) {
	file := File{newHome(t)}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 3 {
		path, err := file.freeName(at)
		if want := file.Home.State() + fmt.Sprintf(".corrupt-20260101T000000.%06dZ", i); err != nil || path != want {
			t.Fatalf("got %s, %v, want %s", path, err, want)
		}
		write(t, path, "")
	}
}

// With the clock set back the latest has the oldest name, and is kept.
func TestSetAsideAfterClockStep(t *testing.T) {
	file := File{newHome(t)}
	for i := range AsideLimit {
		write(t, file.Home.join(fmt.Sprintf("temporal.state.json.corrupt-2999010%dT000000.000000Z", i+1)), "")
	}
	write(t, file.Home.State(), "latest")
	path, err := file.SetAside()
	check(t, err)
	if text, err := os.ReadFile(path); err != nil || string(text) != "latest" {
		t.Errorf("%q, %v", text, err)
	}
	if got := names(t, file.Home); len(got) != AsideLimit {
		t.Errorf("kept %v", got)
	}
}

// A folder that stood in the record's place may hold a user's files.
func TestSetAsideKeepsFolders(t *testing.T) {
	file := File{newHome(t)}
	for range AsideLimit + 2 {
		check(t, os.Mkdir(file.Home.State(), 0o700))
		if _, err := file.SetAside(); err != nil {
			t.Fatal(err)
		}
	}
	if got := names(t, file.Home); len(got) != AsideLimit+2 {
		t.Errorf("kept %v", got)
	}
}

func TestSetAsideWhatIsNoFile(t *testing.T) {
	for name, put := range strange {
		file := File{newHome(t)}
		check(t, put(file.Home.State()))
		path, err := file.SetAside()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Lstat(path); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := file.Save(sample()); err != nil {
			t.Errorf("%s: saved after it: %v", name, err)
		}
	}
}

func TestTidy(t *testing.T) {
	home := newHome(t)
	old := time.Now().Add(-2 * leftAfter)
	for name, age := range map[string]time.Time{
		".temporal.state.json123": old, ".temporal.pid45": old, ".temporal.request.json6": old,
		".temporal.request.json7": time.Now(), // a process may be writing it
		".temporal.state.jsonx":   old, ".temporal.lock1": old, "temporal.state.json": old, "temporal.lock": old,
	} {
		write(t, home.join(name), "")
		check(t, os.Chtimes(home.join(name), age, age))
	}
	check(t, home.Tidy())
	const want = ".temporal.lock1 .temporal.request.json7 .temporal.state.jsonx temporal.lock temporal.state.json"
	if got := strings.Join(names(t, home), " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if err := Home(home.join("nowhere")).Tidy(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing home: %v", err)
	}
}

// The pattern in Tidy must be what the writer really uses.
func TestTidyKnowsTheNames(t *testing.T) {
	file := File{newHome(t)}
	cmd := play(t, "endless", file.Home)
	out, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	defer cmd.Wait()
	defer cmd.Process.Kill()
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		for _, name := range names(t, file.Home) {
			if name == recordName {
				continue
			}
			if !isTemporary(name) {
				t.Errorf("%s would not be tidied", name)
			}
			return
		}
	}
	t.Error("no temporary file was seen")
}

// What is removed by its name has exactly the names that are given.
func TestNamesOfWhatIsRemoved(t *testing.T) {
	for name, want := range map[string]string{
		"temporal.state.json.corrupt-20261128T120000.000001Z": "aside",
		"temporal.state.json.corrupt-20261328T120000.000001Z": "", // no such month
		"temporal.state.json.corrupt-20261128T120000Z":        "",
		"temporal.state.json.corrupt-":                        "",
		"temporal.state.json":                                 "",
		".temporal.state.json123":                             "temporary",
		".temporal.pid4":                                      "temporary",
		".temporal.request.json0":                             "temporary",
		".temporal.request.json":                              "",
		".temporal.pid4x":                                     "",
		".temporal.lock4":                                     "",
		"temporal.pid4":                                       "",
	} {
		if isAside(name) != (want == "aside") || isTemporary(name) != (want == "temporary") {
			t.Errorf("%s: aside %v, temporary %v, want %q", name, isAside(name), isTemporary(name), want)
		}
	}
}
