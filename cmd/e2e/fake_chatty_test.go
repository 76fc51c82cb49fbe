package e2e_test

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// chattyLines is how many lines of 200 bytes the mode chatty writes: more than
// all logs together may keep. It never lets its log grow beyond chattyPause bytes,
// which are more than a log may have, before it was rotated: a supervisor on a busy
// machine comes late, and what a test sees is not to depend on that.
const (
	chattyLines = 340_000
	chattyPause = 11 << 20
)

func chattyLine(n int) string {
	return fmt.Sprintf("chatty %7d %s\n", n, strings.Repeat("x", 200-len("chatty 1234567 \n")))
}

// chatter makes one write of each line, as Temporal does.
func chatter() {
	tick := time.NewTicker(pollEvery) // for the process's life
	for n := range chattyLines {
		for n%500 == 0 && tooLarge(os.Stdout) {
			<-tick.C
		}
		os.Stdout.WriteString(chattyLine(n))
	}
	fmt.Println("chatty is done")
}

// flood writes such lines as fast as it can, for the process's life.
func flood(to *os.File) {
	for n := 0; ; n++ {
		to.WriteString(chattyLine(n))
	}
}

func tooLarge(log *os.File) bool {
	info, err := log.Stat()
	return err == nil && info.Size() > chattyPause
}
