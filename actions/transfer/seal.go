package transfer

import (
	"context"
	"fmt"

	"github.com/ncruces/go-sqlite3"

	"github.com/stigmer/local/probes/sqlite"
)

// Seal closes a file on which a Temporal was rehearsed and killed, and takes back what that noted of the
// file's name: the cluster's metadata has the search attributes under the path of the database. The rows of
// from, the database that the file was made from, take their place.
func Seal(ctx context.Context, path, from string) error {
	var rows [][]any
	const columns = "SELECT data, data_encoding, version, metadata_partition, cluster_name FROM cluster_metadata_info"
	err := sqlite.Read(ctx, from, func(conn *sqlite3.Conn) error {
		statement, _, err := conn.Prepare(columns)
		if err != nil {
			return err
		}
		defer statement.Close()
		for statement.Step() {
			rows = append(rows, []any{statement.ColumnBlob(0, nil), statement.ColumnText(1), statement.ColumnInt64(2), statement.ColumnInt64(3), statement.ColumnText(4)})
		}
		return statement.Err()
	})
	if err == nil {
		err = open(ctx, path, nil, func(conn *sqlite3.Conn) error { return putBack(conn, rows) })
	}
	if err != nil {
		return fmt.Errorf("close %s: %w", path, err)
	}
	return Settle(path)
}

func putBack(conn *sqlite3.Conn, rows [][]any) error {
	statement, _, err := conn.Prepare("UPDATE cluster_metadata_info SET data = ?, data_encoding = ?, version = ? WHERE metadata_partition = ? AND cluster_name = ?")
	if err != nil {
		return err
	}
	defer statement.Close()
	for _, row := range rows {
		for i, value := range row {
			switch v := value.(type) {
			case []byte:
				err = statement.BindBlob(i+1, v)
			case string:
				err = statement.BindText(i+1, v)
			case int64:
				err = statement.BindInt64(i+1, v)
			}
			if err != nil {
				return err
			}
		}
		if err := statement.Exec(); err != nil {
			return err
		}
	}
	return nil
}
