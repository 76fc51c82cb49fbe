package probes

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
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
}

// largestLog, in bytes, is the largest write-ahead log or rollback journal that is read.
const largestLog = 256 << 20

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

// DatabaseContents classifies the file at path, which is to be Temporal's database, by what
// it holds once SQLite has carried out its journal or its write-ahead log. It reads the
// tables' names, and whether they have rows. It locks and writes nothing. Where there is no
// file, the error wraps fs.ErrNotExist.
func DatabaseContents(path string) (Contents, error) {
	p, file, err := openDatabase(path)
	if err != nil {
		return Contents{}, err
	}
	defer file.Close()
	rolledBack := hotJournal(path+"-journal") && p.rollBack(path+"-journal")
	switch {
	case p.Bytes == 0 && !rolledBack: // SQLite takes no write-ahead log for one of an empty file
		return Contents{ContentsHalfMade, "is empty"}, nil
	case rolledBack && p.Pages == 0:
		return Contents{ContentsHalfMade, "is empty once its first transaction, which was cut off, is taken back"}, nil
	case !rolledBack && string(p.header[:len(magic)]) != magic && p.Bytes > 0:
		return p.noDatabase(), nil
	case p.Bytes < int64(max(p.size, len(p.header))) && p.LogBytes == 0 && !rolledBack:
		return Contents{ContentsHalfMade, "has the beginning of a header, and nothing else"}, nil
	case p.Flaw != "" && !rolledBack, p.LogBytes > largestLog:
		return Contents{ContentsUnknown, cmp.Or(p.Flaw, "has too large a write-ahead log to be looked into")}, nil
	}
	if !rolledBack {
		if err := p.readLog(path + "-wal"); err != nil {
			return Contents{}, err
		}
	}
	if int64(p.Pages) > (p.Bytes+largestLog)/int64(p.size)+1 {
		return Contents{ContentsUnknown, fmt.Sprintf("claims %d pages, which it cannot have", p.Pages)}, nil
	}
	return p.contents(), nil
}

// mostNULs, in bytes, is the largest file of NUL bytes that a power cut leaves of a new
// database.
const mostNULs = 1 << 20

// noDatabase classifies a file without SQLite's header.
func (p *pager) noDatabase() Contents {
	if p.Bytes <= mostNULs {
		text := make([]byte, p.Bytes)
		n, err := p.file.ReadAt(text, 0)
		if (err == nil || err == io.EOF) && len(bytes.Trim(text[:n], "\x00")) == 0 {
			return Contents{ContentsHalfMade, "has nothing but NUL bytes"}
		}
	}
	return Contents{ContentsForeign, "is no SQLite database, or an encrypted one"}
}

// contents classifies a database by its tables and their rows.
func (p *pager) contents() Contents {
	p.used = make([]bool, p.Pages+1)
	w := &walker{pager: p}
	w.tree(1, "the schema", 0)
	tables := slices.DeleteFunc(w.Tables, func(name string) bool { return strings.HasPrefix(name, "sqlite_") })
	unknown := slices.ContainsFunc(tables, notTemporals) // of a schema that is newer, or another program's
	switch {
	case w.Flaw != "" || w.partial:
		return Contents{ContentsUnknown, cmp.Or(w.Flaw, "has a schema that cannot be read")}
	case len(tables) == 0:
		return Contents{ContentsHalfMade, "has no table"}
	case unknown && !(slices.Contains(tables, "namespaces") && slices.Contains(tables, "executions")), len(tables) < fewTables && !slices.Contains(tables, "namespaces"):
		return Contents{ContentsForeign, "is another program's database, with the tables " + shortList(tables)}
	case !unknown && !w.hasData():
		return Contents{ContentsHalfMade, fmt.Sprintf("has %d of Temporal's tables and no user data", len(tables))}
	}
	return Contents{ContentsTemporal, fmt.Sprintf("has %d tables", len(tables))}
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

// hasData reports whether a table has rows that Temporal has not made for itself. A page
// that cannot be read counts as data.
func (w *walker) hasData() bool {
	for _, root := range w.roots {
		table, is := strings.CutPrefix(root.name, "table ")
		if !is || slices.Contains(filledBySchema, table) || strings.HasPrefix(table, searchTables) || strings.HasPrefix(table, "sqlite_") {
			continue
		}
		page := w.page(root.page, root.name)
		if page == nil {
			return true
		}
		leaf := page[0] == tableLeaf || page[0] == indexLeaf
		rows := int(binary.BigEndian.Uint16(page[3:]))
		system := table == "namespaces" && rows == 1 && bytes.Contains(page, []byte("temporal-system"))
		if !leaf || rows > 0 && !system {
			return true
		}
	}
	return false
}

// journalHeader, in bytes, is the length of a rollback journal's header without its padding.
const journalHeader = 28

// rollBack takes back what a hot journal has: its pages stand for those of the file
// (sqlite.org/fileformat2.html, 3. The Rollback Journal). It returns false for a journal that
// SQLite would ignore too, or that cannot be read.
func (p *pager) rollBack(path string) bool {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() > largestLog {
		return false
	}
	data := make([]byte, info.Size())
	if _, err := file.ReadAt(data, 0); err != nil && !errors.Is(err, io.EOF) || len(data) < journalHeader {
		return false
	}
	sector, size := int(binary.BigEndian.Uint32(data[20:])), int(binary.BigEndian.Uint32(data[24:]))
	if sector < journalHeader || sector > 1<<16 || size < 512 || size > 1<<16 || size&(size-1) != 0 {
		return false
	}
	p.size, p.usable, p.Flaw = size, size-int(p.header[20]), ""
	p.Pages = int(binary.BigEndian.Uint32(data[16:]))
	for at := 0; at+journalHeader <= len(data) && string(data[at:at+len(journalMagic)]) == journalMagic; {
		at = p.rollBackSegment(data, at, sector)
	}
	if first := p.log[1]; first != nil {
		copy(p.header[:], first)
	}
	return true
}

// rollBackSegment takes the pages of the segment whose header is at offset at, and returns
// the offset at which the next segment would begin.
func (p *pager) rollBackSegment(data []byte, at, sector int) int {
	count, nonce := binary.BigEndian.Uint32(data[at+8:]), binary.BigEndian.Uint32(data[at+12:])
	record := 4 + p.size + 4
	for at += sector; count > 0 && at+record <= len(data); count-- {
		number, page := int(binary.BigEndian.Uint32(data[at:])), data[at+4:at+4+p.size]
		if number == 0 || checksum(page, nonce) != binary.BigEndian.Uint32(data[at+4+p.size:]) {
			return len(data)
		}
		if p.log[number] == nil {
			p.log[number] = page
		}
		at += record
	}
	return (at + sector - 1) / sector * sector
}

// checksum is the checksum that a journal has for a page: the nonce and every 200th byte of
// the page, counted from its end (sqlite.org/fileformat2.html, 3. The Rollback Journal).
func checksum(page []byte, nonce uint32) uint32 {
	for i := len(page) - 200; i > 0; i -= 200 {
		nonce += uint32(page[i])
	}
	return nonce
}
