package run

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// apart starts a process that the console sends no signals to, and that outlives it.
func apart() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP |
		windows.CREATE_NO_WINDOW}
}
