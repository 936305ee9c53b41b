//go:build linux && amd64

// Ahead runs a program with a wall clock so many seconds ahead of the machine's. No other
// program's clock changes:
//
//	ahead 3 prometheus --config.file=…
//
// Linux has no namespace for CLOCK_REALTIME. A program reads it in the vDSO, a page of code
// that the kernel maps into each process; written over before the program's first instruction,
// that page asks the kernel, and adds the seconds. CLOCK_MONOTONIC stays what it is. It holds
// for programs that read the clock by clock_gettime, as those in Go do.
package main

import (
	"bufio"
	"bytes"
	"debug/elf"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

func main() {
	if len(os.Args) < 3 {
		fail(fmt.Errorf("usage: ahead SECONDS PROGRAM ARG..."))
	}
	by, err := strconv.ParseInt(os.Args[1], 10, 8) // as wide as the instruction has it
	if err != nil {
		fail(err)
	}
	code, err := run(byte(by), os.Args[2:])
	if err != nil {
		fail(err)
	}
	os.Exit(code)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "ahead:", err)
	os.Exit(125)
}

// run runs the program to its end, hands it signals, and gives its exit status.
func run(by byte, args []string) (code int, err error) {
	runtime.LockOSThread() // it is this thread's to trace
	path, err := exec.LookPath(args[0])
	if err != nil {
		return 0, err
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	p, err := os.StartProcess(path, args, &os.ProcAttr{
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr}, Env: os.Environ(),
		Sys: &syscall.SysProcAttr{Ptrace: true}})
	if err != nil {
		return 0, err
	}
	var s syscall.WaitStatus
	if _, err := syscall.Wait4(p.Pid, &s, 0, nil); err != nil || !s.Stopped() {
		return 0, fmt.Errorf("%s did not stop as it began: %v", path, err)
	}
	at, err := clock(p.Pid)
	if err == nil {
		_, err = syscall.PtracePokeData(p.Pid, at, shifted(by))
	}
	if err != nil {
		_ = p.Kill()
		return 0, err
	}
	if err := syscall.PtraceDetach(p.Pid); err != nil {
		return 0, err
	}
	go func() {
		for sig := range signals {
			_ = p.Signal(sig)
		}
	}()
	ended, err := p.Wait()
	if err != nil {
		return 0, err
	}
	return ended.ExitCode(), nil
}

// shifted is clock_gettime(edi, rsi) by a system call, with so many seconds more of
// CLOCK_REALTIME, which is 0.
func shifted(by byte) []byte {
	return []byte{
		0xb8, 0xe4, 0, 0, 0, // mov $SYS_clock_gettime, %eax
		0x0f, 0x05, // syscall
		0x85, 0xff, // test %edi, %edi
		0x75, 0x04, // jne 1f
		0x48, 0x83, 0x06, by, // addq $by, (%rsi)
		0xc3, // 1: ret
	}
}

// clock is where a stopped process has clock_gettime.
func clock(pid int) (uintptr, error) {
	from, to, err := vdso(pid)
	if err != nil {
		return 0, err
	}
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		return 0, err
	}
	defer mem.Close()
	image := make([]byte, to-from)
	if _, err := io.ReadFull(io.NewSectionReader(mem, int64(from), int64(len(image))), image); err != nil {
		return 0, err
	}
	f, err := elf.NewFile(bytes.NewReader(image))
	if err != nil {
		return 0, err
	}
	symbols, err := f.DynamicSymbols()
	if err != nil {
		return 0, err
	}
	for _, s := range symbols {
		if s.Name == "__vdso_clock_gettime" {
			return from + uintptr(s.Value), nil
		}
	}
	return 0, fmt.Errorf("the vDSO has no clock_gettime")
}

// vdso is where it is mapped.
func vdso(pid int) (from, to uintptr, err error) {
	maps, err := os.Open(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return 0, 0, err
	}
	defer maps.Close()
	for s := bufio.NewScanner(maps); s.Scan(); {
		if strings.HasSuffix(s.Text(), "[vdso]") {
			_, err := fmt.Sscanf(s.Text(), "%x-%x", &from, &to)
			return from, to, err
		}
	}
	return 0, 0, fmt.Errorf("no vDSO is mapped")
}
