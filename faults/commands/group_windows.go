package commands

import (
	"os/exec"
	"sync"
	"syscall"

	"golang.org/x/sys/windows"
)

// group is a command with all the processes that it starts. Windows keeps it as a job,
// which the command enters right after its start: what it starts before that is in none,
// and outlives kill.
type group struct {
	cmd   *exec.Cmd
	begun bool

	mu  sync.Mutex // kill may come before the job is there
	job windows.Handle
}

// take makes a command, before its start, the first of a group of its own.
func (g *group) take(cmd *exec.Cmd) {
	g.cmd = cmd
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
	cmd.Cancel = g.kill
}

// began is called once the command has been started. Where there can be no job, kill ends
// the command alone.
func (g *group) began() {
	g.begun = true
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return
	}
	p, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false,
		uint32(g.cmd.Process.Pid))
	if err == nil {
		err = windows.AssignProcessToJobObject(job, p)
		_ = windows.CloseHandle(p)
	}
	if err != nil {
		_ = windows.CloseHandle(job)
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.job = job
}

// kill ends the whole group.
func (g *group) kill() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.job == 0 {
		return g.cmd.Process.Kill()
	}
	return windows.TerminateJobObject(g.job, 1)
}

// close forgets the group; its processes live on.
func (g *group) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.job != 0 {
		_ = windows.CloseHandle(g.job)
		g.job = 0
	}
}
