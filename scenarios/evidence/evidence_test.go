package evidence

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func put(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755),
			os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}

// A sealed folder is as it was until a file in it differs, is missing, or was added, each
// of which is reported by its name.
func TestSeal(t *testing.T) {
	for name, c := range map[string]struct {
		change func(t *testing.T, dir string)
		want   Changed
	}{
		"nothing": {func(*testing.T, string) {}, Changed{}},
		"one byte": {func(t *testing.T, dir string) { put(t, dir, map[string]string{"record": "sixteem"}) },
			Changed{Differ: []string{"record"}}},
		"below": {func(t *testing.T, dir string) { put(t, dir, map[string]string{"logs/app.log": ""}) },
			Changed{Differ: []string{"logs/app.log"}}},
		"removed": {func(t *testing.T, dir string) { _ = os.Remove(filepath.Join(dir, "record")) },
			Changed{Missing: []string{"record"}}},
		"added": {func(t *testing.T, dir string) { put(t, dir, map[string]string{"logs/b.log": ""}) },
			Changed{Added: []string{"logs/b.log"}}},
		"another file's link": {func(t *testing.T, dir string) {
			path := filepath.Join(dir, "record")
			put(t, dir+".other", map[string]string{"record": "sixteen"})
			if err := errors.Join(os.Remove(path),
				os.Symlink(filepath.Join(dir+".other", "record"), path)); err != nil {
				t.Fatal(err)
			}
		}, Changed{Differ: []string{"record"}}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			put(t, dir, map[string]string{"record": "sixteen", "logs/app.log": "line\n", "a b": "c"})
			if err := Seal(dir); err != nil {
				t.Fatal(err)
			}
			c.change(t, dir)
			have, _, err := Check(dir)
			if err != nil || !slices.Equal(have.Differ, c.want.Differ) ||
				!slices.Equal(have.Missing, c.want.Missing) || !slices.Equal(have.Added, c.want.Added) {
				t.Errorf("have %+v, %v, want %+v", have, err, c.want)
			}
			if have.None() != (name == "nothing") {
				t.Errorf("none: %v", have.None())
			}
		})
	}
}

// A folder that was never sealed, and a list that leads out of it, are refused.
func TestCheckRefuses(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := Check(dir); !errors.Is(err, ErrUnsealed) {
		t.Errorf("unsealed: %v", err)
	}
	hash := sum(nil)
	for _, text := range []string{"nonsense\n", hash + "  ../record\n", hash + "  /etc/passwd\n",
		hash + " record\n", hash[:10] + "  record\n"} {
		put(t, dir, map[string]string{SumsFile: text})
		if _, _, err := Check(dir); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

// FuzzCheck reads no list that makes it fail otherwise than by an error, nor a file outside.
func FuzzCheck(f *testing.F) {
	f.Add(sum(nil) + "  record\n")
	f.Add(sum(nil) + "  a/../../b\n")
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		put(t, dir, map[string]string{SumsFile: text})
		if c, n, err := Check(dir); err == nil && (n != 0 || len(c.Differ)+len(c.Added) > 0) {
			t.Errorf("%+v of an empty folder", c)
		}
	})
}
