package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// build is what version --json prints: the program, and what it is built from.
type build struct {
	Version  string   `json:"version"`
	Revision string   `json:"revision"` // of the sources; "" where the build does not record it
	Modified bool     `json:"modified"` // the sources had changes since
	Go       string   `json:"go"`
	OS       string   `json:"os"`
	Arch     string   `json:"arch"`
	Modules  []module `json:"modules"` // every module that is linked in, by path
}

// module is one dependency. Sum is go.sum's hash of it.
type module struct {
	Path    string `json:"path"`
	Version string `json:"version"`
	Sum     string `json:"sum"`
}

func newVersion() *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the version and, with --json, every module that it is built from",
		Long: `Version prints what the build knows of itself. With --json it is an object with
the sources' revision, Go's version, and each linked module with its version
and its hash: what a bill of materials is made from.`,
		Example: `  stormdrill version --json`,
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if !asJSON {
				_, err := fmt.Fprintln(c.OutOrStdout(), "stormdrill", version())
				return err
			}
			e := json.NewEncoder(c.OutOrStdout())
			e.SetIndent("", "  ")
			return e.Encode(built())
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print an object with all modules")
	return c
}

func built() build {
	b := build{Version: version(), Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		Modules: []module{}}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		b.Modules = append(b.Modules, module{m.Path, m.Version, m.Sum})
	}
	return b
}
