package rehearsal

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/stigmer/local/actions/program"
	"github.com/stigmer/local/actions/transfer"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/sqlite"
	"github.com/stigmer/local/probes/temporal"
	"github.com/stigmer/local/statefile"
)

// Blueprint is the empty database that one version of Temporal has made, and the name of its schema.
type Blueprint struct{ Path, Schema string }

// Find returns the blueprint of a program, if it was made: by its version or, where that is not known, by
// its file's identity. It runs nothing.
func Find(home statefile.Home, path, version string) Blueprint {
	entries, _ := os.ReadDir(home.Schemas())
	for _, entry := range entries {
		rest, own := strings.CutPrefix(entry.Name(), key(path, version)+"@")
		if schema, whole := strings.CutSuffix(rest, ".db"); own && whole {
			return Blueprint{filepath.Join(home.Schemas(), entry.Name()), schema}
		}
	}
	return Blueprint{}
}

// Known returns what fsm.JudgeSchema asks about a program over a database with a schema. It runs nothing.
func Known(home statefile.Home, path, version, schema string) fsm.Fitness {
	own := Find(home, path, version).Schema
	fits := own != "" && own == schema
	if !fits && own != "" {
		_, err := os.Lstat(fitting(home, own, schema))
		fits = err == nil
	}
	return fsm.Fitness{Version: version, Schema: own, Fits: fits}
}

// Make returns the blueprint of the program of a record's settings, and makes it if there is
// none: Temporal runs once for that, with the record's environment.
func Make(ctx context.Context, home statefile.Home, r fsm.Record, version string) (b Blueprint, err error) {
	if b = Find(home, r.Settings.TemporalBin, version); b.Path != "" {
		return b, nil
	}
	if err := os.MkdirAll(home.Schemas(), 0o700); err != nil {
		return Blueprint{}, err
	}
	err = alone(ctx, home, func(lock *os.File) error {
		if b = Find(home, r.Settings.TemporalBin, version); b.Path == "" { // else another command was faster
			b, err = makeOne(ctx, home, r, version, lock)
		}
		return err
	})
	if err != nil {
		return Blueprint{}, fmt.Errorf("see which schema %s makes: %w", r.Settings.TemporalBin, err)
	}
	return b, nil
}

// makeOne makes a blueprint in a folder of its own, which it empties first of what a killed one has left.
func makeOne(ctx context.Context, home statefile.Home, r fsm.Record, version string, lock *os.File) (Blueprint, error) {
	folder := filepath.Join(home.Schemas(), "new")
	if err := errors.Join(os.RemoveAll(folder), os.Mkdir(folder, 0o700)); err != nil {
		return Blueprint{}, err
	}
	defer os.RemoveAll(folder)
	r.Settings.DB = filepath.Join(folder, "temporal.db")
	if err := attempt(ctx, home, r, lock, func(context.Context, temporal.Endpoint) error { return nil }); err != nil {
		return Blueprint{}, err
	}
	whole := filepath.Join(folder, "whole.db") // Temporal was killed: the copy has no journal beside it
	if err := transfer.Copy(ctx, r.Settings.DB, false, whole, transfer.Silent); err != nil {
		return Blueprint{}, err
	}
	contents, err := sqlite.ReadContents(ctx, whole)
	switch {
	case err != nil:
		return Blueprint{}, err
	case contents.Schema == "":
		return Blueprint{}, fmt.Errorf("what it makes is no database of Temporal's: it %s", contents.Why)
	}
	b := Blueprint{filepath.Join(home.Schemas(), key(r.Settings.TemporalBin, version)+"@"+contents.Schema+".db"), contents.Schema}
	return b, os.Rename(whole, b.Path)
}

// NoteFit keeps that a database's schema has all of a blueprint's: the next start need not compare them.
func NoteFit(home statefile.Home, own, schema string) error {
	return os.WriteFile(fitting(home, own, schema), nil, 0o600)
}

func fitting(home statefile.Home, own, schema string) string {
	return filepath.Join(home.Schemas(), schema+"-has-"+own)
}

// key names a program in a file's name.
func key(path, version string) string {
	if version != "" {
		return strings.ReplaceAll(version, "/", "_")
	}
	hash := sha256.Sum256([]byte(program.Identity(path)))
	return fmt.Sprintf("program-%x", hash[:8])
}
