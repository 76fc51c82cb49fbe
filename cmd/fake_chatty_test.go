package cmd_test

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// chattyLines is how many lines of 200 bytes the mode chatty writes: more than
// all logs together may keep.
const chattyLines = 300_000

func chattyLine(n int) string {
	return fmt.Sprintf("chatty %7d %s\n", n, strings.Repeat("x", 200-len("chatty 1234567 \n")))
}

// chatter writes about 12 MB a second, one write a line, as Temporal does.
func chatter() {
	tick := time.NewTicker(8 * time.Millisecond) // for the process's life
	for n := range chattyLines {
		if n%500 == 0 {
			<-tick.C
		}
		os.Stdout.WriteString(chattyLine(n))
	}
	fmt.Println("chatty is done")
}
