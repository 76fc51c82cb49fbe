package probes

import (
	"slices"
	"strconv"
	"strings"
)

// openFile is one line group of lsof's field output: a process and a file.
type openFile struct {
	pid           int
	device, inode uint64
}

// parseLsof reads the output of lsof -F pfDi (lsof(8), "OUTPUT FOR OTHER
// PROGRAMS"): a line p for each process, then for each of its descriptors a line
// f, and where they are known D (the device, hexadecimal) and i (the inode).
func parseLsof(output string) []openFile {
	var files []openFile
	var pid int
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		value := line[1:]
		switch line[0] {
		case 'p':
			pid, _ = strconv.Atoi(value)
		case 'f':
			files = append(files, openFile{pid: pid})
		case 'D':
			if n := len(files); n > 0 {
				files[n-1].device, _ = strconv.ParseUint(value, 0, 64)
			}
		case 'i':
			if n := len(files); n > 0 {
				files[n-1].inode, _ = strconv.ParseUint(value, 10, 64)
			}
		}
	}
	return files
}

// openers returns each PID once, of the files that match.
func openers(files []openFile, match func(openFile) bool) []int {
	var pids []int
	for _, file := range files {
		if file.pid > 0 && match(file) && !slices.Contains(pids, file.pid) {
			pids = append(pids, file.pid)
		}
	}
	return pids
}
