package sim

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// promised looks whether docs/RELIABILITY.md says a figure as it is.
func promised(t *testing.T, figure string) {
	t.Helper()
	page, err := os.ReadFile("../../docs/RELIABILITY.md")
	must(t, err)
	if !strings.Contains(string(page), figure) {
		t.Errorf("docs/RELIABILITY.md does not say %q", figure)
	}
}

// TestPromisedFigures holds the page's figures to the lists that they count.
func TestPromisedFigures(t *testing.T) {
	promised(t, fmt.Sprintf("%d mutations", len(mutations)))
	promised(t, fmt.Sprintf("%d scenarios", len(simScenarios())))
	promised(t, fmt.Sprintf("%d traces", len(traces)))
}
