//go:build unix

package commands

import (
	"os/exec"
	"syscall"
)

// group is a command with all the processes that it starts.
type group struct {
	cmd   *exec.Cmd
	begun bool
}

// take makes a command, before its start, the first of a group of its own.
func (g *group) take(cmd *exec.Cmd) {
	g.cmd = cmd
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = g.kill
}

// began is called once the command has been started.
func (g *group) began() { g.begun = true }

// kill ends the whole group.
func (g *group) kill() error { return syscall.Kill(-g.cmd.Process.Pid, syscall.SIGKILL) }

// close forgets the group; its processes live on.
func (g *group) close() {}
