package lifecycle

import (
	"context"

	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/actions/transfer"
)

// CopyDatabase copies the committed state of a database, which any server may have open, to a file, and returns when the copy
// would survive a power cut. What was made of the file after an error is left to the caller.
func CopyDatabase(ctx context.Context, from, to string, progress transfer.Progress) error {
	// Without the database's lock any server may have it open, be it ours or not: then SQLite locks it, too.
	guard, err := database.Lock(from, func() {})
	live := err != nil || database.ServedByOther(from) != nil
	err = transfer.Copy(ctx, from, live, to, progress)
	guard.Close() // of none it does nothing
	if err != nil {
		return err
	}
	return transfer.Settle(to)
}
