package main

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

// holdLock is the command "holdlock LOCK READY": a foreign process that holds a flock until it
// is killed.
func holdLock() int {
	lock, err := os.OpenFile(os.Args[1], os.O_RDWR|os.O_CREATE, 0o600)
	if err == nil {
		err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	}
	if err == nil {
		err = os.WriteFile(os.Args[2]+".new", fmt.Appendln(nil, os.Getpid()), 0o600)
	}
	if err == nil {
		err = os.Rename(os.Args[2]+".new", os.Args[2]) // it appears with its content in it
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "holdlock:", err)
		return 1
	}
	<-time.After(10 * time.Minute) // bounds what a broken test can leave behind
	return int(lock.Fd())          // keeps the lock's file reachable until here
}
