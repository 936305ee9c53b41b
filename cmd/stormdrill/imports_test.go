package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const repository = "github.com/stormdrill/stormdrill/"

// linkedBy lists what packages link on a system, but for the standard library.
func linkedBy(t *testing.T, system string, packages ...string) []string {
	t.Helper()
	c := exec.Command("go", append([]string{"list", "-deps", "-f",
		"{{if not .Standard}}{{.ImportPath}}{{end}}"}, packages...)...)
	c.Env = append(c.Environ(), "GOOS="+system)
	out, err := c.Output()
	if err != nil {
		t.Fatalf("go list %s: %v", packages, err)
	}
	return strings.Fields(string(out))
}

// has reports whether a package is, or lies in, one of those named.
func has(path string, parts ...string) bool {
	for _, p := range parts {
		if path == p || strings.Contains(path+"/", "/"+p+"/") {
			return true
		}
	}
	return false
}

// The judge, the record and the reports work wherever a file can be read: they link
// nothing of Linux, of Docker or of a proxy.
func TestJudgeLinksNoMachine(t *testing.T) {
	for _, system := range []string{"linux", "darwin", "windows"} {
		for _, d := range linkedBy(t, system, repository+"scenarios/sla",
			repository+"scenarios/timeline", repository+"reports") {
			if has(d, "nftables", "netlink", "netns", "toxiproxy", "prometheus", "moby", "docker",
				"testcontainers-go",
				repository+"faults/switchboard", repository+"scenarios/lab/docker",
				repository+"loadgen") {
				t.Errorf("%s: they link %s", system, d)
			}
		}
	}
}

// What CLI and nodes say to each other needs the standard library alone, and what of the
// project's own does: what a certificate is, what a secret is, and, of a load, what a link is.
func TestVocabularyImportsTheStandardLibrary(t *testing.T) {
	for _, p := range []string{"faults/link", "loadgen/load"} {
		for _, d := range linkedBy(t, "linux", repository+p) {
			switch strings.TrimPrefix(d, repository) {
			case p, "faults/authority", "faults/secret", "faults/link":
			default:
				t.Errorf("%s links %s", p, d)
			}
		}
	}
}

// Commands have flags, one call and a format: what a fault, a load node or a watcher is,
// they leave to the packages that run a drill.
func TestCommandsOrchestrateNothing(t *testing.T) {
	out, err := exec.Command("go", "list", "-tags", "nonode", "-f",
		"{{range .Imports}}{{.}}\n{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range strings.Fields(string(out)) {
		for _, room := range []string{"faults", "loadgen", "scenarios/watch"} {
			if strings.HasPrefix(p+"/", repository+room+"/") {
				t.Errorf("cmd/stormdrill imports %s", p)
			}
		}
	}
}

// A program without the roles of nodes links neither a switchboard nor a load node.
func TestProgramWithoutRolesHasNoNodes(t *testing.T) {
	for _, system := range []string{"darwin", "windows"} {
		for _, d := range linkedBy(t, system, repository+"cmd/stormdrill") {
			if has(d, "nftables", "netlink", "netns", "toxiproxy", repository+"faults/switchboard",
				repository+"loadgen") {
				t.Errorf("%s: it links %s", system, d)
			}
		}
	}
}

// TestScoreWithoutRoles holds that the program as macOS and Windows have it, without the
// roles of nodes, judges a kept record to the same bytes. It is built for this system.
func TestScoreWithoutRoles(t *testing.T) {
	alone := filepath.Join(t.TempDir(), "stormdrill")
	if out, err := exec.Command("go", "build", "-tags", "nonode", "-o", alone,
		".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	kept := "../../testdata/records/haproxy-check/"
	want, err := os.ReadFile(kept + "scorecard.json")
	if err != nil {
		t.Fatal(err)
	}
	have, err := exec.Command(alone, "score", "--format", "json", kept+"record").Output()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Errorf("its scorecard is another one:\n%s", have)
	}
	if out, err := exec.Command(alone, "node", "load").CombinedOutput(); err == nil ||
		!strings.Contains(string(out), "command line alone") {
		t.Errorf("node: %v: %s", err, out)
	}
}
