package actions

// A turn is how a driver tells whoever follows that there is a new record: a lock on
// the one byte of supervisor.lock at the record's generation. The driver has the byte
// of the record that is there. Before it writes the next one it takes that one's byte,
// and afterwards it gives the other back. A follower waits in the kernel for the byte
// of the record that it has read: it comes free when that is no longer the one that is
// there, by a save or by the driver's death.
//
// A watch on the folder would tell as much, and does where there are no turns. But the
// end of the last watch of a process waits for every reader of the kernel's table of
// watches (synchronize_srcu, fs/notify/mark.c): 8 to 24 ms on a busy machine, at the end
// of each command.
//
// Turns are told only where the kernel itself keeps the locks of a file and keeps those
// on bytes apart from flock: on Linux, and on a local file system. NFS makes one of the
// two, so that giving a byte back would give back supervisor.lock (flock(2)).
