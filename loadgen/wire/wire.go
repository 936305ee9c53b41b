// Package wire is the conversation between Stormdrill and a node container:
// NDJSON over the container's attached stdin and stdout. One side calls, the
// other serves and may tell events at any time. When stdin ends, the serving
// side ends: that is how a node learns that the CLI is gone.
package wire

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// message is one line. A call has ID and Call; its answer has ID and either
// Body or Error; an event has Event.
type message struct {
	ID    uint64          `json:"id,omitempty"`
	Call  string          `json:"call,omitempty"`
	Event string          `json:"event,omitempty"`
	Error string          `json:"error,omitempty"`
	Body  json.RawMessage `json:"body,omitempty"`
}

// ErrGone is what calls return once the other side has ended the conversation.
var ErrGone = errors.New("node: conversation ended")

// Peer is the calling side.
type Peer struct {
	w       io.WriteCloser
	events  func(name string, body json.RawMessage)
	done    chan struct{}
	mu      sync.Mutex // guards what follows, and writes to w
	next    uint64
	waiting map[uint64]chan message
	err     error
}

// NewPeer starts a conversation: calls are written to w, answers and events
// read from r. events is called for each event, in order, on the reading
// goroutine; while it runs nothing else is read, so it must not make a call.
func NewPeer(r io.Reader, w io.WriteCloser, events func(name string, body json.RawMessage)) *Peer {
	p := &Peer{w: w, events: events, done: make(chan struct{}), waiting: map[uint64]chan message{}}
	go p.read(r)
	return p
}

// Done is closed when the other side has ended the conversation.
func (p *Peer) Done() <-chan struct{} { return p.done }

// Close ends the conversation: the node sees the end of its stdin and exits.
func (p *Peer) Close() error { return p.w.Close() }

// Call sends one command and waits for its answer, which is decoded into out
// (nil: discarded). It returns ErrGone, wrapped with the cause, if the node
// went away, and ctx's error if that ends first; the node still carries out
// the command then.
func (p *Peer) Call(ctx context.Context, name string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	answer := make(chan message, 1)
	p.mu.Lock()
	if p.err != nil {
		p.mu.Unlock()
		return fmt.Errorf("%s: %w", name, p.err)
	}
	p.next++
	id := p.next
	p.waiting[id] = answer
	err = writeLine(p.w, message{ID: id, Call: name, Body: body})
	p.mu.Unlock()
	if err != nil {
		p.forget(id)
		return fmt.Errorf("%s: %w: %w", name, ErrGone, err)
	}
	select {
	case m := <-answer:
		if m.Error != "" {
			return fmt.Errorf("%s: %s", name, m.Error)
		}
		if out == nil {
			return nil
		}
		if err := json.Unmarshal(m.Body, out); err != nil {
			return fmt.Errorf("%s: answer: %w", name, err)
		}
		return nil
	case <-p.done:
		p.forget(id)
		p.mu.Lock()
		defer p.mu.Unlock()
		return fmt.Errorf("%s: %w", name, p.err)
	case <-ctx.Done():
		p.forget(id)
		return fmt.Errorf("%s: %w", name, context.Cause(ctx))
	}
}

func (p *Peer) forget(id uint64) {
	p.mu.Lock()
	delete(p.waiting, id)
	p.mu.Unlock()
}

func (p *Peer) read(r io.Reader) {
	err := eachLine(r, func(m message) {
		if m.Event != "" {
			if p.events != nil {
				p.events(m.Event, m.Body)
			}
			return
		}
		p.mu.Lock()
		answer := p.waiting[m.ID]
		delete(p.waiting, m.ID)
		p.mu.Unlock()
		if answer != nil {
			answer <- m
		}
	})
	p.mu.Lock()
	p.err = ErrGone
	if err != nil {
		p.err = fmt.Errorf("%w: %w", ErrGone, err)
	}
	p.mu.Unlock()
	close(p.done)
}

// Handler carries out one command. A returned error is the command's answer.
type Handler func(ctx context.Context, body json.RawMessage) (any, error)

// Handle makes a Handler of a typed function.
func Handle[In, Out any](f func(context.Context, In) (Out, error)) Handler {
	return func(ctx context.Context, body json.RawMessage) (any, error) {
		var in In
		if len(body) > 0 && string(body) != "null" {
			if err := json.Unmarshal(body, &in); err != nil {
				return nil, err
			}
		}
		return f(ctx, in)
	}
}

// Server is the serving side of a conversation.
type Server struct {
	mu sync.Mutex // one line at a time
	w  io.Writer
}

// NewServer serves a conversation whose answers and events go to w.
func NewServer(w io.Writer) *Server { return &Server{w: w} }

// Tell sends an event. It blocks while the other side does not read.
func (s *Server) Tell(name string, body any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return s.write(message{Event: name, Body: b})
}

func (s *Server) write(m message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return writeLine(s.w, m)
}

// Serve carries out commands from r, each on a goroutine of its own, until r
// ends; then it cancels what is under way, waits for it, and returns (nil at
// the plain end of r). The call "clock" is answered with Now.
func (s *Server) Serve(ctx context.Context, r io.Reader, handlers map[string]Handler) error {
	ctx, cancel := context.WithCancel(ctx)
	var busy sync.WaitGroup
	defer busy.Wait()
	defer cancel()
	return eachLine(r, func(m message) {
		if m.Call == "clock" {
			now, _ := json.Marshal(Now())
			_ = s.write(message{ID: m.ID, Body: now}) // a dead peer also ends r
			return
		}
		h := handlers[m.Call]
		if h == nil {
			_ = s.write(message{ID: m.ID, Error: "unknown command"})
			return
		}
		busy.Go(func() {
			out, err := h(ctx, m.Body)
			answer := message{ID: m.ID}
			if err == nil {
				answer.Body, err = json.Marshal(out)
			}
			if err != nil {
				answer.Error, answer.Body = err.Error(), nil
			}
			_ = s.write(answer)
		})
	})
}

func writeLine(w io.Writer, m message) error {
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

// maxLine bounds one line: a block of requests is far smaller.
const maxLine = 16 << 20

func eachLine(r io.Reader, f func(message)) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	for lines.Scan() {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var m message
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			return fmt.Errorf("not a line of this conversation: %.80q: %w", lines.Text(), err)
		}
		f(m)
	}
	return lines.Err()
}
