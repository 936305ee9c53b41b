//go:build drill

package bench

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// loadNodes are the process ids of all load nodes that run in containers here.
func loadNodes(tb testing.TB) (all []int) {
	tb.Helper()
	ids, err := exec.Command("docker", "ps", "-q", "--filter", "label=org.stormdrill.run").Output()
	if err != nil {
		tb.Fatalf("docker ps: %v", err)
	}
	for _, id := range strings.Fields(string(ids)) {
		what, err := exec.Command("docker", "inspect", "-f", "{{.State.Pid}} {{json .Args}}",
			id).Output()
		if err != nil {
			continue // it has ended meanwhile
		}
		pid, args, _ := strings.Cut(strings.TrimSpace(string(what)), " ")
		if n, err := strconv.Atoi(pid); err == nil && n > 0 && strings.Contains(args, `"load"`) {
			all = append(all, n)
		}
	}
	return all
}

// fresh is the first of the process ids that was not there before; 0: none.
func fresh(now, before []int) int {
	for _, pid := range now {
		if !slices.Contains(before, pid) {
			return pid
		}
	}
	return 0
}

// resident is how many bytes of a process are in memory; 0: it has ended.
func resident(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(text), "VmRSS:")
	var kib int64
	_, _ = fmt.Sscan(after, &kib)
	return kib << 10
}
