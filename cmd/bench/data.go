package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/ext/fts5"
	"github.com/prometheus/procfs"
)

// dataRounds is how often a large database is upgraded: each round copies it several times.
const dataRounds = 3

// measureData upgrades and backs up a large database, each beside a copy of its file.
func measureData(b *bench) section {
	f := figures{}
	var size int64
	err := attempt(func() {
		if b.old == "" {
			check(fmt.Errorf("--old names no Temporal CLI of an older version"))
		}
		h := b.newHome(b.old)
		h.start()
		h.stop()
		db := filepath.Join(string(h.path), "temporal-data", "temporal.db")
		size = b.grow(db)
		copied := db + ".copy"
		check(b.each("a large database", dataRounds, func() {
			os.Remove(copied)
			f.add("copy", b.copyAndSync(db, copied))
			took, most := h.measured("backup", "round")
			f.add("backup", took)
			f.add("memory", most)
			h.run("backup", "--delete", "round", "--yes")
			took, most = h.measured("upgrade", "--temporal-bin", b.temporal, "--yes")
			f.add("upgrade", took)
			f.add("memory", most)
			h.note()
			h.stop()
			h.run("restore", kept(db), "--yes")
			for _, name := range []string{".backup-", ".replaced-"} { // there is room for a few only
				for _, path := range must(filepath.Glob(db + name + "*")) {
					check(os.Remove(path))
				}
			}
		}))
	})
	return section{title: "A large database", rows: []row{
		{fmt.Sprintf("copy of the file, with fsync (%d MB)", size/1e6), "ms", f["copy"], nil, 0},
		{"`backup` / copy", "ms", f["backup"], f["copy"], 1.3},
		{"`upgrade`, to the new server's proof / copy", "ms", f["upgrade"], f["copy"], 2},
		{"most memory of either command", "MB", f["memory"], nil, 100},
	}, notes: []string{
		"A database that the older Temporal has made, with rows of histories and workflows added until it has about a gigabyte. The upgrade copies it, makes the table of workflows anew, checks every page, has the new server serve from it and starts that.",
	}}.endedBy(err)
}

// kept is the name of the one backup that an upgrade has left.
func kept(db string) string {
	found := must(filepath.Glob(db + ".backup-*.about.json"))
	name, _, _ := strings.Cut(strings.TrimPrefix(found[0], db+".backup-"), ".about.json")
	return name
}

// grow fills a database with what workflows leave: 3 KB of history for each node, and a row to search
// for every tenth of them. It returns the file's size in bytes.
func (b *bench) grow(db string) int64 {
	conn := must(sqlite3.Open("file:" + db + "?_pragma=synchronous(off)&_pragma=journal_mode(off)&_pragma=cache_size(-60000)"))
	check(fts5.Register(conn))
	must(conn.Config(sqlite3.DBCONFIG_DQS_DDL, true))
	must(conn.Config(sqlite3.DBCONFIG_DQS_DML, true))
	check(conn.Exec(`BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250000)
INSERT INTO history_node (shard_id, tree_id, branch_id, node_id, txn_id, prev_txn_id, data, data_encoding)
SELECT 1, randomblob(16), randomblob(16), i % 50, i, 0, randomblob(3000), 'Proto3' FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25000)
INSERT INTO executions_visibility (namespace_id, run_id, start_time, execution_time, close_time, workflow_id, workflow_type_name, status, encoding, task_queue, search_attributes)
SELECT hex(randomblob(16)), hex(randomblob(16)), '2026-11-30 00:00:00+00:00', '2026-11-30 00:00:00+00:00', '2026-11-30 00:00:01+00:00', 'workflow-' || i, 'Order', 2, 'Proto3', 'orders',
  '{"BuildIds":["a"],"Keyword01":"customer ' || i || '","Text01":"some words about order ' || i || '"}' FROM n;
COMMIT`))
	check(conn.Close())
	return must(os.Stat(db)).Size()
}

// copyAndSync copies a file as an editor would, until it would survive a power cut, in milliseconds.
func (b *bench) copyAndSync(from, to string) float64 {
	source := must(os.Open(from))
	defer source.Close()
	began := time.Now()
	target := must(os.Create(to))
	defer target.Close()
	must(io.Copy(target, source))
	check(target.Sync())
	return inMillis(time.Since(began))
}

// measured is run that also returns the most memory that the command had, in MB: the kernel's mark of it
// (VmHWM), as it was read last.
func (h *home) measured(args ...string) (took, most float64) {
	ctx, cancel := context.WithTimeout(h.b, 10*patience)
	defer cancel()
	c := h.command(ctx, args...)
	var errs bytes.Buffer
	c.Stderr = &errs
	began := time.Now()
	check(c.Start())
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }() // it ends with the command, at the latest with ctx
	for {
		select {
		case err := <-ended:
			if err != nil {
				check(fmt.Errorf("stigmer local %s: %w: %s", args[0], err, errs.String()))
			}
			return inMillis(time.Since(began)), most
		case <-time.After(10 * time.Millisecond):
			if process, err := procfs.NewProc(c.Process.Pid); err == nil {
				if status, err := process.NewStatus(); err == nil {
					most = max(most, float64(status.VmHWM)/mega)
				}
			}
		}
	}
}
