package statefile

// storedName is the path itself: the file systems of Linux keep names apart that differ in
// a byte, but for folders that were made to fold case (ext4's chattr +F).
func storedName(folder string) (string, error) { return folder, nil }
