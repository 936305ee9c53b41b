//go:build unix

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"syscall"
)

// Go ends a program that panics, runs out of memory or writes a map from two goroutines
// with status 2, which here would read as inconclusive, and most of that cannot be
// recovered from. So the command runs in a process of its own: this one starts it, hands
// signals on, and gives status 4 where it ended without saying that it meant to.

// supervised, set in the environment of the command's own process, is taken out of it
// before anything else is started.
const supervised = "STORMDRILL_SUPERVISED"

// Descriptors that the command's own process begins with.
const (
	lifeline = 3 + iota // read end: closes when the supervisor is gone
	farewell            // write end: a byte says that the end which follows is meant
	keyboard            // a socket: a byte asks for what is typed, where there is a terminal
)

// ownProcess are the commands with a supervisor of their own: an engine, or the drill
// that the reaper is of.
var ownProcess = []string{"node", "reap"}

// supervise runs a command in a process of its own, which is this program once more, and
// gives its exit status. In that process it runs the command itself.
func supervise(command func() int) int {
	if os.Getenv(supervised) != "" {
		return obey(command)
	}
	if len(os.Args) > 1 && slices.Contains(ownProcess, os.Args[1]) {
		return command()
	}
	self, err := os.Executable()
	if err != nil {
		return command()
	}
	status, err := watchOver(self)
	if err != nil {
		fmt.Fprintln(os.Stderr, "stormdrill:", err)
		return exitHarness
	}
	return status
}

// meant says that the process ends on purpose; the supervisor then takes its status.
var meant = func() {}

// typed gives what is typed at the terminal, from now on. The command's own process is of a
// group that may not read it, so that its supervisor does.
var typed = func() (io.Reader, error) { return readTerminal() }

// readTerminal reads the terminal; of a process in the background that is an error, and does
// not stop it.
func readTerminal() (io.Reader, error) {
	signal.Ignore(syscall.SIGTTIN)
	return os.Stdin, nil
}

// keys is the socket by which a command asks for what is typed, and gets it; nil where there
// is no terminal.
func keys() (command *os.File, err error) {
	if !onTerminal() {
		return nil, nil
	}
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, err
	}
	for _, fd := range pair {
		syscall.CloseOnExec(fd)
	}
	own := os.NewFile(uintptr(pair[0]), "keyboard")
	go func() {
		defer own.Close()
		if n, _ := own.Read(make([]byte, 1)); n == 0 {
			return // it ended unasked
		}
		if in, err := readTerminal(); err == nil {
			_, _ = io.Copy(own, in)
		}
	}()
	return os.NewFile(uintptr(pair[1]), "keyboard"), nil
}

// obey runs the command as a process that is supervised. It ends when the supervisor does,
// as if it had been killed: nodes and reaper clear up.
func obey(command func() int) int {
	_ = os.Unsetenv(supervised)
	syscall.CloseOnExec(lifeline)
	syscall.CloseOnExec(farewell)
	farewells := os.NewFile(farewell, "farewell")
	meant = func() { _, _ = farewells.Write([]byte{1}) }
	if onTerminal() {
		syscall.CloseOnExec(keyboard)
		typed = func() (io.Reader, error) {
			asked := os.NewFile(keyboard, "keyboard")
			_, err := asked.Write([]byte{1})
			return asked, err
		}
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.NewFile(lifeline, "lifeline"))
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}()
	status := command()
	meant()
	return status
}

// watchOver starts the process and waits for its end.
func watchOver(self string) (int, error) {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT,
		syscall.SIGTSTP, syscall.SIGCONT)
	life, hold, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	defer hold.Close()
	farewells, child, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	files := []*os.File{life, child}
	k, err := keys()
	if err != nil {
		return 0, err
	}
	if k != nil {
		files = append(files, k)
	}
	cmd := &exec.Cmd{Path: self, Args: os.Args, Stdin: os.Stdin, Stdout: os.Stdout,
		Stderr: os.Stderr,
		Env:    append(os.Environ(), supervised+"=1"), ExtraFiles: files,
		// Of its own group, so that a terminal's Ctrl-C reaches it once, from here.
		SysProcAttr: &syscall.SysProcAttr{Setpgid: true}}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	for _, f := range files {
		_ = f.Close()
	}
	interrupted := make(chan bool, 1)
	go func() {
		for s := range signals {
			if s == syscall.SIGTSTP || s == syscall.SIGCONT {
				pause(cmd.Process, s)
				continue
			}
			select {
			case interrupted <- true:
			default:
			}
			_ = cmd.Process.Signal(s)
		}
	}()
	ended := cmd.Wait()
	signal.Stop(signals)
	if n, _ := farewells.Read(make([]byte, 1)); n > 0 {
		return cmd.ProcessState.ExitCode(), nil
	}
	return crashed(cmd.ProcessState, ended, len(interrupted) > 0)
}

// pause hands on a terminal's Ctrl-Z and what ends it: both processes stop, or neither does,
// so that what looks stopped is. Where a drill stands still for long, its nodes and its
// reaper miss its beat, lift its faults and end.
func pause(command *os.Process, s os.Signal) {
	_ = command.Signal(s)
	if s == syscall.SIGTSTP {
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	}
}

// crashed is the status of a process that did not mean to end.
func crashed(state *os.ProcessState, ended error, interrupted bool) (int, error) {
	status, ok := state.Sys().(syscall.WaitStatus)
	switch {
	case ok && status.Signaled() && interrupted && status.Signal() != syscall.SIGKILL:
		return exitInterrupted, nil // before it could take the signal
	case ok && status.Signaled() && status.Signal() == syscall.SIGKILL:
		return 0, errors.New("killed, by the kernel for want of memory or by another process: " +
			noVerdict)
	}
	return 0, fmt.Errorf("crashed (%v): %s; what stands above belongs into a bug report",
		ended, noVerdict)
}
