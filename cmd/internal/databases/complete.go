package databases

import (
	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/cmd/internal/cli"
)

// CompleteNames offers what is kept beside the database, once.
func CompleteNames(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var names []cobra.Completion
	if _, db, err := databaseOf(); err == nil && len(args) == 0 {
		for _, k := range database.KeptDatabases(db) {
			names = append(names, k.Name)
		}
	}
	return cli.Offer(names)
}
