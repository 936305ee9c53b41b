//go:build unix

package lab

import (
	"errors"

	"golang.org/x/sys/unix"
)

// full reports whether an error is of a file system without room.
func full(err error) bool { return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) }
