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

// readHead reads up to and with the empty line that ends a head. With an error
// it gives what was read until then.
func readHead(r *bufio.Reader) ([]byte, error) {
	var head []byte
	for {
		line, err := r.ReadSlice('\n')
		head = append(head, line...)
		switch {
		case err != nil:
			return head, err
		case len(head) > maxHead:
			return head, errNoHead
		case len(bytes.TrimRight(line, "\r\n")) == 0 && len(head) > len(line):
			return head, nil
		case len(head) == len(line) && !bytes.Contains(line, []byte("HTTP/1.")):
			if len(bytes.TrimRight(line, "\r\n")) == 0 { // an empty line before a request is allowed, RFC 9112 2.2
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

func answerFraming(r *http.Request, a *http.Response) framing {
	switch {
	case r.Method == http.MethodHead, a.StatusCode == http.StatusNoContent, a.StatusCode == http.StatusNotModified:
		return framing{0}
	case slices.Contains(a.TransferEncoding, "chunked"):
		return framing{chunked}
	case a.ContentLength >= 0:
		return framing{a.ContentLength}
	}
	return framing{untilEOF}
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
	_, err := io.CopyN(w, r, f.length)
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
		if _, err := io.CopyN(w, r, n+2); err != nil { // with its CRLF
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
