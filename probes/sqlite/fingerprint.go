package sqlite

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"syscall"
)

// Fingerprint names the database at path by its device, its inode and a hash of its first page, in
// which its schema begins. Rows do not change it, and another database in the same file does. It
// reads one page, and no log beside it: what a program writes there comes after it has opened the
// file. The error says that no database can be read there.
func Fingerprint(path string) (string, error) {
	file, err := openRegular(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	page := make([]byte, 4096)
	if n, err := file.ReadAt(page, 0); n < headerSize {
		return "", err
	}
	clear(page[24:40]) // counters of changes, pages and free pages (sqlite.org/fileformat2.html, 1.3)
	clear(page[92:100])
	stat := info.Sys().(*syscall.Stat_t)
	return fmt.Sprintf("%d:%d:%s", stat.Dev, stat.Ino, hashOf(string(page))), nil
}

// Changes is the count of changes in the header of the database at path, which grows with each transaction and never
// sinks, 0 where none can be read. In a database with a write-ahead log it grows more rarely (sqlite.org/fileformat2.html, 1.3.7).
func Changes(path string) uint64 {
	file, err := openRegular(path)
	if err != nil {
		return 0
	}
	defer file.Close()
	count := make([]byte, 4)
	if _, err := file.ReadAt(count, 24); err != nil {
		return 0
	}
	return uint64(binary.BigEndian.Uint32(count))
}

func hashOf(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text)))[:16] }
