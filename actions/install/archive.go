package install

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
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
		return failed(Refused, "the archive is no .tar.gz: %v", err)
	}
	bounded := &io.LimitedReader{R: plain, N: limit}
	entries := tar.NewReader(bounded)
	header, err := entries.Next()
	for err == nil && path.Clean(header.Name) != programName { // the licence, the readme
		header, err = entries.Next()
	}
	switch {
	case errors.Is(err, io.EOF):
		err = errors.New("it has no program " + programName)
	case err == nil && header.Typeflag != tar.TypeReg:
		err = errors.New("its " + programName + " is not a file")
	case err == nil:
		err = extract(entries, to)
	}
	_, writing := errors.AsType[*fs.PathError](err)
	switch {
	case err == nil, writing:
		return err
	case bounded.N <= 0:
		return failed(Refused, "the archive has more than %d MiB in it", limit>>20)
	}
	return failed(Refused, "the archive is not as a release's: %v", err)
}

func extract(from io.Reader, to string) error {
	file, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, from)
	return errors.Join(err, file.Close())
}
