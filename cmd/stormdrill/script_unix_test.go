//go:build unix

package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	ends := func(command func() int) func() { return func() { os.Exit(supervise(command)) } }
	testscript.Main(m, map[string]func(){
		"stormdrill": main,
		"panicking":  ends(func() int { go panic("a slip"); select {} }),
		"unlocking":  ends(unlock),
		"exhausting": ends(exhaust),
		"killed":     ends(func() int { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL); select {} }),
		"waiting":    ends(wait),
		"meaning":    ends(func() int { return exitInconclusive }),
	})
}

// TestScript runs the command lines of testdata/script. They need no engine.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("BAD", wd+"/../../testdata/bad")
			e.Setenv("RECORDS", wd+"/../../testdata/records")
			return nil
		},
	})
}

var wd, _ = os.Getwd()

// wait has its supervisor signalled, and waits.
func wait() int {
	fmt.Println(os.Getpid())
	_ = syscall.Kill(os.Getppid(), map[string]syscall.Signal{
		"term": syscall.SIGTERM, "quit": syscall.SIGQUIT, "kill": syscall.SIGKILL,
	}[os.Args[1]])
	select {}
}

// unlock ends by an error of the runtime that no program can recover from, at once and on
// one core, too.
func unlock() int {
	new(sync.Mutex).Unlock()
	return exitPass
}

// exhaust asks for more memory than the process may have, which is no panic.
func exhaust() int {
	const limit = 8 << 30 // of addresses
	if err := syscall.Setrlimit(syscall.RLIMIT_AS,
		&syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
		return exitFail
	}
	debug.SetGCPercent(-1)
	var all [][]byte
	for len(all) < 1<<20 {
		all = append(all, make([]byte, 1<<30)) // addresses only: nothing is written to them
	}
	return len(all)
}
