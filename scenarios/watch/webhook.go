package watch

import (
	"cmp"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Webhook waits for a notification: inside the drill's network at
// http://hooks:PORT/PATH, or on the CLI's loopback at http://127.0.0.1:PORT/PATH/TOKEN,
// where only a POST to that path counts. A body as Alertmanager writes it
// (payload version 4) is read alert by alert: it is content when no alert that matches
// fires any longer. Several may wait at one address, as a sender may have only one: each
// gets all that comes there.
type Webhook struct {
	Port int    `yaml:"port" jsonschema:"required"` // that it waits at
	Path string `yaml:"path"`                       // default /
	// regular expression the body, an alert, or what is said of all, must match; default any
	Match string `yaml:"match"`
	// regular expression of an all-clear, of other bodies; it wins over match
	Resolved string `yaml:"resolved"`
	// listen on 127.0.0.1 of the CLI's machine instead
	Loopback bool `yaml:"loopback"`

	// Token ends the path, of at least 16 letters and digits; ${env:NAME} for a sender that
	// has to have it before. Default: on loopback each run draws one and says it, and
	// inside the drill's network there is none.
	Token secret.Text `yaml:"token"`
}

// Traits: it waits, by the clock of the CLI's machine.
func (*Webhook) Traits() timeline.WatcherTraits {
	return timeline.WatcherTraits{Told: true, Local: true, Step: timeline.StepNotified}
}

// Plan has the load node wait, or checks where this machine is to wait.
func (h *Webhook) Plan(p Planner) {
	if h.Port < 1 || h.Port > 65535 {
		p.Problem("port", "port %d: want 1 to 65535", h.Port)
	}
	path := cmp.Or(h.Path, "/")
	if !strings.HasPrefix(path, "/") {
		p.Problem("path", "path %q: want one that begins with /", h.Path)
	}
	for key, text := range map[string]string{"match": h.Match, "resolved": h.Resolved} {
		if _, err := regexp.Compile(text); err != nil {
			p.Problem(key, "%s: %v", key, err)
		}
	}
	if err := h.CheckToken(); err != nil {
		p.Problem("token", "%v", err)
	}
	at := fmt.Sprintf("http://hooks:%d%s", h.Port, path)
	switch {
	case h.Loopback:
		at = h.Address()
	case h.Token != "":
		at = fmt.Sprintf("http://hooks:%d%s/%s", h.Port, strings.TrimSuffix(path, "/"), h.Token)
	}
	p.Anyhow() // what its sender asks is not known here
	if !h.Loopback {
		p.Alerts(Alerts{Match: h.Match, URL: fmt.Sprintf("http://hooks:%d%s", h.Port, path),
			Token: h.Token != ""})
	}
	what := link.Tell("waits-webhook", "waits for a notification at "+at, "url", at)
	if h.Loopback {
		what = link.Tell("waits-loopback", "waits for a notification at "+at+" of this machine",
			"url", at)
	}
	p.Waits(what, h.Match, h.Resolved)
	p.Hook(load.Hook{Port: h.Port, Path: path, Token: h.Token}, h.Loopback)
}

// Start waits on loopback, where it does.
func (h *Webhook) Start(l *Local, name string, sink Sink) error {
	if !h.Loopback {
		return nil
	}
	return l.listen(name, h, sink)
}

// Every process on the CLI's machine reaches its loopback, a page in a browser too: only a
// sender with the token of a webhook there notifies.

// token is what may be one: 16 to 128 characters that a URL takes as they stand. In 16
// random ones of those of RFC 4648's base 32 there are 80 bits.
var token = regexp.MustCompile(`^[A-Za-z0-9._~-]{16,128}$`)

// CheckToken reports what is wrong with a token.
func (h *Webhook) CheckToken() error {
	if h.Token == "" {
		return nil
	}
	text, err := h.Token.Reveal()
	switch {
	case err != nil:
		return err
	case token.MatchString(text):
		return nil
	case h.Token.Secret():
		return fmt.Errorf("the value of %s: want 16 to 128 letters, digits, or . _ ~ -", h.Token)
	}
	return errors.New("token: want 16 to 128 letters, digits, or . _ ~ -")
}

// Address is where a webhook on the CLI's loopback waits, with TOKEN for a token that each
// run draws, and ${env:NAME} for one from the environment.
func (h *Webhook) Address() string {
	end := h.Token
	if end == "" {
		end = "TOKEN"
	}
	return h.at(string(end))
}

func (h *Webhook) at(end string) string {
	return fmt.Sprintf("http://127.0.0.1:%d%s/%s", h.Port, strings.TrimSuffix(h.Path, "/"), end)
}

// secret is the token, drawn where none is given.
func (h *Webhook) secret() (string, error) {
	if h.Token == "" {
		return rand.Text(), nil
	}
	if err := h.CheckToken(); err != nil {
		return "", err
	}
	return h.Token.Reveal()
}

// hooks take the notifications that come to one port.
type hooks struct {
	sink          Sink
	bodies        load.Bodies
	taken, astray load.Allowance

	mu       sync.Mutex
	urls     map[string]string // by path and token as scenarios write them
	names    map[string]string // of the first that waits there, by path, its token included
	reported map[string]bool   // refusals, each once
}

// listen waits for notifications on loopback and says where.
func (l *Local) listen(name string, h *Webhook, sink Sink) error {
	if err := h.CheckToken(); err != nil {
		return fmt.Errorf("watch %s: %w", name, err)
	}
	s := l.hooks[h.Port]
	if s == nil {
		at, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(h.Port)))
		if err != nil {
			return fmt.Errorf("watch %s: %w: choose another port", name, err)
		}
		s = &hooks{sink: sink, urls: map[string]string{}, names: map[string]string{},
			reported: map[string]bool{}}
		l.hooks[h.Port] = s
		l.serve(at, s)
	}
	url, err := s.wait(name, h)
	if err != nil {
		return fmt.Errorf("watch %s: %w", name, err)
	}
	sink.Waits(name, url)
	return nil
}

// serve serves what is local until all is stopped.
func (l *Local) serve(at net.Listener, h http.Handler) {
	s := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second, // a sender that stalls must not stay for ever
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	l.servers = append(l.servers, s)
	l.busy.Go(func() { _ = s.Serve(at) })
}

// wait waits where a webhook says, and gives its URL: that of the one before it, where both
// say the same.
func (s *hooks) wait(name string, h *Webhook) (url string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := strings.TrimSuffix(h.Path, "/")
	key := path + "\x00" + string(h.Token)
	if url, ok := s.urls[key]; ok {
		return url, nil
	}
	text, err := h.secret()
	if err != nil {
		return "", err
	}
	if other, taken := s.names[path+"/"+text]; taken {
		return "", fmt.Errorf("%s waits at the same address, by another token: give both one",
			other)
	}
	s.names[path+"/"+text], s.urls[key] = name, secret.Hide(h.at(text), h.Token)
	return s.urls[key], nil
}

// at is the watcher that waits at a path, found in a time that does not reveal how much of
// one is right.
func (s *hooks) at(path string) (name string, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p, n := range s.names {
		if subtle.ConstantTimeCompare([]byte(p), []byte(path)) == 1 {
			name, known = n, true
		}
	}
	return name, known
}

// all are the names of what waits at the port.
func (s *hooks) all() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(slices.Sorted(maps.Values(s.names)), ", ")
}

// ServeHTTP takes a POST to a secret path, of at most load.MostDelivery bytes, which
// came whole. Of anything else the watchers get nothing.
func (s *hooks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d := load.Delivery{At: s.sink.Now()}
	name, known := s.at(r.URL.Path)
	if !known {
		s.refuse(w, s.all(), &load.Refusal{Status: http.StatusNotFound,
			Why: "its path is not the watcher's, token included", Stated: link.State("other-path")})
		if ok, _ := s.astray.Take(0); ok && r.Method == http.MethodPost {
			s.sink.Deliver(d)
		}
		return
	}
	d.Hook = name
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		s.refuse(w, name, &load.Refusal{Status: http.StatusMethodNotAllowed,
			Why: "its method is not POST", Stated: link.State("not-post")})
		return
	}
	body, refused := s.bodies.Read(r.Body, r.ContentLength)
	if refused != nil {
		s.refuse(w, name, refused)
		return
	}
	if ok, _ := s.taken.Take(len(body)); !ok {
		s.refuse(w, name, &load.Refusal{Status: http.StatusTooManyRequests,
			Why:    fmt.Sprintf("there were more than %d, or 64 MiB of them", load.MostDeliveries),
			Stated: link.State("too-many", "most", strconv.Itoa(load.MostDeliveries))})
		return
	}
	d.Body = string(body)
	s.sink.Deliver(d)
	w.WriteHeader(http.StatusNoContent)
}

// refuse answers, and reports each reason once: senders can be many. No more is taken from
// the connection: the rest of a body may be long.
func (s *hooks) refuse(w http.ResponseWriter, name string, r *load.Refusal) {
	w.Header().Set("Connection", "close")
	http.Error(w, r.Why, r.Status)
	s.mu.Lock()
	defer s.mu.Unlock()
	if key := name + ": " + r.Why; !s.reported[key] {
		s.reported[key] = true
		s.sink.Refused(load.NoDelivery{Hook: name, Why: r.Why, Stated: r.Stated})
	}
}
