package transfer

import (
	"context"

	"github.com/ncruces/go-sqlite3"

	"github.com/stigmer/local/probes/sqlite"
	"github.com/stigmer/local/probes/temporal"
)

// mostRuns is how many running workflows a holding names. They stand for the rest.
const mostRuns = 1000

// Holding reads what a Temporal that serves from a database must have: its namespaces and its
// workflows that run. Closed ones may be removed at any time, as their retention ends. What is not
// Temporal's schema is an error.
func Holding(ctx context.Context, db string) (h temporal.Holding, err error) {
	h.Least = map[string]int64{}
	const running = int64(1) // temporal.api.enums.v1.WORKFLOW_EXECUTION_STATUS_RUNNING
	err = sqlite.Read(ctx, db, func(conn *sqlite3.Conn) error {
		err := sqlite.Each(conn, `SELECT n.name, count(v.run_id) FROM namespaces n LEFT JOIN executions_visibility v
			ON v.namespace_id = `+namespaceID+`
			AND v.status = ? AND v.TemporalNamespaceDivision IS NULL WHERE n.name <> 'temporal-system' GROUP BY n.name`,
			func(row *sqlite3.Stmt) { h.Least[row.ColumnText(0)] = row.ColumnInt64(1) }, running)
		if err != nil {
			return err
		}
		return sqlite.Each(conn, `SELECT n.name, v.workflow_id, v.run_id FROM executions_visibility v JOIN namespaces n
			ON v.namespace_id = `+namespaceID+`
			WHERE v.status = ? LIMIT ?`, func(row *sqlite3.Stmt) {
			h.Running = append(h.Running, temporal.Run{Namespace: row.ColumnText(0), Workflow: row.ColumnText(1), ID: row.ColumnText(2)})
		}, running, int64(mostRuns))
	})
	return h, err
}

// namespaceID is a namespace's id as text: its row has it as 16 bytes.
const namespaceID = `lower(substr(hex(n.id),1,8)||'-'||substr(hex(n.id),9,4)||'-'||substr(hex(n.id),13,4)||'-'||substr(hex(n.id),17,4)||'-'||substr(hex(n.id),21))`
