package main

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// screen is standard output or standard error. A reader that leaves, as head does, ends
// nothing: what is written from then on is dropped, and evidence and exit status are as
// without it. Other failures, as of a full disk, stay failures.
type screen struct {
	File *os.File // not embedded: its own WriteString would pass Write by
	once sync.Once
}

// Fd is the file descriptor, by which a caller finds whether it is a terminal.
func (s *screen) Fd() uintptr { return s.File.Fd() }

// Write writes, or drops what is not read.
func (s *screen) Write(p []byte) (int, error) {
	// Taken, or Go ends the process at once; not ignored, which its children would inherit.
	s.once.Do(func() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) })
	n, err := s.File.Write(p)
	if unread(err) {
		return len(p), nil
	}
	return n, err
}
