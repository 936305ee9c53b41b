//go:build linux

package loadgen

import (
	"bufio"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"net"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

// command reads one of a client's, as RESP has them: an array of texts.
func command(r *bufio.Reader) (words []string) {
	number := func(of byte) int {
		line, _ := r.ReadString('\n')
		if line == "" || line[0] != of {
			return -1
		}
		n, _ := strconv.Atoi(strings.TrimSpace(line[1:]))
		return n
	}
	for n := number('*'); n > 0; n-- {
		text := make([]byte, max(0, number('$'))+2)
		for k := 0; k < len(text); {
			m, err := r.Read(text[k:])
			if err != nil {
				return nil
			}
			k += m
		}
		words = append(words, string(text[:len(text)-2]))
	}
	return words
}

// redisServer answers each command as the test has it, HELLO as old servers do, and SELECT.
func redisServer(t *testing.T, l net.Listener, answer func(words []string) string) {
	t.Helper()
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				r := bufio.NewReader(c)
				for {
					words := command(r)
					if len(words) == 0 {
						return
					}
					said := ""
					switch strings.ToUpper(words[0]) {
					case "HELLO":
						said = "-ERR unknown command 'HELLO'\r\n"
					case "SELECT":
						said = "+OK\r\n"
					default:
						said = answer(words)
					}
					if said == "" {
						return // hangs up
					}
					if _, err := fmt.Fprint(c, said); err != nil {
						return
					}
				}
			}()
		}
	}()
}

func listenLocal(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// What is announced longer than memory, or is longer than a value may be, is an answer that
// does not count as good, and ends nothing.
func TestRedisProbeOfAnotherKind(t *testing.T) {
	for said, want := range map[string]string{
		"$9223372036854775000\r\n":                           "an answer that Redis does not give",
		"$5242880\r\n" + strings.Repeat("x", 5<<20) + "\r\n": "more than the 4 MiB that a value may have",
	} {
		l := listenLocal(t)
		redisServer(t, l, func([]string) string { return said })
		a := knockOn(t, load.Check{Redis: &load.RedisProbe{URL: secret.Text("redis://" + l.Addr().String()),
			Get: "key"}})
		expectAnswer(t, a, false, true, want)
	}
}

func TestRedisProbe(t *testing.T) {
	t.Setenv("REDIS_PASSWORD", "s3cret-w0rd")
	over := make(chan struct{})
	defer close(over)
	var mu sync.Mutex // of what each connection's goroutine sees
	var commands [][]string
	answers := map[string]string{"PING": "+PONG\r\n", "AUTH": "+OK\r\n"}
	answer := func(command, said string) {
		mu.Lock()
		defer mu.Unlock()
		answers[command] = said
	}
	asked := func() [][]string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(commands)
	}
	l := listenLocal(t)
	redisServer(t, l, func(words []string) string {
		mu.Lock()
		commands = append(commands, words)
		said := answers[strings.ToUpper(words[0])]
		mu.Unlock()
		if said == "hang" {
			<-over
		}
		return said
	})
	at := l.Addr().String()
	check := load.Check{Redis: &load.RedisProbe{URL: secret.Text("redis://" + at)}}
	expectAnswer(t, knockOn(t, check), true, true, "PONG")
	if all := asked(); len(all) != 1 || !slices.Equal(all[0], []string{"ping"}) {
		t.Errorf("asked %q: want PING alone", all)
	}
	check.Redis.URL = secret.Text("redis://probe:${env:REDIS_PASSWORD}@" + at + "/3")
	expectAnswer(t, knockOn(t, check), true, true, "PONG")
	if !slices.ContainsFunc(asked(), func(w []string) bool {
		return slices.Equal(w, []string{"auth", "probe", "s3cret-w0rd"})
	}) {
		t.Errorf("asked %q: want it to authenticate", asked())
	}
	answer("AUTH", "-WRONGPASS s3cret-w0rd is not it\r\n")
	a := knockOn(t, check)
	expectAnswer(t, a, false, true, "WRONGPASS")
	if strings.Contains(a.Detail, "s3cret-w0rd") {
		t.Errorf("said: %s", a.Detail)
	}
	check.Redis.URL = secret.Text("redis://" + at)
	answer("PING", "-LOADING Redis is loading the dataset in memory\r\n")
	expectAnswer(t, knockOn(t, check), false, true, "LOADING")
	check.Redis.Get = "role"
	answer("GET", "$6\r\nmaster\r\n")
	expectAnswer(t, knockOn(t, check), true, true, "master")
	check.Redis.Equals = "master"
	expectAnswer(t, knockOn(t, check), true, true, "master")
	answer("GET", "$5\r\nslave\r\n")
	expectAnswer(t, knockOn(t, check), false, true, "slave")
	answer("GET", "$-1\r\n")
	expectAnswer(t, knockOn(t, check), false, true, "no such key")
	answer("GET", "")
	expectAnswer(t, knockOn(t, check), false, true, "reset")
	answer("GET", "HTTP/1.1 400 Bad Request\r\n")
	if a := knockOn(t, check); a.Good || !a.Known {
		t.Errorf("another protocol: have %+v", a)
	}
	answer("GET", "hang")
	check.Timeout = 100 * time.Millisecond
	expectAnswer(t, knockOn(t, check), false, true, "timeout")
	check.Redis.URL = secret.Text("redis://" +
		strings.TrimSuffix(closedPort(t)[len("http://"):], "/"))
	expectAnswer(t, knockOn(t, check), false, true, "refused")
}

// By TLS it trusts the given authority, and no other.
func TestRedisProbeByTLS(t *testing.T) {
	known := httptest.NewTLSServer(nil) // for its certificate, of 127.0.0.1
	defer known.Close()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: known.Certificate().Raw})
	l := listenLocal(t)
	redisServer(t, tls.NewListener(l, &tls.Config{Certificates: known.TLS.Certificates}),
		func([]string) string { return "+PONG\r\n" })
	check := load.Check{Redis: &load.RedisProbe{
		URL: secret.Text("rediss://" + l.Addr().String()), CA: string(ca)}}
	expectAnswer(t, knockOn(t, check), true, true, "PONG")
	check.Redis.CA = ""
	expectAnswer(t, knockOn(t, check), false, true, "tls-authority")
}
