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
)

// ReadText reads the text of a scenario, which is bounded.
func ReadText(path string) ([]byte, error) {
	data, err := readBounded(os.DirFS(filepath.Dir(path)), filepath.Base(path), mostScenario)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return data, nil
}

// Decode reads a scenario that file holds; what it refers to stands in dir. The problems are
// those of its form. Whole is false where it is no scenario at all, so that what it lacks is
// no news. With are files whose parts are laid over it.
func Decode(file string, data []byte, dir fs.FS, with ...string) (s *Scenario, whole bool,
	problems Problems) {
	s = &Scenario{File: file, Dir: dir, places: newPlaces()}
	d := decoder{file: file, places: s.places}
	d.decode(data, s, with)
	s.notes = d.notes
	return s, (len(d.problems) == 0 || len(s.places.at) > 1) && d.visited <= mostNodes && !d.broken,
		d.problems
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

// readBounded reads a regular file: a device has no end, and a pipe waits for a writer.
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
	// some files, as in /proc, have more than they say
	data, err := io.ReadAll(io.LimitReader(f, most+1))
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

// Outside reports whether a file that the scenario refers to lies outside its folder, by its
// name or by way of links.
func (s *Scenario) Outside(name string) bool {
	if on, ok := s.onDisk(name); ok {
		return !slices.ContainsFunc(s.beside, func(dir string) bool { return liesIn(dir, on) })
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(s.File))
	if err != nil {
		return false // a shipped drill, which is in no folder
	}
	at, err := filepath.EvalSymlinks(filepath.Join(dir, name))
	if err != nil {
		return false // it is not there
	}
	return !lies(dir, at)
}

// liesIn reports whether a file is in a folder, links followed.
func liesIn(dir, file string) bool {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return false
	}
	at, err := filepath.EvalSymlinks(file)
	return err == nil && lies(dir, at)
}

func lies(dir, file string) bool {
	inside, err := filepath.Rel(dir, file)
	return err == nil && inside != ".." &&
		!strings.HasPrefix(inside, ".."+string(filepath.Separator))
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

// CheckFile is why a file that the scenario refers to cannot be given to a container:
// fs.ErrNotExist where it cannot be found.
func (s *Scenario) CheckFile(name string) error {
	info, err := s.stat(name)
	if err != nil {
		return fs.ErrNotExist
	}
	return fileFit(info, mostFile)
}

// HasFolder says whether there is a folder that the scenario refers to.
func (s *Scenario) HasFolder(name string) bool {
	info, err := s.stat(name)
	return err == nil && info.IsDir()
}

// stat finds a file that the scenario refers to.
func (s *Scenario) stat(name string) (fs.FileInfo, error) {
	if on, ok := s.onDisk(name); ok {
		return os.Stat(on)
	}
	return fs.Stat(s.Dir, filepath.ToSlash(filepath.Clean(name)))
}

// OnlySLA reports whether nothing else of a scenario stands in it.
func (s *Scenario) OnlySLA() bool {
	return len(s.Targets)+len(s.Load)+len(s.Faults)+len(s.Watch)+len(s.Steer) == 0 &&
		s.Phases == Phases{}
}
