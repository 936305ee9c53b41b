//go:build unix

package main

import (
	"errors"
	"syscall"
)

// apart starts a process that no terminal sends signals to.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// unread reports whether a write failed because its reader has left.
func unread(err error) bool { return errors.Is(err, syscall.EPIPE) }
