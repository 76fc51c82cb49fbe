package install

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
)

// programName is the one entry of an archive that is taken.
const programName = "temporal"

// unpack writes the program of an archive to a new file that is not executable yet.
// No other entry is written anywhere, so their names do not matter. An archive
// without such a program, or with more than limit bytes before its end, is refused.
func unpack(archive io.Reader, to string, limit int64) error {
	plain, err := gzip.NewReader(archive)
	if err != nil {
		return refused("the archive is no .tar.gz: %v", err)
	}
	bounded := &io.LimitedReader{R: plain, N: limit}
	err = find(tar.NewReader(bounded), to)
	_, writing := errors.AsType[*os.PathError](err)
	switch {
	case err == nil, writing:
		return err
	case bounded.N <= 0:
		return refused("the archive has more than %d MiB in it", limit>>20)
	}
	return refused("the archive is not as a release's: %v", err)
}

// find extracts the program.
func find(entries *tar.Reader, to string) error {
	for {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("it has no program %s", programName)
		}
		if err != nil {
			return err
		}
		if path.Clean(header.Name) != programName {
			continue // the licence, the readme
		}
		if header.Typeflag != tar.TypeReg {
			return fmt.Errorf("its %s is not a file", programName)
		}
		return extract(entries, to)
	}
}

func extract(from io.Reader, to string) error {
	file, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, from)
	return errors.Join(err, file.Close())
}
