//go:build unix

package main

import (
	"errors"
	"syscall"
)

// unread reports whether a write failed because its reader has left.
func unread(err error) bool { return errors.Is(err, syscall.EPIPE) }
