package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// copyPrograms puts what is measured into the temporary folder, as an installer writes it.
// How a program's file came into memory is felt at each of its starts and ends: the linker
// writes it through a mapping, which leaves it there in single pages, and what is written
// lies there in larger pieces, that the kernel maps and lets go of at once (folios,
// mm/filemap.c). Of a program that has just been built, and only of that one, the figures
// would be those of its single pages. --in-place leaves both where they lie.
func (b *bench) copyPrograms() error {
	if b.inPlace {
		return nil
	}
	folder, err := b.makeFolder("programs")
	if err != nil {
		return err
	}
	for _, program := range []*string{&b.stigmer, &b.temporal} {
		to := filepath.Join(folder, filepath.Base(*program))
		if err := copyProgram(to, *program); err != nil {
			return fmt.Errorf("copy %s: %w", *program, err)
		}
		*program = to
	}
	return nil
}

// copyProgram reads and writes: nothing that the system could copy by sharing.
func copyProgram(to, from string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	file, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o700)
	if err != nil {
		return err
	}
	_, err = io.Copy(struct{ io.Writer }{file}, struct{ io.Reader }{source})
	return errors.Join(err, file.Close())
}
