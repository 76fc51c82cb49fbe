package stage

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Commands are orders of one package's tests, by their first word. The second is given to the
// function; the file that it returns stays open.
type Commands map[string]func(word string) (*os.File, error)

// Main runs a package's tests and returns the exit status. In a process that a test has started
// it plays another program instead: the first argument is its role. The role server is Temporal,
// which finds its director's address in the file control in its working folder; the others have
// it as their last argument.
func Main(m *testing.M, commands Commands) (status int) {
	if len(os.Args) < 2 || strings.HasPrefix(os.Args[1], "-") {
		if os.Getenv("GORACE") == "" { // a program with the race detector sleeps before it exits
			os.Setenv("GORACE", "atexit_sleep_ms=0")
		}
		return m.Run()
	}
	files := openFiles() // before anything of ours is open
	time.AfterFunc(actorLifetime, func() { panic("the test that has started this process is gone") })
	status, err := play(files, commands)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 98
	}
	return status
}

// actorLifetime bounds what a broken test can leave behind.
const actorLifetime = 5 * time.Minute

// greeting is what an actor says of itself.
type greeting struct {
	PID, PGID, SID int
	Dir            string
	Args           []string
	Instance       []string       // every value of InstanceVariable in its environment
	Files          map[int]string // descriptor to where it leads; Linux only
}

// play says hello to the director and obeys it until it hangs up, or has it exit with a status.
func play(files map[int]string, commands Commands) (status int, err error) {
	address := os.Args[len(os.Args)-1]
	if os.Args[1] == "server" {
		data, err := os.ReadFile("control")
		if err != nil {
			return 0, err
		}
		address = string(data)
		fmt.Println("fake Temporal: spawned")
	}
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return 0, err
	}
	self := greeting{PID: os.Getpid(), PGID: unix.Getpgrp(), Args: os.Args, Files: files}
	self.SID, _ = unix.Getsid(0)
	self.Dir, _ = os.Getwd()
	for _, entry := range os.Environ() {
		if value, ok := strings.CutPrefix(entry, "STIGMER_INSTANCE="); ok {
			self.Instance = append(self.Instance, value)
		}
	}
	if err := json.NewEncoder(conn).Encode(self); err != nil {
		return 0, err
	}
	a := &acting{conn: conn, address: address, files: files, commands: commands}
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		words := strings.Split(lines.Text(), "\t")
		if words[0] == "exit" {
			return strconv.Atoi(words[1])
		}
		fmt.Fprintln(conn, strings.ReplaceAll(a.obey(words), "\n", " "))
	}
	return 0, nil
}

// acting is what a playing process has at hand.
type acting struct {
	conn     net.Conn
	address  string
	files    map[int]string
	commands Commands
	kept     []any

	appending sync.WaitGroup
}

func (a *acting) obey(words []string) string {
	switch words[0] {
	case "ping":
		return "pong"
	case "append": // "append FROM COUNT": lines to the inherited file, in the background
		from, _ := strconv.Atoi(words[1])
		count, _ := strconv.Atoi(words[2])
		a.append(from, count)
	case "appended":
		a.appending.Wait()
	case "print":
		fmt.Println(words[1])
	case "trap": // each signal is reported, none ends it
		signals := make(chan os.Signal, 16)
		signal.Notify(signals, unix.SIGTERM)
		go func() {
			for sig := range signals {
				fmt.Fprintln(a.conn, sig)
			}
		}()
	case "child":
		return verdict(a.child(words[1:]))
	case "drop": // what was inherited
		for fd := 3; a.files[fd] != ""; fd++ {
			unix.Close(fd)
		}
	case "lock":
		lock, err := os.OpenFile(words[1], os.O_RDWR|os.O_CREATE, 0o600)
		if err == nil {
			err = unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		}
		a.kept = append(a.kept, lock)
		return verdict(err)
	case "unlock": // the last lock
		a.kept[len(a.kept)-1].(*os.File).Close()
	case "listen":
		l, err := net.Listen("tcp", words[1])
		a.kept = append(a.kept, l)
		if err != nil {
			return verdict(err)
		}
		return l.Addr().String()
	default:
		command, ok := a.commands[words[0]]
		if !ok {
			return verdict(fmt.Errorf("unknown order %q", words))
		}
		file, err := command(words[1])
		a.kept = append(a.kept, file)
		return verdict(err)
	}
	return "ok"
}

// child starts another actor with the files that this one inherited. Words:
// setsid, setpgid, noenv (no environment), nolock (no files).
func (a *acting) child(words []string) error {
	cmd := exec.Command(os.Args[0], "actor", a.address)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: slices.Contains(words, "setsid"), Setpgid: slices.Contains(words, "setpgid")}
	if slices.Contains(words, "noenv") {
		cmd.Env = []string{"NOTHING=1"}
	}
	for fd := 3; a.files[fd] != ""; fd++ {
		unix.CloseOnExec(fd)
		if !slices.Contains(words, "nolock") {
			cmd.ExtraFiles = append(cmd.ExtraFiles, os.NewFile(uintptr(fd), a.files[fd]))
		}
	}
	a.kept = append(a.kept, cmd) // the finalizers would close the files
	for _, file := range cmd.ExtraFiles {
		a.kept = append(a.kept, file)
	}
	return cmd.Start()
}

// Line is what append writes for a number, without the line's end.
func Line(n int) string { return fmt.Sprintf("line %d %s", n, strings.Repeat("x", n%90)) }

// append writes lines to descriptor 3, one write each, after those it was asked
// for before.
func (a *acting) append(from, count int) {
	a.appending.Wait()
	a.appending.Go(func() {
		for n := from; n < from+count; n++ {
			unix.Write(3, []byte(Line(n)+"\n"))
		}
	})
}

func verdict(err error) string {
	if err != nil {
		return "error: " + err.Error()
	}
	return "ok"
}

// openFiles lists the descriptors that were inherited: an exec closes those that are marked, so
// a marked one is the runtime's own. The name is "?" where the system has none.
func openFiles() map[int]string {
	files := map[int]string{}
	for fd := range 64 {
		var stat unix.Stat_t
		if unix.Fstat(fd, &stat) != nil || ClosesOnExec(fd) {
			continue
		}
		files[fd] = "?"
		if name, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd)); err == nil {
			files[fd] = name
		}
	}
	return files
}
