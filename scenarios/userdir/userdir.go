// Package userdir is where processes of one user on one machine meet: a folder of that user's
// alone, in the one for temporary files, where others may write, too.
package userdir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Path is where the folder is, or would be.
func Path() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("stormdrill-%d", os.Getuid()))
}

// Make makes it, or makes sure that it is this user's and no other may use it.
func Make() (string, error) {
	dir := Path()
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("%w: is TMPDIR a folder that you may write to?", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", err
	}
	if !info.IsDir() || !Owned(info) || !private(info) {
		return "", fmt.Errorf("%s: want a folder of this user alone (it is %s): remove it, or "+
			"set TMPDIR to a folder of your own", dir, info.Mode())
	}
	return dir, nil
}
