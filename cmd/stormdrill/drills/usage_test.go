//go:build drill

package drills

import (
	"debug/dwarf"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// usage is what a process of the program has at a moment.
type usage struct{ kib, files, goroutines int }

// goroutines is where a process of the program keeps its goroutines: the runtime's list of
// all that there ever were, and, in each, whether it is in use.
type goroutines struct {
	length, list uint64 // addresses of runtime.allglen and runtime.allgptr
	status       uint64 // offset of runtime.g.atomicstatus
}

// dead is the status of a goroutine that has ended, and whose place is to be used again.
const dead = 6

// goroutinesOf reads it from the program's file.
func goroutinesOf(file string) (g goroutines, err error) {
	f, err := elf.Open(file)
	if err != nil {
		return g, err
	}
	defer f.Close()
	symbols, err := f.Symbols()
	if err != nil {
		return g, err
	}
	for _, s := range symbols {
		switch s.Name {
		case "runtime.allglen":
			g.length = s.Value
		case "runtime.allgptr":
			g.list = s.Value
		}
	}
	d, err := f.DWARF()
	if err != nil {
		return g, err
	}
	g.status, err = offsetOf(d, "runtime.g", "atomicstatus")
	if err == nil && (g.length == 0 || g.list == 0) {
		err = fmt.Errorf("%s: not where goroutines are expected", file)
	}
	return g, err
}

// offsetOf is where a field lies in a struct.
func offsetOf(d *dwarf.Data, name, field string) (uint64, error) {
	for r := d.Reader(); ; {
		e, err := r.Next()
		if err != nil || e == nil {
			return 0, fmt.Errorf("no %s.%s: %w", name, field, err)
		}
		if e.Tag != dwarf.TagStructType || e.Val(dwarf.AttrName) != name {
			continue
		}
		typ, err := d.Type(e.Offset)
		if err != nil {
			return 0, err
		}
		for _, x := range typ.(*dwarf.StructType).Field {
			if x.Name == field {
				return uint64(x.ByteOffset), nil
			}
		}
	}
}

// count counts them in a process that goes on meanwhile.
func (g goroutines) count(pid int) (n int, err error) {
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		return 0, err
	}
	defer mem.Close()
	word := func(at uint64, size int) (uint64, error) {
		b := make([]byte, 8)
		_, err := mem.ReadAt(b[:size], int64(at))
		return binary.LittleEndian.Uint64(b), err
	}
	length, err := word(g.length, 8)
	if err != nil {
		return 0, err
	}
	list, err := word(g.list, 8)
	if err != nil {
		return 0, err
	}
	for i := range length {
		at, err := word(list+8*i, 8)
		if err != nil {
			return 0, err
		}
		status, err := word(at+g.status, 4)
		if err != nil {
			return 0, err
		}
		if status&^0x1000 != dead { // the bit is set while the collector scans its stack
			n++
		}
	}
	return n, nil
}

// usageOf asks the kernel.
func usageOf(pid int, g goroutines) (u usage, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return u, err
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmRSS:" {
			u.kib, _ = strconv.Atoi(f[1])
		}
	}
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		return u, err
	}
	u.files = len(files)
	u.goroutines, err = g.count(pid)
	return u, err
}

// children are the processes that a process has begun.
func children(of int) (all []int) {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", of)) // the pattern is well formed
	for _, path := range threads {
		text, _ := os.ReadFile(path) // it may have ended
		for _, s := range strings.Fields(string(text)) {
			if pid, err := strconv.Atoi(s); err == nil {
				all = append(all, pid)
			}
		}
	}
	return all
}
