package sqlite

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ncruces/go-sqlite3"
)

// ContentsKind is what a file that is to be Temporal's database holds.
type ContentsKind string

// The kinds of contents.
const (
	// ContentsTemporal is a database of Temporal's, of whichever schema.
	ContentsTemporal ContentsKind = "temporal"
	// ContentsHalfMade is what a killed first start leaves: an empty file, or one with some
	// of Temporal's tables and no user data. Temporal makes its schema only where there is
	// no file, so it never serves from this one.
	ContentsHalfMade ContentsKind = "half-made"
	// ContentsForeign is another program's database, or no database at all.
	ContentsForeign ContentsKind = "foreign"
	// ContentsUnknown is a database that is damaged, or too large to be classified in time.
	ContentsUnknown ContentsKind = "unknown"
)

// Contents is what a file holds, with a sentence of why, without its subject.
type Contents struct {
	Kind ContentsKind
	Why  string
	// Schema, for ContentsTemporal, is a hash of the statements that make the schema.
	Schema string
}

// temporalTables are the tables of the schemas up to 1.9.1 of the CLI. Those of its text
// search begin with searchTables.
var temporalTables = []string{
	"activity_info_maps", "buffered_events", "build_id_to_task_queue", "chasm_node_maps", "child_execution_info_maps",
	"cluster_membership", "cluster_metadata", "cluster_metadata_info", "current_chasm_executions", "current_executions",
	"executions", "executions_visibility", "history_immediate_tasks", "history_node", "history_scheduled_tasks",
	"history_tree", "namespace_metadata", "namespaces", "nexus_endpoints", "nexus_endpoints_partition_status", "queue",
	"queue_messages", "queue_metadata", "queues", "replication_tasks", "replication_tasks_dlq", "request_cancel_info_maps",
	"schema_update_history", "schema_version", "shards", "signal_info_maps", "signals_requested_sets", "task_queue_user_data",
	"task_queues", "task_queues_v2", "tasks", "tasks_v2", "timer_info_maps", "timer_tasks", "transfer_tasks", "visibility_tasks",
}

const searchTables = "executions_visibility_fts_"

// fewTables is how many tables by names of Temporal's another program may have: one that is
// called tasks, say. A database that has more is Temporal's, with a table lost.
const fewTables = 4

// filledBySchema are the tables that have rows before a user has stored anything.
var filledBySchema = []string{
	"cluster_membership", "cluster_metadata", "cluster_metadata_info", "namespace_metadata", "queue_metadata", "schema_update_history", "schema_version",
}

// ReadContents classifies the file at path, which is to be Temporal's database, by what it
// holds once SQLite has carried out its journal or its write-ahead log. A server may have it
// open. Where there is no file, the error wraps fs.ErrNotExist; the end of ctx is an error.
func ReadContents(ctx context.Context, path string) (Contents, error) {
	h, err := readHead(path)
	if err != nil {
		return Contents{}, err
	}
	if contents := h.contents(); contents.Kind != "" {
		return contents, nil
	}
	var contents Contents
	err = withEngine(ctx, h.path, func(e engine) (err error) {
		contents, err = e.contents(h)
		return err
	})
	if errors.Is(err, sqlite3.NOTADB) && !h.hasMagic() {
		return h.noDatabase(), nil
	}
	if flaw := damage(err); flaw != "" {
		return Contents{Kind: ContentsUnknown, Why: "is damaged: " + flaw}, nil
	}
	return contents, err
}

// mostNULs, in bytes, is the largest file of NUL bytes that a power cut leaves of a new
// database.
const mostNULs = 1 << 20

// contents classifies what needs no engine. Its Kind is empty for any other file.
func (h head) contents() Contents {
	switch {
	case h.Bytes == 0: // SQLite takes no journal and no log for those of an empty file
		return Contents{Kind: ContentsHalfMade, Why: "is empty"}
	case !h.hasMagic() && !h.Interrupted:
		return h.noDatabase()
	case h.Bytes < h.pageSize() && h.LogBytes == 0 && !h.Interrupted:
		return Contents{Kind: ContentsHalfMade, Why: "has the beginning of a header, and nothing else"}
	}
	return Contents{}
}

// noDatabase classifies a file without SQLite's header.
func (h head) noDatabase() Contents {
	if h.onlyNULs {
		return Contents{Kind: ContentsHalfMade, Why: "has nothing but NUL bytes"}
	}
	return Contents{Kind: ContentsForeign, Why: "is no SQLite database, or an encrypted one"}
}

// contents classifies a database by its tables and their rows.
func (e engine) contents(h head) (Contents, error) {
	tables, err := e.strings(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'`)
	unknown := slices.ContainsFunc(tables, notTemporals) // of a schema that is newer, or another program's
	switch {
	case err != nil:
		return Contents{}, err
	case !h.Interrupted && h.Bytes%h.pageSize() != 0: // SQLite takes the missing part for zeros
		return Contents{Kind: ContentsUnknown, Why: "it ends within a page"}, nil
	case len(tables) == 0 && h.Interrupted:
		return Contents{Kind: ContentsHalfMade, Why: "is empty once its first transaction, which was cut off, is taken back"}, nil
	case len(tables) == 0:
		return Contents{Kind: ContentsHalfMade, Why: "has no table"}, nil
	case unknown && !(slices.Contains(tables, "namespaces") && slices.Contains(tables, "executions")), len(tables) < fewTables && !slices.Contains(tables, "namespaces"):
		return Contents{Kind: ContentsForeign, Why: "is another program's database, with the tables " + shortList(tables)}, nil
	case !unknown && !e.hasData(tables):
		return Contents{Kind: ContentsHalfMade, Why: fmt.Sprintf("has %d of Temporal's tables and no user data", len(tables))}, nil
	}
	statements, err := e.strings("SELECT sql FROM sqlite_schema ORDER BY type, name")
	return Contents{ContentsTemporal, fmt.Sprintf("has %d tables", len(tables)), hashOf(strings.Join(statements, "\n"))}, err
}

func notTemporals(table string) bool {
	return !slices.Contains(temporalTables, table) && !strings.HasPrefix(table, searchTables)
}

// shortList names the first of some tables.
func shortList(names []string) string {
	const most = 3
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", ..."
	}
	return strings.Join(names, ", ")
}

// hasData reports whether a table has rows that Temporal has not made for itself. A table
// that cannot be read counts as data.
func (e engine) hasData(tables []string) bool {
	return slices.ContainsFunc(tables, func(table string) bool {
		if slices.Contains(filledBySchema, table) || strings.HasPrefix(table, searchTables) {
			return false
		}
		query := "SELECT 1 FROM " + sqlite3.QuoteIdentifier(table)
		if table == "namespaces" {
			query += " WHERE name <> 'temporal-system'" // Temporal makes that one for itself
		}
		rows, err := e.strings(query + " LIMIT 1")
		return err != nil || len(rows) > 0
	})
}
