package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// stampWord makes this program the command of a run, which writes down when it was there: see stamp.
const stampWord = "stamp"

// moments are those of one run, by the wall clock, as they are seen by several processes.
type moments struct {
	// Proven is when the supervisor had the proof that Temporal serves, in whole milliseconds.
	Proven     time.Time
	Began, End time.Time
}

// measureOneshot runs a command that does nothing with a Temporal of its own.
func measureOneshot(b *bench) section {
	f := figures{}
	folder := b.makeFolder("stamps")
	err := b.each("one command", b.rounds, func() {
		_, torn := b.runBare(b.makeFolder("bare"), syscall.SIGKILL)
		f.add("torn", torn)
		h, to := b.newHome(b.temporal), filepath.Join(folder, strconv.Itoa(len(f["torn"])))
		began := time.Now()
		took := h.run("run", "--temporal-bin", b.temporal, "--", b.self, stampWord, to)
		ended := began.Add(time.Duration(took * float64(time.Millisecond)))
		var m moments
		check(json.Unmarshal(must(os.ReadFile(to)), &m))
		f.add("to the command", inMillis(m.Began.Sub(m.Proven)))
		f.add("from the command", inMillis(ended.Sub(m.End))-torn)
		f.add("all", took)
	})
	return section{title: "A Temporal for one command", rows: []row{
		{"`run`: from the proof that Temporal serves to the command", "ms", f["to the command"], nil, 60},
		{"bare Temporal: SIGKILL to exit", "ms", f["torn"], nil, 0},
		{"`run`: from the end of the command to that of `run`, beyond that", "ms", f["from the command"], nil, 60},
		{"`run` of a command that does nothing", "ms", f["all"], nil, 0},
	}, notes: []string{
		"The command is this program, which writes down when it begins and ends; the proof is in the record, in whole milliseconds. Of the end, what the kernel takes to tear a bare server of the same round down is taken off.",
	}}.endedBy(err)
}

// stamp is the command of a run.
func stamp(to string) error {
	m := moments{Began: time.Now()}
	document, err := (statefile.File{Home: statefile.Home(os.Getenv(statefile.HomeVariable))}).Load()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(document.History, func(t fsm.Transition) bool { return t.Event == fsm.ProbePassed })
	if i < 0 {
		return fmt.Errorf("the record has no proof: %v", document.History)
	}
	m.Proven, m.End = time.UnixMilli(int64(document.History[i].At)), time.Now()
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o600)
}
