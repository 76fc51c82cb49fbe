package e2e_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stigmer/local/actions/program"
	"github.com/stigmer/local/cmd/internal/cli"
)

func TestMain(m *testing.M) {
	if _, set := os.LookupEnv("STIGMER_MIRROR"); !set { // no test reaches out: nothing listens there
		os.Setenv("STIGMER_MIRROR", "http://127.0.0.1:1")
	}
	guarded(func() int {
		if err := buildPrograms(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	})
}

// TestScripts runs testdata/script/*.txtar side by side on the fake Temporal,
// each in a home and on ports of its own. A script ends with nothing left running.
func TestScripts(t *testing.T) {
	t.Parallel()
	runScripts(t, "", "*")
}

// TestRealScripts runs those that do not say "[real] skip" on a real Temporal,
// so that the fake cannot drift from it.
func TestRealScripts(t *testing.T) {
	t.Parallel()
	real := os.Getenv(realTemporalVariable)
	if real == "" {
		t.Skip(realTemporalVariable + " names no Temporal; make test does")
	}
	runScripts(t, real, "*")
}

// TestOldScripts runs the main ones on an older Temporal as well.
func TestOldScripts(t *testing.T) {
	t.Parallel()
	old := os.Getenv(oldTemporalVariable)
	if old == "" {
		t.Skip(oldTemporalVariable + " names no Temporal; make test does")
	}
	runScripts(t, old, "start_stop", "start_twice", "crash_restart", "both_killed", "supervisor_killed_*", "hung_stop", "logs", "reset_*", "flags_hold", "setup*", "home_name", "list", "result_json", "port_drawn", "run", "stop_now")
}

// realTemporalVariable names the environment variable with the path of the
// Temporal CLI that the TestReal tests use, oldTemporalVariable that of an older
// one, for the main stories.
const (
	realTemporalVariable = "STIGMER_REAL_TEMPORAL"
	oldTemporalVariable  = "STIGMER_OLD_TEMPORAL"
)

// runScripts runs the scripts that patterns name, on a real Temporal or the fake.
func runScripts(t *testing.T, real string, patterns ...string) {
	var files []string
	for _, pattern := range patterns {
		found, err := filepath.Glob(filepath.Join("testdata", "script", pattern+".txtar"))
		check(t, err)
		files = append(files, found...)
	}
	testscript.Run(t, testscript.Params{
		Files:               files,
		RequireExplicitExec: true,
		Setup:               func(env *testscript.Env) error { return setUp(env, real) },
		Condition: func(name string) (bool, error) {
			switch name {
			case "real":
				return real != "", nil
			case "old":
				return real != "" && real == os.Getenv(oldTemporalVariable), nil
			case "blunt":
				return blunt, nil
			case "ipv6":
				return hasIPv6(), nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"alive":         cmdAlive,
			"await":         cmdAwait,
			"await-dead":    cmdAwaitDead,
			"await-file":    cmdAwaitFile,
			"await-serving": cmdAwaitServing,
			"await-text":    cmdAwaitText,
			"devel":         cmdDevel,
			"exits":         cmdExits,
			"get":           cmdGet,
			"glob":          cmdGlob,
			"json":          cmdJSON,
			"listen":        cmdListen,
			"load":          cmdLoad,
			"mirror":        cmdMirror,
			"pid":           cmdPID,
			"recorded":      cmdRecorded,
			"same":          cmdSame,
			"schema":        cmdSchema,
			"serving":       cmdServing,
			"signal":        cmdSignal,
			"steady":        cmdSteady,
			"unlisten":      cmdUnlisten,
			"write":         cmdWrite,
		},
	})
}

// passFake has Temporal get the variables that say what the fake does.
const passFake = "BIN,FAKE_*,GORACE,TEMPORAL"

// setUp gives a script its own home, ports and files. The home does not exist
// yet. GORACE spares a program built with -race its second of sleep at exit.
func setUp(env *testscript.Env, real string) error {
	user := filepath.Join(env.WorkDir, "user")
	if err := os.MkdirAll(user, 0o700); err != nil {
		return err
	}
	if err := useTemporal(env, real); err != nil {
		return err
	}
	for _, name := range []string{"PORT", "UIPORT", "PORT2", "UIPORT2"} {
		port, err := freePort()
		if err != nil {
			return err
		}
		env.Setenv(name, port)
	}
	env.Setenv("VERSION", strings.TrimPrefix(cli.TemporalVersion, "v"))
	env.Setenv("REAL_VERSION", program.InFile(context.Background(), "", real).Version)
	env.Setenv("STIGMER_MIRROR", os.Getenv("STIGMER_MIRROR"))
	env.Setenv("TEMPORAL", cmp.Or(real, filepath.Join(programFolder(), "temporal")))
	env.Setenv("HOME", user)
	env.Setenv("STIGMER_HOME", filepath.Join(env.WorkDir, "home"))
	env.Setenv("RECORD", filepath.Join(env.WorkDir, "home", "temporal.state.json"))
	env.Setenv("STIGMER_PORT", env.Getenv("PORT"))
	env.Setenv("STIGMER_UI_PORT", env.Getenv("UIPORT"))
	env.Setenv("BIN", programFolder())
	databases, err := filepath.Abs(filepath.Join("..", "..", "probes", "sqlite", "testdata"))
	if err != nil {
		return err
	}
	env.Setenv("DATABASES", databases)
	env.Setenv("HARNESS_PID", fmt.Sprint(os.Getpid()))
	env.Setenv("UID", fmt.Sprint(os.Getuid()))
	env.Setenv("FAKE_TEMPORAL_PLAN", filepath.Join(env.WorkDir, "plan"))
	env.Setenv("FAKE_SPAWNS", filepath.Join(env.WorkDir, "spawns"))
	env.Setenv("FAKE_CHILD_PID", filepath.Join(env.WorkDir, "child.pid"))
	if os.Getenv("GORACE") == "" {
		env.Setenv("GORACE", "atexit_sleep_ms=0")
	}
	if real == "" {
		env.Setenv("STIGMER_PASS_ENV", passFake)
	}
	s := &script{dir: env.WorkDir, listeners: map[string]net.Listener{}}
	env.Values[scriptKey{}] = s
	env.Defer(func() { s.end(env.T()) })
	return nil
}

// useTemporal puts the real Temporal before the fake in PATH, if there is one, and
// with it the program as it is shipped: the race detector sees the same stories with
// the fake.
func useTemporal(env *testscript.Env, real string) error {
	if real == "" {
		return nil
	}
	stigmer, err := buildPlain()
	if err != nil {
		return err
	}
	dir := filepath.Join(env.WorkDir, "real")
	env.Setenv("PATH", dir+string(os.PathListSeparator)+env.Getenv("PATH"))
	return errors.Join(os.Mkdir(dir, 0o700), os.Symlink(real, filepath.Join(dir, "temporal")), os.Symlink(stigmer, filepath.Join(dir, "stigmer")))
}

// nextPort walks through ports below the ranges from which Linux and macOS
// take ports for outgoing connections, from a start that two test binaries
// are unlikely to share.
var nextPort = func() *atomic.Int32 {
	var n atomic.Int32
	n.Store(int32(15000 + os.Getpid()%100*150))
	return &n
}()

var givenAway sync.Map // of ports, with what shows it to others

func freePort() (string, error) {
	for range 1000 {
		port := fmt.Sprint(nextPort.Add(1))
		address := net.JoinHostPort("127.0.0.1", port)
		// Kept until this binary ends: another one that runs meanwhile, whose walk
		// leads to the same number, sees that it is given away.
		sign, err := net.ListenPacket("udp4", address)
		if err != nil {
			continue
		}
		givenAway.Store(port, sign)
		if l, err := net.Listen("tcp", address); err == nil {
			return port, l.Close()
		}
	}
	return "", errors.New("no free port")
}
