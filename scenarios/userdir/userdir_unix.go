//go:build unix

package userdir

import (
	"io/fs"
	"os"
	"syscall"
)

// Owned reports whether a file is this user's.
func Owned(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Geteuid()
}

// private reports whether none but its owner may use a folder.
func private(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 == 0 }
