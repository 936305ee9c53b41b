//go:build drill

package bench

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// nginxConf serves one small page for as long as a client asks, and logs nothing.
const nginxConf = `daemon off;
pid %[1]s/pid;
error_log %[1]s/error.log;
worker_processes 1;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path %[1]s;
  proxy_temp_path %[1]s;
  fastcgi_temp_path %[1]s;
  uwsgi_temp_path %[1]s;
  scgi_temp_path %[1]s;
  keepalive_requests 1000000000;
  server {
    listen %[2]s reuseport;
    location / { return 200 "%[3]s"; }
  }
}
`

// Page is how many bytes an answer's body has.
const Page = 512

// Nginx serves a page on a loopback port until the test ends, and gives host:port.
func Nginx(tb testing.TB) string {
	tb.Helper()
	program := Program(tb, "nginx")
	if program == "" {
		tb.Fatal("nginx is not on the PATH: all measurements here ask it; on Debian: apt-get " +
			"install nginx-light")
	}
	dir := tb.TempDir()
	address := FreePort(tb)
	conf := filepath.Join(dir, "nginx.conf")
	text := fmt.Sprintf(nginxConf, dir, address, strings.Repeat("x", Page))
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		tb.Fatal(err)
	}
	Serve(tb, address, exec.Command(program, "-p", dir, "-c", conf, "-e",
		filepath.Join(dir, "error.log")))
	if err := answers("http://" + address); err != nil {
		tb.Fatal(err)
	}
	return address
}

func answers(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, resp.Status)
	}
	return nil
}

// Program is where a program is, or empty, which is said: a peer that is not
// installed is left out.
func Program(tb testing.TB, name string) string {
	tb.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		tb.Logf("%s is not on the PATH and left out", name)
		return ""
	}
	return path
}

// FreePort is a loopback address on which no process listens now.
func FreePort(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// Serve runs a server until the test ends; it returns when the server accepts
// at the address.
func Serve(tb testing.TB, address string, c *exec.Cmd) {
	tb.Helper()
	out := &strings.Builder{}
	c.Stdout, c.Stderr = out, out
	if err := c.Start(); err != nil {
		tb.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	tb.Cleanup(func() {
		_ = c.Process.Signal(os.Interrupt)
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			_ = c.Process.Kill()
			<-ended
		}
	})
	for range 100 {
		conn, err := net.DialTimeout("tcp4", address, time.Second)
		if err == nil {
			_ = conn.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	tb.Fatalf("%s: not listening on %s: %s", filepath.Base(c.Path), address, out)
}
