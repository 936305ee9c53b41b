package plan

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/library"
)

// Open gives the drills that an argument of the command line names: a scenario
// file, a folder of them (*.yaml and *.yml, by name), or a shipped drill. What
// is wrong with any of them comes as Problems, all at once. With are files whose parts are laid
// over each. A folder that is named like a shipped drill, and that a run of it left, or that holds
// no scenario, does not hide it.
func Open(arg string, with ...string) ([]*scenarios.Scenario, error) {
	info, err := os.Stat(arg)
	shipped := slices.Contains(library.Names(), arg)
	switch {
	case err == nil && info.IsDir() && !(shipped && left(arg)):
		return openFolder(arg, with)
	case err == nil && !info.IsDir():
		s, err := Load(arg, with...)
		return []*scenarios.Scenario{s}, err
	case shipped:
		s, err := openShipped(arg, with)
		return []*scenarios.Scenario{s}, err
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	return nil, notFound(arg)
}

// left reports whether a folder is one that a run left its evidence in, a copy of its scenario
// among it, or holds no scenario.
func left(dir string) bool {
	for _, name := range []string{"record", "campaign.json"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	entries, err := os.ReadDir(dir)
	return err == nil && !slices.ContainsFunc(entries, isScenario)
}

// isScenario reports whether what is in a folder is a scenario, by its name.
func isScenario(e fs.DirEntry) bool {
	x := filepath.Ext(e.Name())
	return !e.IsDir() && (x == ".yaml" || x == ".yml")
}

// notFound is the error of an argument that names nothing: of one that looks like a file, with
// the scenarios of its folder, and else with the shipped drills.
func notFound(arg string) error {
	if arg == "" {
		return errors.New(`"": want a scenario file, a folder of them, or a shipped drill`)
	}
	ext := filepath.Ext(arg)
	if ext != ".yaml" && ext != ".yml" && filepath.Base(arg) == arg {
		return fmt.Errorf("%s: no such file or folder, and no shipped drill: %s", arg,
			scenarios.Listed(arg, library.Names()))
	}
	dir := filepath.Dir(arg)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("%s: no such file or folder: there is no folder %s", arg, dir)
	}
	var have []string
	for _, e := range entries {
		if isScenario(e) {
			have = append(have, e.Name())
		}
	}
	if len(have) == 0 {
		return fmt.Errorf("%s: no such file or folder; no scenario is in %s: they end in .yaml or "+
			".yml, and stormdrill init FILE writes one", arg, dir)
	}
	return fmt.Errorf("%s: no such file or folder: %s", arg,
		scenarios.Listed(filepath.Base(arg), have))
}

func openFolder(dir string, with []string) ([]*scenarios.Scenario, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []*scenarios.Scenario
	var problems scenarios.Problems
	for _, e := range entries {
		if !isScenario(e) {
			continue
		}
		s, err := Load(filepath.Join(dir, e.Name()), with...)
		var ps scenarios.Problems
		if errors.As(err, &ps) {
			problems = append(problems, ps...)
		} else if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: no scenario in it: they end in .yaml or .yml", dir)
	}
	return all, problems.Err()
}

func openShipped(name string, with []string) (*scenarios.Scenario, error) {
	data, files, err := library.Open(name)
	if err != nil {
		return nil, err
	}
	return parse(name+".yaml", data, files, with)
}

// Load reads the scenario in a file. What is wrong with it comes as Problems,
// all at once; the scenario is then what could be read of it. With
// are files whose parts are laid over it.
func Load(path string, with ...string) (*scenarios.Scenario, error) {
	data, err := scenarios.ReadText(path)
	if err != nil {
		return nil, err
	}
	return parse(path, data, os.DirFS(filepath.Dir(path)), with)
}

// Parse reads a scenario that file holds; what it refers to stands in file's
// folder.
func Parse(file string, data []byte) (*scenarios.Scenario, error) {
	return parse(file, data, os.DirFS(filepath.Dir(file)), nil)
}

func parse(file string, data []byte, dir fs.FS, with []string) (*scenarios.Scenario, error) {
	s, whole, problems := scenarios.Decode(file, data, dir, with...)
	if !whole {
		return s, problems.Err()
	}
	_, err := compile(s, Options{}, problems)
	return s, err
}
