//go:build linux

package switchboard

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// maxHead bounds a message's head; HAProxy's and nginx's own limits are lower.
const maxHead = 64 << 10

var errNoHead = errors.New("not the head of an HTTP/1 message")

// longestWord bounds the first word of a message: a method, or a version.
const longestWord = 32

// plausible decides, as soon as it can, whether a message begins as one of HTTP/1 does: by
// a word of capitals, as a method or "HTTP/1.1" is. To wait for the end of the line is to
// wait for ever where there are no lines.
func plausible(r *bufio.Reader) error {
	for n := 1; n <= longestWord; n++ {
		b, err := r.Peek(n)
		if err != nil {
			return err
		}
		switch c := b[n-1]; {
		case c == '\r' || c == '\n', c == ' ' && n > 1: // an empty line before a request is allowed
			return nil
		case 'A' <= c && c <= 'Z':
		case n > 1 && ('0' <= c && c <= '9' || c == '/' || c == '.' || c == '-' || c == '_'):
		default:
			return errNoHead
		}
	}
	return errNoHead
}

// readHead reads up to and with the empty line that ends a head. With an error
// it gives what was read until then; more may wait in the buffer.
func readHead(r *bufio.Reader) ([]byte, error) {
	if err := plausible(r); err != nil {
		return nil, err
	}
	head := make([]byte, 0, 512) // as long as most are
	for from := 0; ; from = len(head) {
		err := bufio.ErrBufferFull
		for err == bufio.ErrBufferFull && len(head) <= maxHead {
			var part []byte
			part, err = r.ReadSlice('\n')
			head = append(head, part...)
		}
		line := head[from:]
		switch {
		case len(head) > maxHead:
			return head, errNoHead
		case err != nil:
			return head, err
		case len(bytes.TrimRight(line, "\r\n")) == 0 && len(head) > len(line):
			return head, nil
		case len(head) == len(line) && !bytes.Contains(line, []byte("HTTP/1.")):
			// an empty line before a request is allowed, RFC 9112 2.2
			if len(bytes.TrimRight(line, "\r\n")) == 0 {
				head = head[:0]
				continue
			}
			return head, errNoHead
		}
	}
}

// framing says how long a body is.
type framing struct{ length int64 }

const (
	chunked  = -1
	untilEOF = -2
)

func requestFraming(r *http.Request) framing {
	if slices.Contains(r.TransferEncoding, "chunked") {
		return framing{chunked}
	}
	return framing{max(r.ContentLength, 0)}
}

func answerFraming(method string, a *http.Response) framing {
	switch {
	case bodiless(method, a.StatusCode):
		return framing{0}
	case slices.Contains(a.TransferEncoding, "chunked"):
		return framing{chunked}
	case a.ContentLength >= 0:
		return framing{a.ContentLength}
	}
	return framing{untilEOF}
}

// bodiless reports whether an answer has no body, whatever its fields say (RFC 9112, 6.3).
func bodiless(method string, status int) bool {
	return method == http.MethodHead || status < 200 || status == http.StatusNoContent ||
		status == http.StatusNotModified
}

// copyBody copies exactly one body, verbatim.
func copyBody(w io.Writer, r *bufio.Reader, f framing) error {
	switch f.length {
	case chunked:
		return copyChunks(w, r)
	case untilEOF:
		_, err := io.Copy(w, r)
		return err
	}
	return copyExactly(w, r, f.length)
}

// copyExactly copies n bytes; those at hand without further ado.
func copyExactly(w io.Writer, r *bufio.Reader, n int64) error {
	here, _ := r.Peek(int(min(n, int64(r.Buffered()))))
	if _, err := w.Write(here); err != nil {
		return err
	}
	_, _ = r.Discard(len(here))
	if n -= int64(len(here)); n == 0 {
		return nil
	}
	_, err := io.CopyN(w, r, n)
	return err
}

// copyChunks copies a chunked body with its trailers.
func copyChunks(w io.Writer, r *bufio.Reader) error {
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		size, _, _ := strings.Cut(strings.TrimSpace(string(line)), ";")
		n, err := strconv.ParseInt(strings.TrimSpace(size), 16, 62)
		if err != nil || n < 0 {
			return fmt.Errorf("chunk size %.20q", size)
		}
		if _, err := w.Write(line); err != nil {
			return err
		}
		if n == 0 {
			return copyTrailers(w, r)
		}
		if err := copyExactly(w, r, n+2); err != nil { // with its CRLF
			return err
		}
	}
}

func copyTrailers(w io.Writer, r *bufio.Reader) error {
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if _, err := w.Write(line); err != nil {
			return err
		}
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			return nil
		}
	}
}
