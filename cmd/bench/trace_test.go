package main

import (
	"strings"
	"testing"
)

const traced = `[
{"name":"process_name","ph":"M","pid":7,"tid":1,"args":{"name":"the command"}},
{"name":"wait: busy","ph":"X","ts":2000,"dur":900,"pid":7,"tid":1},
{"name":"process_name","ph":"M","pid":8,"tid":1,"args":{"name":"temporal"}},
{"name":"SERVING","ph":"X","ts":1500,"dur":700,"pid":8,"tid":1},
{"name":"flags","ph":"X","ts":1000,"dur":10,"pid":7,"tid":1}`

func TestTraceIsDrawn(t *testing.T) {
	spans, err := readTrace([]byte(traced))
	if err != nil {
		t.Fatal(err)
	}
	if got := until(spans, "SERVING"); got != 1.2 {
		t.Errorf("SERVING after %v ms", got)
	}
	if got := until(spans, ""); got != 1.9 {
		t.Errorf("the end after %v ms", got)
	}
	picture := gantt(spans)
	for _, want := range []string{"section the command\n    wait busy (0.9 ms) :1000, 1900\n", "section temporal\n    SERVING (0.7 ms) :500, 1200\n"} {
		if !strings.Contains(picture, want) {
			t.Errorf("%q is not in\n%s", want, picture)
		}
	}
	if strings.Contains(picture, "flags") {
		t.Error("what is too short to be seen is drawn")
	}
	if _, err := readTrace([]byte("[")); err == nil {
		t.Error("an empty trace is read")
	}
}
