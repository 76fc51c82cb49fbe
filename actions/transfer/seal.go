package transfer

import (
	"context"
	"fmt"
	"os"

	"github.com/ncruces/go-sqlite3"

	"github.com/stigmer/local/probes/sqlite"
)

// Seal closes a file on which a Temporal was rehearsed and killed, and takes back what that noted of the
// file's name: the cluster's metadata has the search attributes under the path of the database. The rows of
// from, the database that the file was made from, take their place.
func Seal(ctx context.Context, path, from string) error {
	var rows [][]any
	const kept = "SELECT data, data_encoding, version, metadata_partition, cluster_name FROM cluster_metadata_info"
	err := sqlite.Read(ctx, from, func(conn *sqlite3.Conn) error {
		return sqlite.Each(conn, kept, func(row *sqlite3.Stmt) {
			rows = append(rows, []any{row.ColumnBlob(0, nil), row.ColumnText(1), row.ColumnInt64(2), row.ColumnInt64(3), row.ColumnText(4)})
		})
	})
	if err == nil {
		err = open(ctx, path, nil, func(conn *sqlite3.Conn) error { return putBack(conn, rows) })
	}
	if err == nil { // the index of a write-ahead log that SQLite has removed; a connection that is alone leaves it
		err = os.RemoveAll(path + "-shm")
	}
	if err != nil {
		return fmt.Errorf("close %s: %w", path, err)
	}
	return Settle(path)
}

func putBack(conn *sqlite3.Conn, rows [][]any) error {
	const put = "UPDATE cluster_metadata_info SET data = ?, data_encoding = ?, version = ? WHERE metadata_partition = ? AND cluster_name = ?"
	for _, row := range rows {
		if err := sqlite.Each(conn, put, func(*sqlite3.Stmt) {}, row...); err != nil {
			return err
		}
	}
	return nil
}
