// Package service writes and removes the file by which systemd or launchd starts Temporal at
// login, and reports what they say of it.
//
// It must never change a file that stigmer did not write.
package service
