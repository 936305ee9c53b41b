//go:build unix

package run

import "syscall"

// apart starts a process that no terminal sends signals to.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
