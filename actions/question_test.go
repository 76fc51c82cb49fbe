package actions

import (
	"net"
	"runtime"
	"strconv"
	"testing"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/fsm"
)

// silent listens where a record's Temporal should and says nothing; each connection is
// handed over.
func silent(t *testing.T, l *life) <-chan net.Conn {
	t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(l.record.Settings.Port)))
	stage.Check(t, err)
	t.Cleanup(func() { listener.Close() })
	wires := make(chan net.Conn, mostQuestions+2)
	go func() { // ends with the listener
		for wire, err := listener.Accept(); err == nil; wire, err = listener.Accept() {
			wires <- wire
		}
	}()
	return wires
}

// open is how many questions are under way.
func open(l *life) int {
	l.questions.lock.Lock()
	defer l.questions.lock.Unlock()
	return len(l.questions.open)
}

// A question without an answer in its time goes on: its answer is reported as late,
// and ends the questions that were asked before it.
func TestAQuestionGoesOn(t *testing.T) {
	l := newLife(t)
	wires := silent(t, l)
	l.record.State, l.record.Settings.Policy.Timeout = fsm.Healthy, 30
	ask := func() net.Conn {
		l.Perform(fsm.Effect{Do: fsm.DoProbe, Run: 1, Record: l.record})
		if in := l.next(fsm.Probed); !in.Verdict.Waits || in.Verdict.Late || in.Verdict.Live || in.Verdict.Took < 30 || in.Run != 1 || in.Detail == "" {
			t.Errorf("when its time is over: %+v", in)
		}
		return <-wires
	}
	first, second, third := ask(), ask(), ask()
	stage.Check(t, second.Close())
	if in := l.next(fsm.Probed); in.Verdict.Waits || !in.Verdict.Late || in.Verdict.Live {
		t.Errorf("an answer after its time: %+v", in)
	}
	// That has ended the first: its connection is closed, and it reports nothing.
	for buffer := make([]byte, 1024); ; {
		if _, err := first.Read(buffer); err != nil {
			break
		}
	}
	stage.Check(t, third.Close())
	if in := l.next(fsm.Probed); !in.Verdict.Late {
		t.Errorf("the third: %+v", in)
	}
	if n := open(l); n != 0 {
		t.Errorf("%d questions are open", n)
	}
}

// No more than so many are under way, and those of an earlier run are not.
func TestQuestionsAreBounded(t *testing.T) {
	l := newLife(t)
	wires := silent(t, l)
	l.record.State, l.record.Settings.Policy.Timeout = fsm.Healthy, 1
	var kept []net.Conn // one that nothing leads to is closed
	defer func() { runtime.KeepAlive(kept) }()
	for range mostQuestions + 1 {
		l.Perform(fsm.Effect{Do: fsm.DoProbe, Run: 1, Record: l.record})
		l.next(fsm.Probed)
		kept = append(kept, <-wires)
	}
	if n := open(l); n != mostQuestions {
		t.Errorf("%d questions are open", n)
	}
	l.Perform(fsm.Effect{Do: fsm.DoProbe, Run: 2, Record: l.record})
	if n := open(l); n != 1 {
		t.Errorf("%d questions are open in the next run", n)
	}
	l.Perform(fsm.Effect{Do: fsm.DoRelease})
	if n := open(l); n != 0 {
		t.Errorf("%d questions are open after the end", n)
	}
}
