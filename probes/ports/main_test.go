package ports

import (
	"testing"

	"github.com/stigmer/local/probes/childtest"
)

func TestMain(m *testing.M) { childtest.Main(m) }

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
