//go:build drill

package faults_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
)

// A connection that stands gets an RST with the apply, and counts without a
// request; one that stands on another link goes on.
func TestResetMeetsEstablished(t *testing.T) {
	t.Parallel()
	l := newLab(t, spec(true))
	l.keep()
	l.apply(link.Rule{Name: "other", Links: []string{lbPath}, Reset: &link.Reset{}})
	l.wantKept("beside a link that resets")
	l.apply(link.Rule{Name: "cut", Links: []string{userPath}, Reset: &link.Reset{}})
	if c := l.count("cut"); c.Users != 1 || c.Total != 1 {
		t.Errorf("one connection stood, counted %+v", c)
	}
	l.wantReset("after the apply")
	l.lift("cut")
	l.lift("other")
	l.clean()
}

// By age, a connection is reset when it is old enough, busy or not; a younger one and one
// whose time comes after the lift are not.
func TestResetByAge(t *testing.T) {
	t.Parallel()
	const age = time.Second
	l := newLab(t, spec(true))
	l.keep()
	l.apply(link.Rule{Name: "old", Links: []string{userPath}, Reset: &link.Reset{In: age}})
	old := uint64(1)
	young := users(5)
	young.Timeout = long
	for _, o := range l.try(young) {
		switch {
		case o.Failure == reset && o.Took >= age: // the machine let it grow old
			old++
		case o.Status != 200:
			t.Errorf("a young connection: %+v", o)
		}
	}
	time.Sleep(age)
	l.wantReset("at its age")
	if c := l.count("old"); c.Users != old || c.Total != old {
		t.Errorf("%d connections grew old, counted %+v", old, c)
	}
	began := time.Now()
	l.keep()
	l.lift("old")
	late := time.Since(began) >= age // it was old by then, on a machine that is busy
	l.clean()
	time.Sleep(age)
	if !late {
		l.wantKept("at its age, after the lift")
	}
}

func (l *lab) wantReset(when string) {
	l.t.Helper()
	var o outcome
	l.call(l.client, "again", nil, &o)
	if o.Failure != reset {
		l.t.Errorf("kept connection %s: %+v, want a reset", when, o)
	}
}

// What a client reads in the node's stead, to the byte: a page is said to be one.
func TestAnswerAsRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault  faults.Fault
		status int
		kind   string // Content-Type; none: there is no body
		body   string // begins so
	}{
		{&faults.BlockPage{Link: userPath}, 403, "text/html; charset=utf-8",
			"<!doctype html><title>Request blocked</title><h1>"},
		{&faults.BlockPage{Link: userPath, Code: 200, Body: "<html>Pardon Our Interruption"}, 200,
			"text/html; charset=utf-8", "<html>Pardon Our Interruption"},
		{&faults.HTTPStatus{Link: userPath, Code: 503}, 503, "text/plain; charset=utf-8",
			"503 by the fault page\n"},
		{&faults.HTTPStatus{Link: userPath, Code: 204}, 204, "", ""},
		{&faults.HTTPStatus{Link: userPath, Code: 429, RetryAfter: 5 * time.Second}, 429,
			"text/plain; charset=utf-8", "429 by the fault page\n"},
	} {
		t.Run(c.fault.String(), func(t *testing.T) {
			s := specFor(c.fault)
			l := newLab(t, s)
			in, err := c.fault.Bind("page", faults.Site{Links: s.Links[:1], Switchboard: l})
			l.must(err)
			_, err = in.Inject(t.Context())
			l.must(err)
			var got ran
			l.call(l.client, "run", []string{"curl", "-si", "--noproxy", "*", "--max-time", "5",
				fmt.Sprintf("http://%s/", userLink)}, &got)
			head, body, _ := strings.Cut(got.Output, "\r\n\r\n")
			want := []string{fmt.Sprintf("HTTP/1.1 %d %s", c.status, http.StatusText(c.status)),
				"X-Stormdrill-Fault: page", "X-Stormdrill-Node: " + s.Links[0].To}
			if c.status == 429 {
				want = append(want, "Retry-After: 5")
			}
			if c.kind != "" {
				want = append(want, "Content-Type: "+c.kind,
					fmt.Sprintf("Content-Length: %d", len(body)))
			}
			if have := strings.Split(head, "\r\n"); got.Exit != 0 || !slices.Equal(have, want) ||
				!strings.HasPrefix(body, c.body) || c.kind == "" && body != "" {
				t.Errorf("exit %d\nhave %q, %q\nwant %q, %q", got.Exit, have, body, want, c.body)
			}
			_, err = in.Lift(t.Context())
			l.must(err)
			l.clean()
		})
	}
}
