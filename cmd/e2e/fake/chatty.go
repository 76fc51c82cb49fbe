package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// chattyLines is how many lines of 200 bytes the mode chatty writes: more than
// all logs together may keep.
const chattyLines = 340_000

func chattyLine(n int) string {
	return fmt.Sprintf("chatty %7d %s\n", n, strings.Repeat("x", 200-len("chatty 1234567 \n")))
}

// chatter makes one write of each line, as Temporal does, and then says again and again that it is done. It
// pauses while its log has more than most bytes.
func chatter(most int64) {
	tick := time.NewTicker(10 * time.Millisecond) // for the process's life
	for n := range chattyLines {
		for n%500 == 0 && tooLarge(os.Stdout, most) {
			<-tick.C
		}
		os.Stdout.WriteString(chattyLine(n))
	}
	for { // a rotation may lose a line, and then the next one comes
		fmt.Println("chatty is done")
		<-tick.C
	}
}

// flood writes such lines as fast as it can, for the process's life.
func flood(to *os.File) {
	for n := 0; ; n++ {
		to.WriteString(chattyLine(n))
	}
}

func tooLarge(log *os.File, most int64) bool {
	info, err := log.Stat()
	return err == nil && info.Size() > most
}
