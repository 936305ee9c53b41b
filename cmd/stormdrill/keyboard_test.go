//go:build linux

package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// supervisedTyping, in the environment, makes this test's process one that is supervised.
const supervisedTyping = "STORMDRILL_TEST_TYPING"

// What is typed at a terminal reaches the command, which is of another group than the one in
// the foreground, from when it asks for it; it does not stop.
func TestTypingReachesTheCommand(t *testing.T) {
	if os.Getenv(supervisedTyping) != "" {
		os.Exit(supervise(func() int {
			fmt.Println("terminal:", onTerminal())
			typing := &typing{}
			for range 2 {
				fmt.Printf("typed: %q\n", <-typing.lines())
			}
			return 0
		}))
	}
	terminal, name := openTerminal(t)
	tty, err := os.OpenFile(name, os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestTypingReachesTheCommand$")
	cmd.Env = append(os.Environ(), supervisedTyping+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = tty.Close()
	end := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	defer end.Stop()
	var said []string
	for s := bufio.NewScanner(terminal); s.Scan(); { // until no process has it open any more
		said = append(said, strings.TrimSpace(s.Text()))
		switch said[len(said)-1] {
		case "terminal: true":
			_, err = terminal.WriteString("a\n")
		case `typed: "a"`:
			_, err = terminal.WriteString("a it is down\n")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ended by %v", err)
	}
	if all := strings.Join(said, "\n"); !strings.Contains(all, `typed: "a it is down"`) {
		t.Errorf("have\n%s", all)
	}
}

// openTerminal opens a pseudo-terminal, and gives its other end's name.
func openTerminal(t *testing.T) (*os.File, string) {
	t.Helper()
	f, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	fd := int(f.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	return f, fmt.Sprintf("/dev/pts/%d", n)
}
