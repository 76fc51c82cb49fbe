package fsm

import (
	"fmt"
)

// Refuse returns a refusal whose reason is formatted as by fmt.Sprintf.
func Refuse(code Code, format string, args ...any) error {
	return Refusal{Code: code, Reason: fmt.Sprintf(format, args...)}
}
