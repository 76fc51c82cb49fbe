package statefile

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// role is set in a copy of the test binary that plays a writer.
const role = "STATEFILE_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "small-disk":
		smallDisk(Home(os.Args[1]))
	case "endless":
		endless(Home(os.Args[1]))
	default:
		os.Exit(m.Run())
	}
}

func play(t *testing.T, name string, home Home) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	check(t, err)
	cmd := exec.Command(self, string(home))
	cmd.Env = append(os.Environ(), role+"="+name)
	cmd.Stderr = os.Stderr
	return cmd
}

// smallDisk writes where no file may have more than 512 bytes (EFBIG, from the
// same place in write(2) as a full disk's ENOSPC).
func smallDisk(home Home) {
	limit := syscall.Rlimit{Cur: 512, Max: 512}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		fmt.Println("skip:", err)
		return
	}
	d := sample()
	d.Generation++
	err := File{home}.Save(d)
	fmt.Println(errors.Is(err, syscall.EFBIG), err)
}

func endless(home Home) {
	for d := sample(); ; d.Generation++ {
		if err := (File{home}).Save(d); err != nil {
			fmt.Println("error", err)
			return
		}
		fmt.Println(d.Generation)
	}
}

func TestFullDiskLeavesOldRecord(t *testing.T) {
	file := File{newHome(t)}
	check(t, file.Save(sample()))
	out, err := play(t, "small-disk", file.Home).Output()
	check(t, err)
	if strings.HasPrefix(string(out), "skip") {
		t.Skip(string(out))
	}
	if !strings.HasPrefix(string(out), "true write "+file.Home.State()) {
		t.Errorf("the writer said %s", out)
	}
	if d, err := file.Load(); err != nil || d.Generation != sample().Generation {
		t.Errorf("generation %d, %v", d.Generation, err)
	}
	if left := leftovers(t, file.Home); left != nil {
		t.Errorf("left behind: %v", left)
	}
}

// kill -9 of a writer, wherever it is: the record is whole and no older than the
// last one that was reported saved.
func TestKilledWriter(t *testing.T) {
	file := File{newHome(t)}
	for round := range 20 {
		cmd := play(t, "endless", file.Home)
		out, err := cmd.StdoutPipe()
		check(t, err)
		check(t, cmd.Start())
		var saved uint64
		lines := bufio.NewScanner(out)
		for range 1 + round%4 {
			lines.Scan()
		}
		cmd.Process.Kill()
		if _, err := fmt.Sscan(lines.Text(), &saved); err != nil {
			t.Errorf("the writer said %q", lines.Text())
		}
		cmd.Wait()
		d, err := file.Load()
		if err != nil || d.Generation < saved {
			t.Fatalf("round %d: generation %d after %d was saved, %v", round, d.Generation, saved, err)
		}
	}
}

func TestAtomicUnderReader(t *testing.T) {
	file := File{newHome(t)}
	check(t, file.Save(sample()))
	first, count := sample().Generation, uint64(200)
	done := make(chan error, 1) // the writer ends by itself; its result is read below
	go func() {
		d := sample()
		for range count {
			d.Generation++
			d.Failure.LogTail = strings.Repeat("x", int(d.Generation%7)*4096)
			if err := file.Save(d); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for last, reads := uint64(0), 0; last < first+count; reads++ {
		d, err := file.Load()
		if err != nil || d.Generation < last || len(d.Failure.LogTail)%4096 != 0 && d.Generation != first {
			t.Fatalf("read %d: generation %d after %d, %v", reads, d.Generation, last, err)
		}
		last = d.Generation
		select {
		case err := <-done:
			check(t, err)
			done <- nil
		default:
		}
	}
}
