package environment

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
)

func TestLend(t *testing.T) {
	for what, c := range map[string]struct {
		environ, patterns, lent, withheld string
	}{
		"nothing":                            {"", "", "", ""},
		"what every program has":             {"HOME=/none PATH=/bin LC_ALL=C SSL_CERT_FILE=x", "", "HOME=/none LC_ALL=C PATH=/bin SSL_CERT_FILE=x", ""},
		"what is for its runtime":            {"GOGC=off GOMAXPROCS=1 no_proxy=x HTTPS_PROXY= TEMPORAL_VERSION_CHECK_DISABLED=1", "", "GOGC=off GOMAXPROCS=1 HTTPS_PROXY= TEMPORAL_VERSION_CHECK_DISABLED=1 no_proxy=x", ""},
		"what would shape it":                {"GODEBUG=x TEMPORAL_ENV=prod OTEL_TRACES_EXPORTER=console GRPC_XDS_BOOTSTRAP=x", "", "", "GODEBUG GRPC_XDS_BOOTSTRAP OTEL_TRACES_EXPORTER TEMPORAL_ENV"},
		"what is for clients is not lent":    {"TEMPORAL_ADDRESS=x TEMPORAL_METRICS_ADDRESS=x TEMPORAL_TLS_CERT_DATA=x TEMPORAL_API_KEY=x", "", "", ""},
		"the others are not lent":            {"EDITOR=vi AWS_SECRET_ACCESS_KEY=x GOFLAGS=-x TERM=xterm", "", "", ""},
		"what a program in it reads":         {"TEMPORAL_DEBUG=1 SQLITE_TMPDIR=/x GRPC_GO_LOG_SEVERITY_LEVEL=info LD_PRELOAD=/x.so", "", "", "GRPC_GO_LOG_SEVERITY_LEVEL LD_PRELOAD SQLITE_TMPDIR TEMPORAL_DEBUG"},
		"an empty one shapes nothing":        {"GODEBUG= TEMPORAL_ENV=", "", "", ""},
		"names and patterns":                 {"AWS_REGION=x AWSX=1 OTEL_X=1 GODEBUG=1 B=a=b", "AWS_* OTEL_? GODEBUG B", "AWS_REGION=x B=a=b GODEBUG=1 OTEL_X=1", ""},
		"everything, but not what is ours":   {"A=1 STIGMER_INSTANCE=/other STIGMER_HOME=/x TZ=Asia/Tokyo NOTIFY_SOCKET=/run/x WATCHDOG_PID=7", "*", "A=1", ""},
		"a case of its own":                  {"path=x Home=y lc_all=z", "", "", ""},
		"what has no name, or is no setting": {"=C:=x LONELY PATHS=x XHOME=x LC_=", "", "LC_=", ""},
	} {
		got := Lend(strings.Fields(c.environ), strings.Fields(c.patterns))
		want := strings.TrimSpace(c.lent + " TZ=UTC")
		if lent := strings.Join(got.Lent.List(), " "); lent != want || !got.Known() {
			t.Errorf("%s: lent %q, want %q", what, lent, want)
		}
		if withheld := strings.Join(got.Withheld.List(), " "); withheld != c.withheld {
			t.Errorf("%s: withheld %q, want %q", what, withheld, c.withheld)
		}
	}
}

func TestStarted(t *testing.T) {
	lent := Lend([]string{"PATH=/bin"}, nil)
	for patterns, want := range map[fsm.Names]string{
		"":     "PATH=/bin|TZ=UTC|STIGMER_INSTANCE=/home",
		"A,B*": "PATH=/bin|TZ=UTC|STIGMER_INSTANCE=/home|STIGMER_PASS_ENV=A,B*",
	} {
		if got := strings.Join(ForTemporal(lent, patterns, "/home"), "|"); got != want {
			t.Errorf("%q: %q, want %q", patterns, got, want)
		}
	}
}

// What a running process was lent is read back as it was recorded.
func TestOf(t *testing.T) {
	lent := Lend([]string{"PATH=/bin", "A_B=1\n\xff", "C=hidden", "GODEBUG=x"}, []string{"A_*"})
	lent.Withheld = ""
	child := exec.Command(os.Args[0], "-test.run=^TestWaits$") // a Mac hides the environment of its own programs
	child.Env = ForTemporal(lent, "A_*", "/home")
	input, err := child.StdinPipe()
	stage.Check(t, err)
	output, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	stage.Check(t, err)
	defer child.Wait()
	defer input.Close()
	if _, err := output.Read(make([]byte, 1)); err != nil { // in the middle of execve(2) it has no environment yet
		t.Fatal(err)
	}
	got, patterns := OfProcess(fsm.Process{PID: child.Process.Pid})
	if got != lent || patterns != "A_*" {
		t.Errorf("read back %q by %q, want %q", got.Lent, patterns, lent.Lent)
	}
	if got, patterns := OfProcess(fsm.Process{PID: 1 << 30}); got.Known() || patterns != "" {
		t.Errorf("of no process: %q by %q", got.Lent, patterns)
	}
}

// TestWaits is what TestOf starts: it prints a line, and ends with its standard input.
func TestWaits(t *testing.T) {
	if os.Getenv(proc.InstanceVariable) == "/home" {
		os.Stdout.WriteString("\n")
		os.Stdin.Read(make([]byte, 1))
	}
}

func TestCheck(t *testing.T) {
	for _, good := range []string{"A", "AWS_*", "a?", "[AB]_X", "*", "GODEBUG", "STIGMER_*", `A\*`, "[^A-Z]*"} {
		if why := CheckPattern(good); why != "" {
			t.Errorf("%q %s", good, why)
		}
	}
	for bad, why := range map[string]string{
		"": "not the name", "A=1": "not the name", "A B": "not the name", "A,B": "not the name", "A\x00": "not the name",
		"[": "not a pattern", "AWS_[A-": "not a pattern", `A\`: "not a pattern", "X[]": "not a pattern",
		"TZ": "never passed on", "STIGMER_INSTANCE": "never passed on", "STIGMER_PORT": "never passed on", "NOTIFY_SOCKET": "never passed on",
	} {
		if got := CheckPattern(bad); !strings.Contains(got, why) {
			t.Errorf("%q: %q, want %q", bad, got, why)
		}
	}
}

func TestPresetIsToldWhereItWouldCount(t *testing.T) {
	home := t.TempDir()
	file := filepath.Join(home, presetFile)
	stage.Check(t, os.MkdirAll(filepath.Dir(file), 0o700))
	environ := []string{"HOME=" + home}
	prod := append(slices.Clone(environ), "TEMPORAL_ENV=prod")
	of := func(name, flags string) string { return `the preset "` + name + `" of ` + file + " (" + flags + ")" }
	for text, want := range map[string][2]string{
		"": {"", ""},
		"env:\n  default:\n    ui-ip: 0.0.0.0\n    address: x\n    headless: true\n": {of("default", "headless, ui-ip"), ""},
		"env:\n  default:\n    address: a\n    tls-server-name: b\n":                 {"", ""},
		"env:\n  prod:\n    command-timeout: 2s\n":                                   {"", of("prod", "command-timeout")},
		"env: [no, presets]\n": {"", ""},
		"{{{":                  {"", ""},
	} {
		stage.Check(t, os.WriteFile(file, []byte(text), 0o600))
		for i, env := range [][]string{environ, prod} {
			if got := strings.Join(presetWithheld(env), "|"); got != want[i] {
				t.Errorf("%q: %q, want %q", text, got, want[i])
			}
		}
	}
	for _, environ := range [][]string{nil, {"HOME="}, {"HOME=relative"}, {"HOME=" + filepath.Join(home, "none")}} {
		if got := presetWithheld(environ); got != nil {
			t.Errorf("%q: %q", environ, got)
		}
	}
}
