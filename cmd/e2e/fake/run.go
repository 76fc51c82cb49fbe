package main

import (
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"syscall"
	"time"
)

// run lives one life of the fake and returns its exit status. The behaviours:
//
//	ok                  serve until SIGTERM or SIGINT, then exit 0 (as "" does)
//	exit1               print three lines and exit 1 at once
//	segv                die of SIGSEGV at once
//	ignore-term         ignore SIGTERM and SIGINT
//	grandchild          start a child in the same process group
//	escape              start a child in a session of its own that ignores SIGTERM
//	escape-exit         the same, then exit 1
//	half-db             make an empty database file and die, where there was none
//	scribble            write into the database that is there, and exit 1
//	gate=FILE           listen only once FILE exists
//	never-ready         listen, but health says NOT_SERVING
//	no-namespace        health says SERVING, but no namespace is found
//	no-history          the same, but what crosses to history is not answered
//	no-matching         the same of matching; of these three NAME=FILE is so while FILE exists
//	no-ui=FILE          stop listening for the web UI once FILE exists
//	slow=FILE           answer each call after the time that FILE says, at once without it
//	deaf                accept connections and never answer
//	chatty=BYTES        write tens of megabytes to the log while it serves, and pause while it has more than these
//	flood               write to the log as fast as it can, from its first moment to its last
//	server=VERSION      say that the server has this version
//	exit-after-serving  exit 3 once $FAKE_GATE exists; without it, once a client could work
//
// Children inherit every descriptor that the fake was given, as Temporal's do:
// what came through exec is not close-on-exec, and exec.Cmd closes nothing else.
func (f *fake) run() int {
	if f.has("flood") {
		go flood(os.Stderr)
	}
	switch {
	case f.has("exit1"):
		fmt.Println("fake: reading configuration")
		fmt.Println("fake: something is wrong")
		return f.fail("fake: cannot go on")
	case f.has("segv"):
		return f.fail(dieOfSegv().Error())
	}
	if err := f.startChildren(); err != nil {
		return f.fail(err.Error())
	}
	if f.has("escape-exit") {
		return f.fail("fake: the leader gives up")
	}
	if err := f.openDatabase(); err != nil {
		return f.fail(err.Error())
	}
	if f.has("scribble") {
		// Where SQLite's header has room for later versions.
		_, err := f.database.WriteAt(fmt.Append(nil, os.Getpid()), 72)
		return f.fail(fmt.Sprint("fake: this version cannot go on ", err))
	}
	if f.has("gate") && !f.await(f.modes["gate"]) {
		return 0
	}
	return f.serve()
}

func (f *fake) fail(message string) int {
	f.log("ERROR", message)
	return 1
}

// log writes a line as Temporal does: the time is the process's local one, and
// names no zone.
func (f *fake) log(level, message string) {
	var least, own slog.Level
	if f.logLevel == "never" || least.UnmarshalText([]byte(f.logLevel)) != nil || own.UnmarshalText([]byte(level)) != nil || own < least {
		return
	}
	if f.logFormat == "json" {
		fmt.Fprintf(os.Stderr, "{\"time\":%q,\"level\":%q,\"msg\":%q}\n", time.Now().UTC().Format(time.RFC3339Nano), level, message)
		return
	}
	fmt.Fprintf(os.Stderr, "time=%s level=%s msg=%q\n", time.Now().Format("2006-01-02T15:04:05.000"), level, message)
}

// await waits for a file; it is false if a signal came first.
func (f *fake) await(path string) bool {
	for tick := time.NewTicker(5 * time.Millisecond); ; {
		if _, err := os.Stat(path); err == nil {
			return true
		}
		select {
		case <-f.stop:
			return false
		case <-tick.C:
		}
	}
}

// fakeSchema is a database with some of Temporal's tables, and a namespace.
//
//go:embed testdata/fake.db
var fakeSchema []byte

// openDatabase does what Temporal does with its SQLite file: the schema is
// made only where there was no file, and a file without it is fatal. The file
// stays open until the process ends.
func (f *fake) openDatabase() error {
	if f.db == "" {
		return nil
	}
	file, err := os.OpenFile(f.db, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return f.checkDatabase()
	}
	if err != nil {
		return err
	}
	f.database = file
	if f.has("half-db") {
		return syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	_, err = file.Write(fakeSchema)
	return err
}

func (f *fake) checkDatabase() error {
	file, err := os.OpenFile(f.db, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	f.database = file
	info, err := file.Stat()
	if err == nil && info.Size() == 0 {
		err = errors.New("failed starting server: failed creating namespaces: SQL logic error: no such table: cluster_metadata_info (1)")
	}
	return err
}

// dieOfSegv becomes a shell, since a Go program answers SIGSEGV itself.
func dieOfSegv() error {
	return syscall.Exec("/bin/sh", []string{"sh", "-c", "ulimit -c 0; kill -SEGV $$"}, os.Environ())
}
