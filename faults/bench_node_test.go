//go:build drill

package faults_test

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// drive asks a node to make requests as fast as they are answered. It is no
// browser, only cheap: what is measured is the way, not the ends.
type drive struct {
	From    []netip.Addr   `json:"from"` // a connection keeps to one
	To      netip.AddrPort `json:"to"`
	At      int            `json:"at"`      // connections at once
	Count   int            `json:"count"`   // requests in all; else …
	Lasting time.Duration  `json:"lasting"` // … for so long
	Fresh   bool           `json:"fresh"`   // each on a connection of its own
}

// driven is what came of it.
type driven struct {
	Count    int           `json:"count"`
	Took     time.Duration `json:"took"`
	P50, P99 time.Duration // of a request, its handshake included where it has one
}

const question = "GET / HTTP/1.1\r\nHost: app\r\n\r\n"

// reply serves the shortest way there is to an HTTP client.
func reply(port int) (net.Listener, error) {
	l, err := net.Listen("tcp4", fmt.Sprintf(":%d", port))
	if err != nil {
		return nil, err
	}
	answer := []byte(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(page),
		page))
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for in := bufio.NewReader(c); head(in); {
					if _, err := c.Write(answer); err != nil {
						return
					}
				}
			}()
		}
	}()
	return l, nil
}

// head reads to the empty line behind a head, and reports whether there was one.
func head(in *bufio.Reader) bool {
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return false
		}
		if len(line) == 2 {
			return true
		}
	}
}

// run makes the requests.
func (d drive) run() (driven, error) {
	var all sync.WaitGroup
	var left atomic.Int64
	left.Store(int64(d.Count))
	begin := time.Now()
	more := func() bool {
		if d.Count > 0 {
			return left.Add(-1) >= 0
		}
		return time.Since(begin) < d.Lasting
	}
	took, errs := make([][]time.Duration, d.At), make([]error, d.At)
	for i := range d.At {
		all.Go(func() { took[i], errs[i] = d.one(d.From[i%len(d.From)], more) })
	}
	all.Wait()
	out := driven{Took: time.Since(begin)}
	for _, err := range errs {
		if err != nil {
			return out, err
		}
	}
	each := slices.Concat(took...)
	slices.Sort(each)
	out.Count, out.P50, out.P99 = len(each), each[len(each)/2], each[len(each)*99/100]
	return out, nil
}

// one makes requests one after the other, while there are more to make.
func (d drive) one(from netip.Addr, more func() bool) (all []time.Duration, err error) {
	var c net.Conn
	in := bufio.NewReader(nil)
	defer func() {
		if c != nil {
			_ = c.Close()
		}
	}()
	for more() {
		begin := time.Now()
		if c == nil {
			to := net.Dialer{Timeout: 10 * time.Second, KeepAlive: -1,
				LocalAddr: &net.TCPAddr{IP: from.AsSlice()}}
			if c, err = to.Dial("tcp4", d.To.String()); err != nil {
				return nil, err
			}
			_ = c.SetDeadline(begin.Add(time.Minute))
			in.Reset(c)
		}
		if _, err := io.WriteString(c, question); err != nil {
			return nil, err
		}
		if !head(in) {
			return nil, fmt.Errorf("no answer of %s", d.To)
		}
		if _, err := in.Discard(len(page)); err != nil {
			return nil, err
		}
		all = append(all, time.Since(begin))
		if d.Fresh {
			_ = c.Close()
			c = nil
		}
	}
	return all, nil
}

// volley asks a node for tries in a row, each on a connection of its own, until it is
// stopped.
type volley struct {
	attempt
	Every time.Duration `json:"every"`
	Long  time.Duration `json:"long"` // time-out of every other try; 0: as all
}

// tried is one of them, and when it set out and was over, on the record's clock.
type tried struct {
	outcome
	At   int64 `json:"at"`
	Done int64 `json:"done"`
	Long bool  `json:"long"` // it had the longer time-out
}

// after is how many tries set out once a volley was stopped: enough to meet what was done
// before, however late this process is.
const after = 5

// fire makes the tries, without waiting for one another.
func (v volley) fire(stop <-chan struct{}, over func(tried)) (out []*tried) {
	more := math.MaxInt
	var all sync.WaitGroup
	tick := time.NewTicker(v.Every)
	defer tick.Stop()
	for ; more > 0; more-- {
		select {
		case <-stop:
			more = after
		case <-tick.C:
		}
		t, a := &tried{At: wire.Now(), Long: v.Long > 0 && len(out)%2 == 1}, v.attempt
		if t.Long {
			a.Timeout = v.Long
		}
		out = append(out, t)
		all.Go(func() {
			t.outcome, t.Done = a.once(), wire.Now()
			over(*t)
		})
	}
	all.Wait()
	return out
}
