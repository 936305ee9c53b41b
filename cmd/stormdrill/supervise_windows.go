package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
)

// A crash ends a Go program with status 2, which here would read as inconclusive. So the
// command runs in a process of its own, which says that its end is meant by a status
// above meantFrom. Windows sends it nothing where this process is ended by force: then the
// command goes on to its end.

// supervised, set in the environment of the command's own process, is taken out of it
// before anything else is started.
const supervised = "STORMDRILL_SUPERVISED"

// meantFrom is added to the status of a process that means to end. Windows has room
// for 32 bits.
const meantFrom = 1000

// supervise runs a command in a process of its own, which is this program once more, and
// gives its exit status. In that process it runs the command itself.
func supervise(command func() int) int {
	if os.Getenv(supervised) != "" {
		_ = os.Unsetenv(supervised)
		return meantFrom + command()
	}
	if len(os.Args) > 1 && slices.Contains([]string{"node", "reap"}, os.Args[1]) {
		return command()
	}
	self, err := os.Executable()
	if err != nil {
		return command()
	}
	// A Ctrl-C of the console reaches both; the command answers it.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	cmd := &exec.Cmd{Path: self, Args: os.Args, Stdin: os.Stdin, Stdout: os.Stdout,
		Stderr: os.Stderr, Env: append(os.Environ(), supervised+"=1")}
	ended := cmd.Run()
	var exit *exec.ExitError
	switch code := cmd.ProcessState.ExitCode(); {
	case ended != nil && !errors.As(ended, &exit):
		fmt.Fprintln(os.Stderr, "stormdrill:", ended)
	case code >= meantFrom && code < 2*meantFrom:
		return code - meantFrom
	case code == exitInterrupted: // at once, by a second Ctrl-C
		return code
	default:
		fmt.Fprintf(os.Stderr, "stormdrill: crashed (%v): %s; what stands above belongs into a "+
			"bug report\n", ended, noVerdict)
	}
	return exitHarness
}

// typed gives what is typed at the terminal, from now on.
func typed() (io.Reader, error) { return os.Stdin, nil }

// meant says that the process ends on purpose, which its status does here.
func meant() {}
