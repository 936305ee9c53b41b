//go:build linux

package switchboard

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
)

const testTrace = "Traceparent: 00-" + testRun + "0000000000000001-0000000000000001-01\r\n"

// What the stage reads without net/http is what net/http reads: the same head, to
// the same end, of a body as long, for the same path and of the same origin; and nothing
// that it refuses. Else two could differ about where a message ends.
func FuzzPlainHeads(f *testing.F) {
	for _, text := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /a/b.c;d=e,f:@(~)?q=1&r=%20? HTTP/1.1\r\nHost: a\r\nUser-Agent: x (y; z)\r\n" +
			testTrace + "\r\nGET / HTTP/1.1\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\nabc",
		"POST / HTTP/1.1\r\ntransfer-encoding:chunked\t\r\nconnection:Close\r\n\r\n0\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length: +3\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length: 3, 3\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length : 3\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length:\r\n 3\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length: 9223372036854775808\r\n\r\n",
		"POST / HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n",
		"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
		"POST / HTTP/1.1\r\nX: a\rContent-Length: 3\r\n\r\n",
		"POST / HTTP/1.1\r\nX: a\nContent-Length: 3\r\n\r\n",
		"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"GET / HTTP/1.1\r\nTraceparent:\r\n" + testTrace + "\r\n",
		"GET / HTTP/1.1\r\nConnection: keep-alive, close\r\n\r\n",
		"GET //a HTTP/1.1\r\n\r\n", "GET /%41%zz HTTP/1.1\r\n\r\n", "GET /a#b HTTP/1.1\r\n\r\n", "GET http://a/b HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.0\r\n\r\n", "GET /  HTTP/1.1\r\n\r\n", "OPTIONS * HTTP/1.1\r\n\r\n", "CONNECT /a HTTP/1.1\r\n\r\n", "\r\nGET / HTTP/1.1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
		"HTTP/1.1 200\r\n\r\n", "HTTP/1.1 204 No Content\r\nContent-Length: 1\r\n\r\n", "HTTP/1.1 099 A\r\n\r\n", "HTTP/1.1 2000 A\r\n\r\n",
		"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n",
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n!",
		"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h := heads{users: "00-" + testRun}
		whole := func(n int) []byte {
			head, err := readHead(bufio.NewReaderSize(strings.NewReader(text), maxHead))
			if err != nil || string(head) != text[:n] {
				t.Fatalf("%q: read %q as its head, without net/http %q, %v", text, head, text[:n],
					err)
			}
			return head
		}
		if plain, n, ok := h.plainRequest([]byte(text)); ok {
			if q, err := h.anyRequest(whole(n)); err != nil || q != plain {
				t.Errorf("%q: net/http reads %+v, %v, without it %+v", text, q, err, plain)
			}
		}
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			if plain, n, ok := plainResponse([]byte(text), method); ok {
				if a, err := h.anyResponse(whole(n), method); err != nil || a != plain {
					t.Errorf("%q: net/http reads %+v, %v, without it %+v", text, a, err, plain)
				}
			}
		}
	})
}

// The heads that most clients and servers write are read without net/http, and
// without an allocation.
func TestPlainHeadsAreCheap(t *testing.T) {
	asked := []byte("POST /cart/17?coupon=a%20b HTTP/1.1\r\nHost: shop.example:8080\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 17\r\n" +
		"Content-Type: application/json; charset=utf-8\r\nCookie: a=b; c=\"d\"\r\n" + testTrace +
		"Accept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\n\r\n")
	said := []byte("HTTP/1.1 200 OK\r\nServer: nginx/1.27.0\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Type: text/html\r\n" +
		"Transfer-Encoding: chunked\r\nETag: \"1-2\"\r\nConnection: keep-alive\r\n\r\n")
	h := heads{users: "00-" + testRun}
	want := request{method: "POST", path: "/cart/17", body: framing{17}, origin: users}
	read := func() {
		if q, n, ok := h.plainRequest(asked); !ok || n != len(asked) || q != want {
			t.Fatalf("have %+v, %d, %t", q, n, ok)
		}
		if a, n, ok := plainResponse(said, "GET"); !ok || n != len(said) ||
			a != (response{status: 200, body: framing{chunked}}) {
			t.Fatalf("have %+v, %d, %t", a, n, ok)
		}
	}
	if n := testing.AllocsPerRun(100, read); n > 0 {
		t.Errorf("%.0f allocations", n)
	}
}
