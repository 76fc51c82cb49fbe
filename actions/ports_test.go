package actions

import (
	"net"
	"os"
	"strconv"
	"testing"

	"github.com/stigmer/local/actions/cause"
	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/ports"
	"github.com/stigmer/local/probes/proc"
)

func TestTakenPortNamesItsOwner(t *testing.T) {
	ours := stage.New(t).Start("actor", []string{proc.InstanceVariable + "=/another/home"})
	for _, c := range []struct {
		name, owner string
		listen      func() string
	}{
		{"ourselves", "pid " + strconv.Itoa(os.Getpid()) + " (", func() string {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			stage.Check(t, err)
			t.Cleanup(func() { listener.Close() })
			return listener.Addr().String()
		}},
		{"another home", "the Temporal of home /another/home (pid " + strconv.Itoa(ours.PID) + ")", func() string {
			return ours.Call("listen", "127.0.0.1:0")
		}},
	} {
		_, text, err := net.SplitHostPort(c.listen())
		stage.Check(t, err)
		taken, err := strconv.Atoi(text)
		stage.Check(t, err)
		free := stage.QuietPorts(t, 4)
		base := fsm.Settings{IP: "127.0.0.1", Port: free[0], UIPort: free[1], HTTPPort: free[2], MetricsPort: free[3]}
		stage.Check(t, takenPort(base, nil, noWait))
		for flag, set := range map[string]func(*fsm.Settings){
			"port":         func(s *fsm.Settings) { s.Port = taken },
			"ui-port":      func(s *fsm.Settings) { s.UIPort = taken },
			"http-port":    func(s *fsm.Settings) { s.HTTPPort = taken },
			"metrics-port": func(s *fsm.Settings) { s.MetricsPort = taken },
		} {
			s := base
			set(&s)
			stage.Has(t, takenPort(s, nil, noWait).Error(), "port "+text, "--"+flag, "127.0.0.1:"+text, c.owner)
			s.Headless = true
			stage.Is(t, flag+", headless: taken", takenPort(s, nil, noWait) != nil, flag != "ui-port")
		}
	}
}

func TestPortReasonOfABadAddress(t *testing.T) {
	stage.Has(t, checkPort(Need{"port", "192.0.2.1", 7233}, nil, noWait).Error(), "--port 7233", "not an address of this machine")
	stage.Has(t, checkPort(Need{"port", "nonsense", 7233}, nil, noWait).Error(), "--port 7233")
}

// A refused port has the code of why: another program has it, or the system refuses it.
func TestCodeOfAPort(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	stage.Check(t, err)
	defer listener.Close()
	_, text, err := net.SplitHostPort(listener.Addr().String())
	stage.Check(t, err)
	port, err := strconv.Atoi(text)
	stage.Check(t, err)
	stage.Is(t, "taken", cause.Of(checkPort(Need{"port", "127.0.0.1", port}, nil, noWait)), fsm.CodePortTaken)
	stage.Is(t, "elsewhere", cause.Of(checkPort(Need{"port", "192.0.2.1", port}, nil, noWait)), fsm.CodeAddressForeign)
	stage.Is(t, "of a number for all", codeOfPort(ports.ErrNotPermitted, ports.FirstUnprivileged), fsm.CodePortRefused)
	stage.Is(t, "of a privileged number", codeOfPort(ports.ErrNotPermitted, 80), fsm.CodePortPrivileged)
}
