package main

import (
	"errors"
	"syscall"

	"golang.org/x/sys/windows"
)

// apart starts a process that the console sends no signals to, and that outlives it.
func apart() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.CREATE_NO_WINDOW}
}

// unread reports whether a write failed because its reader has left.
func unread(err error) bool {
	return errors.Is(err, windows.ERROR_BROKEN_PIPE) || errors.Is(err, windows.ERROR_NO_DATA)
}
