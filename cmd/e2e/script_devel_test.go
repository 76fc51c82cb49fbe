package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"
)

// devel is a Temporal CLI that was built from a source archive: the Go linker knows
// its module and that of the server, 1.31.0, and no version of its own. Run for its version it prints FILE.says and adds a line to
// FILE.ran; everything else is $TEMPORAL's.
const devel = `package main

import ("fmt"; "os"; "syscall"; _ "go.temporal.io/server")

func main() {
	exe, _ := os.Executable()
	if len(os.Args) > 1 && os.Args[1] == "--version" {
		log, _ := os.OpenFile(exe+".ran", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		fmt.Fprintln(log, "ran")
		says, _ := os.ReadFile(exe + ".says")
		fmt.Print(string(says))
		return
	}
	os.Args[0] = os.Getenv("TEMPORAL")
	fmt.Println(syscall.Exec(os.Args[0], os.Args, os.Environ()))
}
`

// cmdDevel builds devel and says what it prints for its version: "devel FILE TEXT".
func cmdDevel(ts *testscript.TestScript, neg bool, args []string) {
	requireUsage(ts, neg, len(args) == 2, "devel FILE TEXT")
	source, path := ts.MkAbs("devel"), ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Join(source, "server"), 0o700))
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o700))
	for name, text := range map[string]string{
		"main.go": devel, "go.mod": "module github.com/temporalio/cli\nrequire go.temporal.io/server v1.31.0\nreplace go.temporal.io/server => ./server\n",
		"server/server.go": "package server\n", "server/go.mod": "module go.temporal.io/server\n",
	} {
		ts.Check(os.WriteFile(filepath.Join(source, name), []byte(text), 0o600))
	}
	build := exec.Command("go", "build", "-buildvcs=false", "-o", path, ".")
	build.Dir = source
	if out, err := build.CombinedOutput(); err != nil {
		ts.Fatalf("%v\n%s", err, out)
	}
	ts.Check(os.WriteFile(path+".says", []byte(args[1]+"\n"), 0o600))
}
