package xnu

import "encoding/binary"

// File is what a process's descriptor is open on.
type File struct {
	// Device and Inode are the file's identity, as stat has it.
	Device uint32
	Inode  uint64
	// Links counts the file's names: 0 is a file that was deleted.
	Links int
	// HasFlock says that a flock was granted to the open file description, which every
	// process that inherited it shares. One that waits for a lock does not have it (sys_flock,
	// bsd/kern/kern_descrip.c; fill_fileinfo, bsd/kern/proc_info.c).
	HasFlock bool
	// Path is where the file is, as far as the kernel knows. Only FileAt fills it.
	Path string
}

// wasLocked is FWASLOCKED (bsd/sys/fcntl.h). Nothing here unlocks a file but by closing
// it, so that "was granted" means "has".
const wasLocked = 0x4000

// The kinds of descriptors (bsd/sys/proc_info.h, PROX_FDTYPE_...).
const (
	kindVnode  = 1
	kindSocket = 2
)

// The sizes of proc_fdinfo, proc_fileinfo and vnode_fdinfo.
const (
	fdSize        = 8
	fileInfoSize  = 24
	vnodeFileSize = fileInfoSize + vnodeInfoSize
)

// Files returns the numbers of a process's descriptors that are files, folders and devices.
func (k Kernel) Files(pid int) ([]int, error) { return k.descriptors(pid, kindVnode) }

func (k Kernel) descriptors(pid, kind int) ([]int, error) {
	raw, err := k.readList(callPIDInfo, pid, infoDescriptors, fdSize)
	if err != nil {
		return nil, err
	}
	var numbers []int
	for ; len(raw) >= fdSize; raw = raw[fdSize:] {
		if int(binary.LittleEndian.Uint32(raw[4:])) == kind {
			numbers = append(numbers, int(int32(binary.LittleEndian.Uint32(raw))))
		}
	}
	return numbers, nil
}

// File returns what a descriptor is open on. The error is EBADF for one that is not
// open, or no file.
func (k Kernel) File(pid, fd int) (File, error) {
	raw, err := k.readStruct(callFDInfo, pid, fdVnode, uint64(fd), vnodeFileSize)
	if err != nil {
		return File{}, err
	}
	return parseFile(raw), nil
}

// FileAt is File with the path, which costs the kernel more.
func (k Kernel) FileAt(pid, fd int) (File, error) {
	raw, err := k.readStruct(callFDInfo, pid, fdVnodePath, uint64(fd), vnodeFileSize+pathSize)
	if err != nil {
		return File{}, err
	}
	file := parseFile(raw)
	file.Path = cString(raw[vnodeFileSize:])
	return file, nil
}

func parseFile(raw []byte) File {
	return File{
		HasFlock: binary.LittleEndian.Uint32(raw)&wasLocked != 0,
		Device:   binary.LittleEndian.Uint32(raw[fileInfoSize:]),
		Links:    int(binary.LittleEndian.Uint16(raw[fileInfoSize+6:])),
		Inode:    binary.LittleEndian.Uint64(raw[fileInfoSize+8:]),
	}
}
