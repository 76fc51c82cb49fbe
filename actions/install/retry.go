package install

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// retry calls try until it succeeds, fails for good, or has failed too often in a row.
// A try returns how many new bytes it won: Limits.Anywhere of them end the row.
func (c *client) retry(ctx context.Context, try func() (int64, error)) error {
	pause := c.limits.Pause
	for failures := 0; ; pause *= 2 {
		won, err := try()
		e, ok := errors.AsType[*Error](err)
		if !ok || !e.again {
			return err
		}
		if won >= c.limits.Anywhere {
			failures, pause = 0, c.limits.Pause
		}
		if failures++; failures >= c.limits.Tries {
			return e
		}
		c.progress.Step(fmt.Sprintf("Retrying   in %s: %v", pause, e))
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}
