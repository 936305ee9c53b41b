//go:build linux

package main

import (
	"bufio"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// supervisedPause, in the environment, makes this test's process one that is supervised.
const supervisedPause = "STORMDRILL_TEST_PAUSE"

// Ctrl-Z stops the command with its supervisor, and what ends it ends it for both; a
// supervisor that alone is stopped holds up nothing, and the command ends when it is
// killed.
func TestPause(t *testing.T) {
	if os.Getenv(supervisedPause) != "" {
		os.Exit(supervise(func() int {
			os.Stdout.WriteString(strconv.Itoa(os.Getpid()) + "\n")
			time.Sleep(time.Minute)
			return 0
		}))
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestPause$")
	cmd.Env = append(os.Environ(), supervisedPause+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	self := cmd.Process.Pid
	for _, c := range []struct {
		signal           syscall.Signal
		supervisor, both bool // stopped
	}{{syscall.SIGTSTP, true, true}, {syscall.SIGCONT, false, false}, {syscall.SIGSTOP, true,
		false}, {syscall.SIGCONT, false, false}} {
		if err := syscall.Kill(self, c.signal); err != nil {
			t.Fatal(err)
		}
		if !becomes(self, c.supervisor) || !becomes(child, c.both) {
			t.Fatalf("%s: the supervisor stopped: %v, want %v; the command: %v, want %v", c.signal,
				stopped(self), c.supervisor, stopped(child), c.both)
		}
	}
	_ = cmd.Process.Kill()
	for range 500 {
		if stat, err := os.ReadFile("/proc/" + strconv.Itoa(child) + "/stat"); err != nil ||
			strings.Contains(string(stat), ") Z ") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the command outlives its supervisor")
}

// becomes waits until a process is stopped, or goes on.
func becomes(pid int, want bool) bool {
	for range 500 {
		if stopped(pid) == want {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

func stopped(pid int) bool {
	stat, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return strings.Contains(string(stat), ") T ")
}
