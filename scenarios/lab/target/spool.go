//go:build linux

package target

import (
	"errors"
	"io"
	"net/http"
	"os"
)

// spool is a folder into which the bodies of requests are written before they are answered,
// as servers do with uploads and orders. The empty one writes nothing.
type spool string

// take reads a request's body to its end, by way of a file where it has one. Its error is the
// file's, in the kernel's words.
func (s spool) take(r *http.Request) (err error) {
	if s != "" && r.ContentLength != 0 {
		err = s.write(r.Body)
	}
	// A connection is only reused when its request was read, and what breaks off is the
	// client's loss.
	_, _ = io.Copy(io.Discard, r.Body)
	return err
}

// write writes a file, and deletes it again.
func (s spool) write(body io.Reader) error {
	f, err := os.CreateTemp(string(s), "request-")
	if err != nil {
		return err
	}
	_, err = f.ReadFrom(body)
	return errors.Join(err, f.Close(), os.Remove(f.Name()))
}
