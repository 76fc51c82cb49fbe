package install

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"

	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/statefile"
)

// Options says what is to be installed.
type Options struct {
	Home     statefile.Home
	Version  Version
	From     Source
	Progress Progress
	// Beside leaves bin/temporal as it is.
	Beside bool
	// Wanted is asked once it is this installation's turn: false ends it without an
	// error. Another one may have done the work meanwhile. It may be nil.
	Wanted func() bool
}

// Result says how an installation ended.
type Result struct {
	// Program is the version's own path.
	Program string
	// Already says that it was there and nothing was fetched, Needless that Wanted
	// said no and nothing was changed.
	Already, Needless bool
	// Aside is where a program or link is kept that was bin/temporal and was not ours.
	Aside string
}

// Install puts a version into the home and, unless Beside says otherwise, makes bin/temporal
// lead to it. What is there already is not fetched again. A failure, or the end of ctx,
// leaves all as it was, but for a broken download, which is kept. It waits while another
// installation is at work.
func Install(ctx context.Context, o Options) (Result, error) {
	for _, folder := range []string{o.Home.Versions(), o.Home.Downloads()} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return Result{}, err
		}
	}
	lock, err := acquire(ctx, o.Home.InstallLock(), o.Progress)
	if err != nil {
		return Result{}, err
	}
	defer lock.Close()
	if o.Wanted != nil && !o.Wanted() {
		return Result{Needless: true}, nil
	}
	done := Result{Program: o.Home.Program(string(o.Version)), Already: true}
	if !isProgram(done.Program) {
		done.Already = false
		if err := o.add(ctx, done.Program); err != nil {
			return Result{}, err
		}
	}
	if !o.Beside {
		done.Aside, err = link(o.Home, o.Version)
	}
	return done, err
}

// acquire takes the lock of an installation, and reports if it has to wait for another one.
func acquire(ctx context.Context, path string, progress Progress) (*os.File, error) {
	lock, err := lockfile.Take(path)
	if !errors.Is(err, lockfile.ErrHeld) {
		return lock, err
	}
	progress.Step("Waiting    for another installation, which has " + path)
	return lockfile.TakeUntil(ctx, path)
}

// add makes a version's folder in the staging folder and moves it to its place, so
// that also after a power cut it is there whole or not at all.
func (o Options) add(ctx context.Context, program string) error {
	staging := o.Home.Staging()
	// What is there is of an installation that was killed.
	if err := errors.Join(os.RemoveAll(staging), os.Mkdir(staging, 0o700)); err != nil {
		return err
	}
	made := filepath.Join(staging, programName)
	err := o.From.Fetch(ctx, o.Version, made, o.Progress)
	if err == nil {
		err = place(made, program)
	}
	return errors.Join(err, os.RemoveAll(staging))
}

func place(made, program string) error {
	file, err := os.Open(made)
	if err != nil {
		return err
	}
	staging, folder := filepath.Dir(made), filepath.Dir(program)
	err = errors.Join(file.Chmod(0o700), statefile.UnlessUnsyncable(file.Sync()), file.Close(), statefile.SyncFolder(staging))
	if err == nil {
		err = os.Rename(staging, folder)
	}
	if err == nil {
		err = statefile.SyncFolder(filepath.Dir(folder))
	}
	return err
}

func isProgram(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o100 != 0
}

// link makes bin/temporal a link to a version. What stands there and is not such a
// link is the user's own: it is kept under another name, which is returned.
func link(home statefile.Home, v Version) (aside string, err error) {
	switch Linked(home) {
	case v:
		return "", nil
	case "":
		aside, err = backup(home.Bin(), time.Now())
	}
	if err == nil {
		err = renameio.Symlink(filepath.Join(filepath.Base(home.Versions()), string(v), programName), home.Bin())
	}
	if err == nil {
		err = statefile.SyncFolder(filepath.Dir(home.Bin()))
	}
	if err != nil {
		err = fmt.Errorf("make %s lead to %s: %w", home.Bin(), v, err)
	}
	return aside, err
}

// backup gives what stands at path a second name, so that path is never without a
// program in between; what cannot have one is renamed.
func backup(path string, now time.Time) (string, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	aside := path + ".kept-" + now.UTC().Format("20060102T150405.000Z")
	if _, err := os.Lstat(aside); !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("back up %s: %s: %w", path, aside, fs.ErrExist)
	}
	if info.Mode().IsRegular() && os.Link(path, aside) == nil {
		return aside, nil
	}
	return aside, os.Rename(path, aside)
}
