package e2e_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// atOnce bounds an answer that waits for nothing: far less than the minute that a start waits by
// itself, and enough for a machine that is busy with much else.
const atOnce = 25 * time.Second

var lockNames = []string{"temporal.lock", "supervisor.lock"}

// TestForeignLock: a foreign process that holds a lock is named at once, with the
// standard timeouts, and left alone; once it is gone nothing is in the way.
func TestForeignLock(t *testing.T) {
	besiege(t, func(h *siege) {
		for _, name := range lockNames {
			foreign, end := h.startForeign("holdlock", filepath.Join(h.home, name))
			for _, verb := range []string{"start", "stop", "restart"} {
				r := h.must([]string{verb}, 1)
				if r.took > atOnce || !strings.Contains(r.out, fmt.Sprintf("pid %d ", foreign.PID)) {
					h.t.Errorf("%s: not named at once: %s", name, r)
				}
				h.unharmed(foreign, verb)
			}
			if r := h.must([]string{"state", "--explain"}, 3); !strings.Contains(r.out, fmt.Sprintf("pid %d ", foreign.PID)) {
				h.t.Errorf("%s: not named: %s", name, r)
			}
			end()
			h.converges(h.anyVerb())
			h.down()
		}
	})
}

// TestStolenSupervisorLock: a foreign process takes the supervisor.lock that replaced the one of
// a supervisor that lives. Temporal serves on; the process that took supervisor.lock is named.
func TestStolenSupervisorLock(t *testing.T) {
	besiege(t, func(h *siege) {
		h.up()
		temporal := h.temporals()[0]
		seat := filepath.Join(h.home, "supervisor.lock")
		foreign, end := h.startForeign("holdlock", seat+".new")
		check(h.t, os.Rename(seat, seat+".old"))
		check(h.t, os.Rename(seat+".new", seat))
		for _, verb := range []string{"start", "stop"} {
			if r := h.must([]string{verb}, 1); r.took > atOnce || !strings.Contains(r.out, fmt.Sprintf("pid %d ", foreign.PID)) {
				h.t.Errorf("not named at once: %s", r)
			}
		}
		h.unharmed(foreign, "the new lock")
		end()
		h.up()
		if list := h.temporals(); list[0] != temporal {
			h.t.Errorf("pid %d instead of %d", list[0], temporal)
		}
		h.down()
	})
}

// TestLockIsNoFile plants what is no file where a lock belongs, in each
// situation: it is named at once, not followed and not removed; no second
// Temporal comes of it, and once it is gone a stop leaves nothing.
func TestLockIsNoFile(t *testing.T) {
	besiege(t, func(h *siege) {
		precious := filepath.Join(h.dir, "precious")
		check(h.t, os.WriteFile(precious, []byte("mine"), 0o600))
		plants := []plant{
			{"folder", func(path string) error { return os.Mkdir(path, 0o700) }},
			{"pipe", func(path string) error { return syscall.Mkfifo(path, 0o600) }},
			{"symlink", func(path string) error { return os.Symlink(precious, path) }},
			{"dangling symlink", func(path string) error { return os.Symlink(path+".nothing", path) }},
			{"socket", plantSocket},
		}
		for _, p := range rows(h, plants) {
			for _, lock := range drawn(h, 1, lockNames) {
				for _, situation := range drawn(h, 1, situations) {
					verb := []string{"start", "stop", "restart"}[h.rand.IntN(3)]
					what := fmt.Sprintf("%s as %s while %s, then %s", p.name, lock, situation, verb)
					h.t.Log(what)
					path := filepath.Join(h.home, lock)
					h.bring(situation)
					check(h.t, os.Remove(path))
					check(h.t, p.put(path))
					h.refused(what, situation, verb, path)
					if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
						check(h.t, os.Remove(path))
					} else {
						h.t.Errorf("%s: it was replaced: %v", what, err)
					}
					if _, err := os.Lstat(path + ".nothing"); err == nil {
						h.t.Fatalf("%s: a link was followed", what)
					}
					if kept, err := os.ReadFile(precious); err != nil || string(kept) != "mine" {
						h.t.Fatalf("%s: the target has %q, %v", what, kept, err)
					}
					h.down()
				}
			}
		}
	})
}

// refused: where nothing supervises, nothing can be done without the lock. A
// living supervisor needs no path to obey a stop.
func (h *siege) refused(what, situation, verb, path string) {
	h.t.Helper()
	state := h.must([]string{"state"}, 4)
	r := h.run(verb)
	if r.took > atOnce+2*time.Second {
		h.t.Errorf("%s: not at once: %s", what, r)
	}
	if situation == "supervised" && r.code == 0 {
		return
	}
	for _, r := range []result{state, r} {
		if !strings.Contains(r.out, path) || !strings.Contains(r.out, "not a lock file") {
			h.t.Errorf("%s: not named: %s", what, r)
		}
	}
	if r.code != 1 {
		h.t.Errorf("%s: not refused: %s", what, r)
	}
}

// plantSocket binds by a short name: a socket's path has a limit of some 100 bytes.
func plantSocket(path string) error {
	short := filepath.Join(os.TempDir(), fmt.Sprintf("s%d", os.Getpid()))
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: short})
	if err != nil {
		return err
	}
	l.SetUnlinkOnClose(false)
	return errors.Join(l.Close(), os.Rename(short, path))
}

// TestLockTakenAway deletes, moves or replaces lock files under a running
// Temporal, with its supervisor and without: the next command does its work or
// refuses, there is never a second Temporal, and a stop leaves nothing.
func TestLockTakenAway(t *testing.T) {
	besiege(t, func(h *siege) {
		take := []plant{
			{"deleted", os.Remove},
			{"moved", func(path string) error { return os.Rename(path, path+".away") }},
			{"moved out", func(path string) error { return os.Rename(path, filepath.Join(h.dir, filepath.Base(path))) }},
			{"replaced", func(path string) error { return errors.Join(os.Remove(path), os.WriteFile(path, nil, 0o600)) }},
			{"moved and made", func(path string) error {
				return errors.Join(os.Rename(path, path+".old"), os.WriteFile(path, nil, 0o600))
			}},
			{"read only", func(path string) error { return os.Chmod(path, 0o400) }},
			{"written into", func(path string) error { return os.WriteFile(path, []byte("1\n"), 0o600) }},
		}
		for _, p := range rows(h, take) {
			for _, locks := range drawn(h, 1, [][]string{lockNames[:1], lockNames[1:], lockNames}) {
				for _, situation := range drawn(h, 1, situations[1:]) {
					verb := h.anyVerb()
					what := fmt.Sprintf("%s: %v while %s, then %s", p.name, locks, situation, verb)
					h.t.Log(what)
					temporal := h.bring(situation)
					for _, lock := range locks {
						check(h.t, p.put(filepath.Join(h.home, lock)))
					}
					h.convergesOrRefuses(what, verb, temporal)
					h.down()
					for _, lock := range lockNames {
						check(h.t, os.Chmod(filepath.Join(h.home, lock), 0o600))
					}
				}
			}
		}
	})
}

func (h *siege) convergesOrRefuses(what, verb string, temporal int) {
	h.t.Helper()
	r := h.run(verb)
	list := h.temporals()
	same := len(list) == 1 && list[0] == temporal
	var fine bool
	switch verb {
	case "stop":
		fine = r.code == 0 && len(list) == 0
	case "start":
		fine = same
	case "state":
		fine = same && (r.code == 0 || r.code == 8)
	case "restart":
		fine = r.code == 0 && len(list) == 1 && !same || r.code == 1 && same
	}
	if !fine || r.took > 3*atOnce {
		h.t.Errorf("%s: %v run, before it %d did; %s", what, list, temporal, r)
	}
}

// TestUnreadableLock is a lock that may not be opened: it needs a user whom
// permissions bind.
func TestUnreadableLock(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root, to run as another user")
	}
	besiege(t, func(h *siege) {
		h.as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		check(h.t, os.Chown(h.home, nobody, nobody))
		h.openTo(nobody)
		for _, name := range lockNames {
			path := filepath.Join(h.home, name)
			check(h.t, os.WriteFile(path, nil, 0))
			check(h.t, os.Chmod(path, 0))
			check(h.t, os.Chown(path, nobody, nobody))
			for _, verb := range []string{"start", "stop", "restart"} {
				if r := h.must([]string{verb}, 4, 1); r.took > atOnce || !strings.Contains(r.out, path) || !strings.Contains(r.out, "permission denied") {
					h.t.Errorf("not named at once: %s", r)
				}
			}
			h.must([]string{"state"}, 3, 4) // the kernel's table of locks needs no opening of it
			check(h.t, os.Chmod(path, 0o600))
			h.up()
			check(h.t, os.Chmod(path, 0))
			temporal := h.temporals()[0]
			h.must([]string{"state"}, 0, 4, 8)
			r := h.must([]string{"stop"}, 0, 1, 4)
			// The supervisor has the lock open and obeys: then the command cannot prove
			// that, names the lock, and the record says Stopped.
			list, state := h.temporals(), lookup(decode(h.record()), ".state")
			obeyed := len(list) == 0 && state == "Stopped" && (r.code == 0 || strings.Contains(r.out, path) && !strings.Contains(r.out, "nothing was started or stopped"))
			if failed := r.code != 0 && slices.Equal(list, []int{temporal}); !obeyed && !failed {
				h.t.Errorf("%v run after %d ran, the state is %s and %s", list, temporal, state, r)
			}
			check(h.t, os.Chmod(path, 0o600))
			h.down()
		}
	})
}

// openTo lets another user run the programs, which lie in folders of our own.
func (h *place) openTo(uid int) {
	h.t.Helper()
	for dir := h.dir; dir != os.TempDir() && len(dir) > 1; dir = filepath.Dir(dir) {
		check(h.t, os.Chmod(dir, 0o755))
	}
	bin, temporal := filepath.Join(h.dir, "stigmer"), filepath.Join(h.dir, "temporal")
	install(h.t, h.bin, bin)
	install(h.t, h.temporalBin(), temporal)
	h.bin = bin
	plain := filepath.Join(h.dir, "user")
	check(h.t, os.Mkdir(plain, 0o700))
	check(h.t, os.Chown(plain, uid, uid))
	h.env = append(h.env, "STIGMER_TEMPORAL_BIN="+temporal, "HOME="+plain, "USER=somebody", "FAKE_CHILD_PID=", "FAKE_TEMPORAL_PLAN=")
}
