package e2e_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"
	"go.yaml.in/yaml/v3"
)

// pageFile is a block of a page whose first line is a comment with the name of a file.
type pageFile struct {
	name, text string
	// line is the index of its first line in the page.
	line int
}

var fileName = regexp.MustCompile(`^(?://|#) ([\w./-]*\.\w+|Makefile)$`)

// files are the blocks of a page that are files.
func (p *docsPage) files() []pageFile {
	var found []pageFile
	for _, b := range p.blocks() {
		lines := p.lines[b.first:b.end]
		if m := fileName.FindStringSubmatch(lines[0]); m != nil && b.language != "" {
			found = append(found, pageFile{m[1], strings.Join(lines, "\n") + "\n", b.first})
		}
	}
	return found
}

// hasProject has the user begin a Go module in the folder, if the page has files, with the versions of our own
// dependencies, and the Temporal CLI in PATH.
func (r *reader) hasProject(p *docsPage) {
	r.t.Helper()
	if len(p.files()) == 0 {
		return
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join("../..", name))
		check(r.t, err)
		module := strings.Replace(string(text), "module github.com/stigmer/local\n", "module example.com/greetings\n", 1)
		check(r.t, os.WriteFile(filepath.Join(r.user, name), []byte(module), 0o600))
	}
	variables := []string{"GOENV", "GOCACHE", "GOMODCACHE"} // they follow HOME
	values, err := exec.Command("go", append([]string{"env"}, variables...)...).Output()
	check(r.t, err)
	for i, value := range strings.Fields(string(values)) {
		r.env = append(r.env, variables[i]+"="+value)
	}
	path := strings.Join([]string{filepath.Join(r.user, "build"), filepath.Join(r.user, ".stigmer/bin"), os.Getenv("PATH")}, ":")
	r.env = append(r.env, "PATH="+path, "TMPDIR="+r.t.TempDir())
}

// saves writes the files that a page shows above a line.
func (r *reader) saves(p *docsPage, line int) {
	r.t.Helper()
	for _, f := range p.files() {
		if f.line < line {
			path := filepath.Join(r.user, f.name)
			check(r.t, os.MkdirAll(filepath.Dir(path), 0o700))
			check(r.t, os.WriteFile(path, []byte(f.text), 0o600))
		}
	}
}

// testingFile is the text of a file of docs/TESTING.md.
func testingFile(t *testing.T, name string) string {
	t.Helper()
	for _, p := range pages(t) {
		for _, f := range p.files() {
			if filepath.Base(p.path) == "TESTING.md" && f.name == name {
				return f.text
			}
		}
	}
	t.Fatalf("docs/TESTING.md has no file %s", name)
	return ""
}

// lintWorkflow reads a workflow of GitHub Actions, and returns what actionlint finds: keys, expressions, and the
// inputs of well-known actions.
func lintWorkflow(text string) (*actionlint.Workflow, []string, error) {
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{})
	if err != nil {
		return nil, nil, err
	}
	var found []string
	faults, err := linter.Lint("test.yml", []byte(text), nil)
	for _, fault := range faults {
		found = append(found, fault.Error())
	}
	workflow, _ := actionlint.Parse([]byte(text)) // its faults are among those
	return workflow, found, err
}

// gitlabJob has the keys of a job that ours may have (docs.gitlab.com/ci/yaml). Another key is a mistake.
type gitlabJob struct {
	Image     string
	Variables map[string]string
	Cache     struct {
		Key   string
		Paths []string
	}
	BeforeScript []string `yaml:"before_script"`
	Script       []string
	Artifacts    struct {
		When  string
		Paths []string
	}
	Timeout string
}

func parseGitlab(text string) (jobs map[string]gitlabJob, err error) {
	decoder := yaml.NewDecoder(strings.NewReader(text))
	decoder.KnownFields(true)
	return jobs, decoder.Decode(&jobs)
}

// TestDocsPipelines: the workflow and the pipeline of docs/TESTING.md are of their formats, and what they run exists.
func TestDocsPipelines(t *testing.T) {
	workflow, faults, err := lintWorkflow(testingFile(t, ".github/workflows/test.yml"))
	check(t, err)
	for _, fault := range faults {
		t.Error(fault)
	}
	var commands []string
	for _, step := range workflow.Jobs["test"].Steps {
		if run, is := step.Exec.(*actionlint.ExecRun); is {
			commands = append(commands, run.Run.Value)
		}
	}
	jobs, err := parseGitlab(testingFile(t, ".gitlab-ci.yml"))
	check(t, err)
	commands = append(append(commands, jobs["test"].BeforeScript...), jobs["test"].Script...)
	if len(commands) != 5 {
		t.Errorf("the two files run %q", commands)
	}
	for _, command := range commands {
		if problem := faultInCommand(command); problem != "" {
			t.Errorf("%q: %s", command, problem)
		}
	}
}

// TestDocsPipelinesBite: what is not of its format is found.
func TestDocsPipelinesBite(t *testing.T) {
	for _, step := range []string{
		"run: [x]", "uses: checkout", "uses: actions/cache@v4\n        with: {paths: x, key: y}", "run: echo ${{ runer.os }}", "run: x\n        when: always",
	} {
		text := "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - " + step + "\n"
		if _, faults, err := lintWorkflow(text); err == nil && len(faults) == 0 {
			t.Errorf("%q goes through", step)
		}
	}
	for _, text := range []string{"test: {scripts: [x]}", "test: {script: {a: b}}", "test: {cache: {path: [x]}}", "test: {variables: [x]}"} {
		if _, err := parseGitlab(text); err == nil {
			t.Errorf("%q goes through", text)
		}
	}
}
