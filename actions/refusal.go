package actions

import (
	"fmt"

	"github.com/stigmer/local/fsm"
)

// unfit returns a refusal whose reason is formatted as by fmt.Sprintf.
func unfit(code fsm.Code, format string, args ...any) error {
	return fsm.Refusal{Code: code, Reason: fmt.Sprintf(format, args...)}
}
