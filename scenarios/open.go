package scenarios

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/loadgen/quantity"
	"github.com/stormdrill/stormdrill/scenarios/library"
)

// Open gives the drills that an argument of the command line names: a scenario
// file, a folder of them (*.yaml and *.yml, by name), or a shipped drill. What
// is wrong with any of them comes as Problems, all at once.
func Open(arg string) ([]*Scenario, error) {
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		return openFolder(arg)
	case err == nil:
		s, err := Load(arg)
		return []*Scenario{s}, err
	case slices.Contains(library.Names(), arg):
		s, err := openShipped(arg)
		return []*Scenario{s}, err
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	return nil, fmt.Errorf("%s: no such file or folder, and no shipped drill: %s", arg, listed(arg, library.Names()))
}

func openFolder(dir string) ([]*Scenario, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []*Scenario
	var problems Problems
	for _, e := range entries {
		if x := filepath.Ext(e.Name()); e.IsDir() || x != ".yaml" && x != ".yml" {
			continue
		}
		s, err := Load(filepath.Join(dir, e.Name()))
		var ps Problems
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
	return all, problems.err()
}

func openShipped(name string) (*Scenario, error) {
	data, files, err := library.Open(name)
	if err != nil {
		return nil, err
	}
	return parse(name+".yaml", data, files)
}

// Load reads the scenario in a file. What is wrong with it comes as Problems,
// all at once; the scenario is then what could be read of it.
func Load(path string) (*Scenario, error) {
	data, err := readBounded(os.DirFS(filepath.Dir(path)), filepath.Base(path), mostScenario)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return Parse(path, data)
}

// Parse reads a scenario that file holds; what it refers to stands in file's
// folder.
func Parse(file string, data []byte) (*Scenario, error) {
	return parse(file, data, os.DirFS(filepath.Dir(file)))
}

func parse(file string, data []byte, dir fs.FS) (*Scenario, error) {
	s := &Scenario{File: file, Dir: dir, places: newPlaces()}
	d := decoder{file: file, places: s.places}
	d.decode(data, s)
	s.notes = d.notes
	if len(d.problems) > 0 && len(s.places.at) <= 1 || d.visited > mostNodes {
		return s, d.problems.err() // not a scenario at all: what lacks is no news
	}
	p := newPlanner(s, Options{})
	p.problems = d.problems
	p.all()
	return s, p.problems.err()
}

// Notes are what is read in the scenario and should be written otherwise, each with its
// place.
func (s *Scenario) Notes() []string { return s.notes }

// ReadFile reads a file that the scenario refers to, such as a certificate or
// a target's configuration. Its name is relative to the scenario's folder; a
// scenario on disk may also name one by an absolute path or by way of "..".
func (s *Scenario) ReadFile(name string) ([]byte, error) {
	if on, ok := s.onDisk(name); ok {
		return readBounded(os.DirFS(filepath.Dir(on)), filepath.Base(on), mostFile)
	}
	return readBounded(s.Dir, filepath.ToSlash(filepath.Clean(name)), mostFile)
}

// Bounds of files, bytes: of a scenario, and of one that it gives to a container.
const (
	mostScenario = 1 << 20
	mostFile     = 16 << 20
)

// readBounded reads a regular file: a device has no end, and a pipe waits for somebody.
func readBounded(dir fs.FS, name string, most int64) ([]byte, error) {
	info, err := fs.Stat(dir, name)
	if err != nil {
		return nil, err
	}
	if err := fileFit(info, most); err != nil {
		return nil, err
	}
	f, err := dir.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1)) // some files, as in /proc, have more than they say
	if int64(len(data)) > most {
		return nil, tooLong(most)
	}
	return data, err
}

// fileFit is why a file cannot be read whole.
func fileFit(info fs.FileInfo, most int64) error {
	switch {
	case info.IsDir():
		return errors.New("is a folder: want a file")
	case !info.Mode().IsRegular():
		return errors.New("is a device, a pipe or a socket: want a regular file")
	case info.Size() > most:
		return tooLong(most)
	}
	return nil
}

func tooLong(most int64) error { return fmt.Errorf("is longer than %s", quantity.Size(most)) }

// outside reports whether a file that the scenario refers to lies outside its folder, by its
// name or by way of links.
func (s *Scenario) outside(name string) bool {
	if _, ok := s.onDisk(name); ok {
		return true
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(s.File))
	if err != nil {
		return false // a shipped drill, which is in no folder
	}
	at, err := filepath.EvalSymlinks(filepath.Join(dir, name))
	if err != nil {
		return false // it is not there
	}
	inside, err := filepath.Rel(dir, at)
	return err != nil || inside == ".." || strings.HasPrefix(inside, ".."+string(filepath.Separator))
}

// onDisk gives the path of a file that s.Dir cannot reach, or is not in it.
func (s *Scenario) onDisk(name string) (string, bool) {
	clean := filepath.Clean(name)
	switch {
	case filepath.IsAbs(clean):
		return clean, true
	case clean == ".." || strings.HasPrefix(clean, ".."+string(filepath.Separator)):
		return filepath.Join(filepath.Dir(s.File), clean), true
	}
	return "", false
}

// stat finds a file that the scenario refers to.
func (s *Scenario) stat(name string) (fs.FileInfo, error) {
	if on, ok := s.onDisk(name); ok {
		return os.Stat(on)
	}
	return fs.Stat(s.Dir, filepath.ToSlash(filepath.Clean(name)))
}
