package e2e_test

import (
	"context"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/shirou/gopsutil/v4/net"
)

// TestFaultLoopbackOnly: unless --ip says otherwise, nothing that runs here can
// be reached from another machine.
func TestFaultLoopbackOnly(t *testing.T) {
	t.Parallel()
	p := realPlace(t)
	p.local("start")
	var open []string
	mine := p.processes()
	if len(mine) < 2 {
		t.Fatalf("processes: %v", mine)
	}
	for _, socket := range p.sockets() {
		if !slices.Contains(mine, int(socket.Pid)) || socket.Status != "LISTEN" {
			continue
		}
		open = append(open, socket.Laddr.IP)
		if ip, err := netip.ParseAddr(strings.Trim(socket.Laddr.IP, "[]")); err != nil || !ip.Unmap().IsLoopback() {
			t.Errorf("pid %d listens on %s:%d", socket.Pid, socket.Laddr.IP, socket.Laddr.Port)
		}
	}
	if len(open) < 4 { // frontend, its HTTP API, UI, metrics
		t.Errorf("listening sockets: %q", open)
	}
	p.stop()
}

func (p *place) sockets() []net.ConnectionStat {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), awaitDefault)
	defer cancel()
	all, err := net.ConnectionsWithContext(ctx, "tcp")
	check(p.t, err)
	return all
}

// TestFaultUmask: whatever the caller's umask is, others may not even look.
func TestFaultUmask(t *testing.T) {
	inPlaces(t, func(p *place) {
		out, status := p.shell(`umask 000; exec "$0" local start`)
		if status != 0 {
			p.t.Fatal(out)
		}
		p.private()
		p.crash()
		p.private()
		if out, status = p.shell(`umask 000; exec "$0" local stop`); status != 0 {
			p.t.Error(out)
		}
		p.private()
		if out, status = p.shell(`umask 277; "$0" local start && "$0" local stop`); status != 0 {
			p.t.Error(out)
		}
	})
}

// private checks the mode of everything in the home.
func (p *place) private() {
	p.t.Helper()
	files := 0
	check(p.t, filepath.WalkDir(p.home, func(path string, entry fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil // the database's journal comes and goes
		}
		info, err := os.Lstat(path)
		if err != nil {
			return nil
		}
		files++
		if want := fs.FileMode(0o600); info.Mode().Perm() != want && !(info.IsDir() && info.Mode().Perm() == 0o700) {
			p.t.Errorf("%s has mode %s", path, info.Mode())
		}
		return nil
	}))
	if files < 8 {
		p.t.Errorf("only %d files in the home", files)
	}
}

// TestFaultNames: a home may have any name that the system allows.
func TestFaultNames(t *testing.T) {
	t.Parallel()
	for what, name := range map[string]string{
		"spaces":   " a home  with spaces ",
		"quotes":   `it's "quoted" \back\ $HOME ` + "`id`",
		"newline":  "two\nlines\t",
		"unicode":  "дом-家-🏠-é",
		"long":     strings.Repeat("l", 200) + "/" + strings.Repeat("m", 100),
		"uri":      "we%20ird?mode=memory&a=b#c%",
		"dash":     "-rf --help",
		"brackets": "[a-z]*{x,y};&|<>",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			p := realPlace(t)
			p.move(filepath.Join(p.dir, name))
			p.local("start")
			p.exits(0, []string{"state", "--explain"}, "Healthy")
			p.exits(0, []string{"start"}, "already running")
			if have := p.ask(".paths.home"); have != p.home {
				t.Errorf("the record has %q", have)
			}
			if info, err := os.Stat(p.database()); err != nil || info.Size() == 0 {
				t.Errorf("no database in the home: %v", err)
			}
			pid := p.pid("temporal")
			p.kill9(p.pid("supervisor"))
			p.exits(0, []string{"start"}, "Adopted")
			if p.pid("temporal") != pid {
				t.Error("another Temporal runs")
			}
			p.stop()
			p.onlyHome(strings.SplitN(name, "/", 2)[0])
		})
	}
}

// onlyHome checks that nothing was made beside the home.
func (p *place) onlyHome(name string) {
	p.t.Helper()
	entries, err := os.ReadDir(p.dir)
	check(p.t, err)
	for _, entry := range entries {
		if entry.Name() != name {
			p.t.Errorf("%q was made beside the home", entry.Name())
		}
	}
}
