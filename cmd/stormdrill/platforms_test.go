//go:build drill

package main

import (
	"debug/buildinfo"
	"os"
	"testing"

	"golang.org/x/tools/go/packages"
)

// Everything, tests included, has to compile on each system that the command line is for, and
// without the roles of nodes. Types are checked from the sources, which takes a tenth of what
// compiling does; make cross also builds for each system and each architecture, if not for every
// pair of them.
func TestEveryPlatformCompiles(t *testing.T) {
	for _, p := range []struct{ system, arch, tags string }{
		{"linux", "arm64", "drill"}, {"darwin", "amd64", ""}, {"darwin", "arm64", ""},
		{"windows", "amd64", ""}, {"windows", "arm64", ""},
		{"linux", "amd64", "nonode"},
	} {
		t.Run(p.system+"/"+p.arch+"/"+p.tags, func(t *testing.T) {
			all, err := packages.Load(&packages.Config{
				Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles |
					packages.NeedImports | packages.NeedDeps | packages.NeedSyntax |
					packages.NeedTypes,
				Env: append(os.Environ(), "CGO_ENABLED=0", "GOOS="+p.system, "GOARCH="+p.arch),
				Dir: "../..", Tests: true, BuildFlags: []string{"-tags", p.tags},
			}, "./...")
			if err != nil {
				t.Fatal(err)
			}
			if len(all) < 50 {
				t.Fatalf("%d packages: not all of the project's", len(all))
			}
			packages.Visit(all, nil, func(one *packages.Package) {
				for _, e := range one.Errors {
					t.Error(e)
				}
			})
		})
	}
}

// What make build has made is static, and the same wherever it was built: no folder of the
// machine that built it is in it.
func TestProgramIsAloneAndFromAnywhere(t *testing.T) {
	info, err := buildinfo.ReadFile("../../bin/stormdrill")
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]string{}
	for _, s := range info.Settings {
		have[s.Key] = s.Value
	}
	if have["-trimpath"] != "true" || have["CGO_ENABLED"] != "0" {
		t.Errorf("built by %v", have)
	}
}
