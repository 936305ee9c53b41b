//go:build drill

package drills

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// hosted is what a drill must not change on the machine it runs on.
type hosted struct {
	rules    map[string]bool   // of the packet filter, but for those of a network's bridge
	settings map[string]string // under /proc/sys, but for those of a network interface
	untagged map[string]bool   // images that nothing names
}

// hostNow reads it.
func hostNow(t *testing.T) hosted {
	t.Helper()
	h := hosted{map[string]bool{}, map[string]string{}, map[string]bool{}}
	for _, line := range rulesNow(t) {
		if !bridge.MatchString(line) {
			h.rules[line] = true
		}
	}
	for _, root := range []string{"/proc/sys/net", "/proc/sys/vm"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist): // of an interface that has just gone
				return nil
			case err != nil:
				return err
			case d.IsDir() && slices.Contains([]string{"conf", "neigh"},
				filepath.Base(filepath.Dir(path))) && d.Name() != "all" && d.Name() != "default":
				return fs.SkipDir
			case !d.IsDir() && !strings.HasSuffix(path, "_count"):
				text, _ := os.ReadFile(path) // some cannot be read
				h.settings[path] = string(text)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for id := range strings.FieldsSeq(output(exec.Command("docker", "images", "-q", "--filter",
		"dangling=true"))) {
		h.untagged[id] = true
	}
	return h
}

// bridge is how the engine names a network's.
var bridge = regexp.MustCompile(`br-[0-9a-f]{12}`)

var counters = regexp.MustCompile(`\[\d+:\d+\]|counter packets \d+ bytes \d+`)

// rulesNow are all rules of the host's packet filter, without what they have counted.
func rulesNow(t *testing.T) (all []string) {
	t.Helper()
	for _, args := range [][]string{{"iptables-save"}, {"ip6tables-save"}, {"nft", "list", "ruleset"}} {
		if _, err := exec.LookPath(args[0]); err != nil {
			continue
		}
		out, err := exec.Command(args[0], args[1:]...).Output()
		if err != nil {
			t.Fatalf("%s: %v", args[0], err)
		}
		for line := range strings.Lines(string(out)) {
			if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") {
				all = append(all, counters.ReplaceAllString(line, ""))
			}
		}
	}
	return all
}

// same wants it as it was, and no rule of a bridge that is no more.
func (h hosted) same(t *testing.T) {
	t.Helper()
	var wrong []string
	// Networks of others come and go meanwhile: what is theirs is wrong for a moment only.
	for range 15 {
		wrong = nil
		for _, line := range rulesNow(t) {
			for _, name := range bridge.FindAllString(line, -1) {
				if _, err := os.Stat("/sys/class/net/" + name); err != nil {
					wrong = append(wrong, "of a bridge that is gone: "+line)
				}
			}
		}
		now := hostNow(t)
		if !maps.Equal(now.rules, h.rules) {
			wrong = append(wrong, changes(h.rules, now.rules)...)
		}
		for path, was := range h.settings {
			if is := now.settings[path]; is != was {
				wrong = append(wrong, path+": "+was+" is now "+is)
			}
		}
		for id := range now.untagged {
			if !h.untagged[id] {
				wrong = append(wrong, "image "+id)
			}
		}
		if len(wrong) == 0 {
			return
		}
		time.Sleep(time.Second)
	}
	t.Errorf("left behind on the host: %q", wrong)
}

// changes are the lines that are in one set only.
func changes(before, now map[string]bool) (all []string) {
	for _, line := range slices.Sorted(maps.Keys(before)) {
		if !now[line] {
			all = append(all, "gone: "+line)
		}
	}
	for _, line := range slices.Sorted(maps.Keys(now)) {
		if !before[line] {
			all = append(all, "new: "+line)
		}
	}
	return all
}
