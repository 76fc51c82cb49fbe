package statefile

import "fmt"

// File is the record of one home.
type File struct {
	Home Home
}

// Load reads the record. The error wraps fs.ErrNotExist where there is none,
// SymlinkError, CorruptError (also for a folder or a pipe in its place),
// NewerError, or the system's. It changes nothing and needs no lock.
func (f File) Load() (Document, error) {
	path := f.Home.State()
	data, err := slurp(path)
	if err != nil {
		return Document{}, fmt.Errorf("read %s: %w", path, err)
	}
	d, err := Decode(data)
	if err != nil {
		return Document{}, fmt.Errorf("read %s: %w", path, err)
	}
	return d, nil
}

// Save replaces the record, with mode 0600 whatever the umask, and returns when
// it would survive a power cut. Only the holder of supervisor.lock may call it.
// After an error the record is the old one, whole; only if the sync of the folder
// failed is it the new one, whole, and may become the old one in a power cut.
func (f File) Save(d Document) error {
	path := f.Home.State()
	data, err := Encode(d)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := replace(path, data); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := settle(string(f.Home)); err != nil {
		return fmt.Errorf("sync %s: %w", f.Home, err)
	}
	return nil
}
