package temporal

import (
	"maps"
	"math/rand/v2"
	"testing"
	"time"
)

const (
	aDay    = "\x12\x06\x0a\x04\x08\x80\xa3\x05"          // config = 2, retention = 1, seconds = 1: 86,400
	keyword = "\x0a\x05\x0a\x01A\x10\x02"                 // a custom attribute A of type 2
	system  = "\x12\x05\x0a\x01S\x10\x06\x1a\x02\x0a\x00" // a system attribute S of type 6, and the storage's schema
)

func TestSetupIn(t *testing.T) {
	if kept := retentionIn([]byte("\x0a\x00" + aDay)); kept != 24*time.Hour {
		t.Errorf("a day is read as %s", kept)
	}
	if types := attributesIn([]byte(keyword + system)); !maps.Equal(types, map[string]string{"A": "Keyword", "S": "Datetime"}) {
		t.Errorf("%v", types)
	}
}

// TestSetupInNonsense: whatever a server answers is read to its end.
func TestSetupInNonsense(t *testing.T) {
	const seed = 1
	dice := rand.New(rand.NewPCG(seed, 2))
	for range 20_000 {
		answer := []byte(aDay + keyword + system)
		answer = answer[:dice.IntN(len(answer)+1)]
		for i := range answer {
			if dice.IntN(4) == 0 {
				answer[i] = byte(dice.IntN(256))
			}
		}
		retentionIn(answer)
		attributesIn(answer)
	}
}
