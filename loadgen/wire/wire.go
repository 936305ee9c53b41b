// Package wire is the conversation between Stormdrill and a node container:
// NDJSON over the container's attached stdin and stdout. One side calls, the
// other serves and may emit events at any time. When stdin ends, or the calling side's
// beats do (ErrSilent), the serving side ends: that is how a node learns that the CLI is
// gone.
package wire

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
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
	writing chan struct{} // holds one while a line is written
	events  func(name string, body json.RawMessage)
	pulse   pulse
	done    chan struct{}
	mu      sync.Mutex // guards what follows
	next    uint64
	waiting map[uint64]chan message
	err     error
}

// NewPeer starts a conversation: calls are written to w, answers and events
// read from r. events is called for each event, in order, on the reading
// goroutine; while it runs nothing else is read, so it must not make a call.
func NewPeer(r io.Reader, w io.WriteCloser, events func(name string, body json.RawMessage)) *Peer {
	p := &Peer{w: w, events: events, writing: make(chan struct{}, 1), done: make(chan struct{}),
		waiting: map[uint64]chan message{}}
	go p.read(r)
	go p.beat()
	return p
}

// Done is closed when the other side has ended the conversation, or was silent for too
// long.
func (p *Peer) Done() <-chan struct{} { return p.done }

// Err is why the conversation ended: ErrGone, wrapped with the cause; nil before.
func (p *Peer) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

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
	p.mu.Unlock()
	if err = p.send(ctx, message{ID: id, Call: name, Body: body}); err != nil {
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
		return fmt.Errorf("%s: %w", name, p.Err())
	case <-ctx.Done():
		p.forget(id)
		return fmt.Errorf("%s: %w", name, context.Cause(ctx))
	}
}

// send writes a line, also where ctx has ended, unless it would have to wait for another.
// That it could not shows in what the caller waits for next.
func (p *Peer) send(ctx context.Context, m message) error {
	select {
	case p.writing <- struct{}{}:
	default:
		select {
		case p.writing <- struct{}{}:
		case <-p.done:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
	defer func() { <-p.writing }()
	return writeLine(p.w, m)
}

func (p *Peer) forget(id uint64) {
	p.mu.Lock()
	delete(p.waiting, id)
	p.mu.Unlock()
}

func (p *Peer) read(r io.Reader) {
	err := eachLine(r, func(m message) {
		p.pulse.received()
		if m.Event != "" {
			if p.events != nil {
				p.pulse.busy.Store(true)
				p.events(m.Event, m.Body)
				p.pulse.busy.Store(false)
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
	p.end(err)
}

// end ends the conversation, unless it has ended already.
func (p *Peer) end(why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return
	}
	p.err = ErrGone
	if why != nil {
		p.err = fmt.Errorf("%w: %w", ErrGone, why)
	}
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
	// Names gives the name that a command is about: commands about one name are carried out in
	// the order in which they came, each after the one before it has ended. Empty, or a nil
	// Names: about none.
	Names func(call string, body json.RawMessage) string
	// Now is the clock that "clock" and "wall" are answered with; nil: the package's.
	Now func() int64

	writing chan struct{} // holds one while a line is written
	w       io.Writer
	latest  map[string]chan struct{} // closed when the latest command about a name has ended
}

// NewServer serves a conversation with answers and events that go to w.
func NewServer(w io.Writer) *Server {
	return &Server{writing: make(chan struct{}, 1), w: w, latest: map[string]chan struct{}{}}
}

// Named gives the name that is the body of some calls, or stands in it.
func Named(calls ...string) func(call string, body json.RawMessage) string {
	return func(call string, body json.RawMessage) (name string) {
		if !slices.Contains(calls, call) || json.Unmarshal(body, &name) == nil {
			return name
		}
		var object struct {
			Name string `json:"name"`
		}
		_ = json.Unmarshal(body, &object) // its handler says what is the matter
		return object.Name
	}
}

// Emit sends an event. It blocks while the other side does not read.
func (s *Server) Emit(name string, body any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return s.write(message{Event: name, Body: b})
}

func (s *Server) write(m message) error {
	s.writing <- struct{}{}
	defer func() { <-s.writing }()
	return writeLine(s.w, m)
}

// Serve carries out commands from r, each on a goroutine of its own and those about one
// name in their order, until r ends; then it cancels what is under way, waits for it, and returns
// (nil at the plain end of r). Where no line comes for Silence it returns ErrSilent and waits for
// nothing: answers may not be read either. The call "clock" is answered with s.Now, and "wall"
// with a Wall.
func (s *Server) Serve(ctx context.Context, r io.Reader, handlers map[string]Handler) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var busy sync.WaitGroup
	var over atomic.Bool
	received, ended := make(chan struct{}, 1), make(chan error, 1)
	go func() {
		ended <- eachLine(r, func(m message) {
			select {
			case received <- struct{}{}:
			default:
			}
			if !over.Load() {
				s.answer(ctx, m, handlers, &busy)
			}
		})
	}()
	err := listen(received, ended)
	over.Store(true)
	cancel()
	if !errors.Is(err, ErrSilent) {
		busy.Wait()
	}
	return err
}

// answer carries out one line.
func (s *Server) answer(ctx context.Context, m message, handlers map[string]Handler,
	busy *sync.WaitGroup) {
	if m.Call == beat {
		// not here: it may have to wait, and the next beat must not
		busy.Go(func() { _ = s.write(message{}) })
		return
	}
	if m.Call == "clock" || m.Call == "wall" {
		clock := s.Now
		if clock == nil {
			clock = Now
		}
		var now any = clock()
		if m.Call == "wall" {
			now = readWall(clock)
		}
		body, _ := json.Marshal(now)
		_ = s.write(message{ID: m.ID, Body: body}) // a dead peer also ends r
		return
	}
	h := handlers[m.Call]
	if h == nil {
		_ = s.write(message{ID: m.ID, Error: "unknown command"})
		return
	}
	before, ended := s.turn(m)
	busy.Go(func() {
		defer close(ended)
		select {
		case <-before:
		case <-ctx.Done(): // the handler's context ends too
		}
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
}

// turn is what a command waits for, and what is to be closed at its end. Lines are taken
// one by one, so that nothing guards latest.
func (s *Server) turn(m message) (before <-chan struct{}, ended chan struct{}) {
	ended = make(chan struct{})
	name := ""
	if s.Names != nil {
		name = s.Names(m.Call, m.Body)
	}
	if name == "" {
		return free, ended
	}
	before = free
	if latest := s.latest[name]; latest != nil {
		before = latest
	}
	s.latest[name] = ended
	return before, ended
}

// free is what is over already.
var free = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

func writeLine(w io.Writer, m message) error {
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

// maxLine bounds one line: a notification of load.MostDelivery bytes, each of which JSON may
// write as six; a block of requests is far smaller.
const maxLine = 32 << 20

func eachLine(r io.Reader, f func(message)) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	for lines.Scan() {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var m message
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			// Not what it says, which may be secret.
			return fmt.Errorf("not a line of this conversation: %d bytes: %w",
				len(lines.Bytes()), err)
		}
		f(m)
	}
	return lines.Err()
}
