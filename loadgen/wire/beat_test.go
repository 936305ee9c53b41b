package wire

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// frozen is a writer that takes nothing while its gate is shut.
type frozen struct {
	io.WriteCloser
	gate chan struct{} // holds one while a line goes through, or it is shut
}

func (f *frozen) shut() { f.gate <- struct{}{} }
func (f *frozen) open() { <-f.gate }

func (f *frozen) Write(b []byte) (int, error) {
	f.shut()
	defer f.open()
	return f.WriteCloser.Write(b)
}

// talk starts a conversation over two pipes, and gives what each half goes by.
func talk(handlers map[string]Handler) (p *Peer, toNode, toCLI *frozen, ended chan error) {
	in, calls := io.Pipe()
	answers, out := io.Pipe()
	toNode, toCLI, ended = &frozen{calls, make(chan struct{}, 1)}, &frozen{out, make(chan struct{}, 1)}, make(chan error, 1)
	go func() {
		ended <- NewServer(toCLI).Serve(context.Background(), in, handlers)
		_ = out.Close()
	}()
	return NewPeer(answers, toNode, nil), toNode, toCLI, ended
}

// Where neither side sends anything but beats, a conversation lasts; and a caller that says
// nothing for less than Silence is not given up.
func TestConversationLasts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, toNode, _, ended := talk(nil)
		time.Sleep(24 * time.Hour)
		toNode.shut()
		time.Sleep(Silence - BeatEvery - time.Millisecond) // its last word may be one beat old
		toNode.open()
		time.Sleep(time.Hour)
		var at int64
		if err := p.Call(t.Context(), "clock", nil, &at); err != nil || at == 0 {
			t.Errorf("after a day: %v, clock %d", err, at)
		}
		_ = p.Close()
		if err := <-ended; err != nil {
			t.Errorf("the plain end: %v", err)
		}
		<-p.Done()
	})
}

// A caller that is frozen is given up within Silence of its last word, and what was
// under way is cancelled; calls that come after are not carried out.
func TestFrozenCallerIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cancelled := make(chan struct{})
		applied := false
		p, toNode, _, ended := talk(map[string]Handler{
			"wait": func(ctx context.Context, _ json.RawMessage) (any, error) {
				<-ctx.Done()
				close(cancelled)
				return nil, ctx.Err()
			},
			"apply": func(context.Context, json.RawMessage) (any, error) { applied = true; return nil, nil },
		})
		go func() { _ = p.Call(context.Background(), "wait", nil, nil) }()
		synctest.Wait()
		toNode.shut()
		began := time.Now()
		if err := <-ended; !errors.Is(err, ErrSilent) {
			t.Errorf("have %v, want %v", err, ErrSilent)
		}
		if took := time.Since(began); took > Silence {
			t.Errorf("given up after %s, want within %s", took, Silence)
		}
		<-cancelled
		late := make(chan error, 1)
		go func() { late <- p.Call(context.Background(), "apply", nil, nil) }()
		synctest.Wait()
		toNode.open()
		if err := <-late; !errors.Is(err, ErrGone) || applied {
			t.Errorf("a call after the end: %v; carried out: %v", err, applied)
		}
		_ = p.Close()
	})
}

// A node that is frozen, or behind a connection that is gone without a word, ends the
// conversation at the caller, whose calls all fail.
func TestFrozenNodeIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _, toCLI, ended := talk(map[string]Handler{
			"lift": func(context.Context, json.RawMessage) (any, error) { return nil, nil },
		})
		if err := p.Call(context.Background(), "lift", nil, nil); err != nil {
			t.Error(err)
		}
		toCLI.shut()
		began := time.Now()
		err := p.Call(context.Background(), "lift", nil, nil)
		if !errors.Is(err, ErrGone) || !errors.Is(err, ErrSilent) {
			t.Errorf("have %v, want %v", err, ErrSilent)
		}
		if took := time.Since(began); took > Silence+BeatEvery {
			t.Errorf("given up after %s, want within %s", took, Silence+BeatEvery)
		}
		if err := p.Err(); !errors.Is(err, ErrSilent) {
			t.Errorf("why: %v", err)
		}
		toCLI.open()
		<-ended
	})
}

// A notification as large as one may be comes through, whatever it is made of.
func TestLargestLine(t *testing.T) {
	in, calls := io.Pipe()
	answers, out := io.Pipe()
	s, ended := NewServer(out), make(chan error, 1)
	go func() {
		ended <- s.Serve(context.Background(), in, nil)
		_ = out.Close()
	}()
	large, got := strings.Repeat("\x01", 4<<20), make(chan bool, 1)
	p := NewPeer(answers, calls, func(_ string, body json.RawMessage) {
		var have string
		got <- json.Unmarshal(body, &have) == nil && have == large
	})
	if err := s.Emit("delivery", large); err != nil || !<-got {
		t.Errorf("it did not come as it was sent: %v", err)
	}
	_ = p.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	<-p.Done()
}

// A caller whose own work on a line takes long has not missed anything.
func TestBusyCallerIsNotSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, calls := io.Pipe()
		answers, out := io.Pipe()
		s, ended := NewServer(out), make(chan error, 1)
		go func() {
			ended <- s.Serve(context.Background(), in, nil)
			_ = out.Close()
		}()
		p := NewPeer(answers, calls, func(string, json.RawMessage) { time.Sleep(time.Minute) })
		if err := s.Emit("much", nil); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		if err := p.Err(); err != nil {
			t.Errorf("have %v", err)
		}
		_ = p.Close()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		<-p.Done()
	})
}

// What is closed after a silence may hang, and is then left to the process's end; at any
// other end it is waited for.
func TestPart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		began := time.Now()
		if err := Part(ErrSilent, func() error { <-hang; return nil }); !errors.Is(err, ErrSilent) || time.Since(began) != PartWithin {
			t.Errorf("hanging: %v after %s", err, time.Since(began))
		}
		close(hang)
		resists := errors.New("resists")
		if err := Part(ErrSilent, func() error { return resists }); !errors.Is(err, resists) || !errors.Is(err, ErrSilent) {
			t.Errorf("after a silence: %v", err)
		}
		if err := Part(nil, func() error { time.Sleep(time.Hour); return resists }); !errors.Is(err, resists) || errors.Is(err, ErrSilent) {
			t.Errorf("at the plain end: %v", err)
		}
	})
}

// A node that a busy engine starts late is waited for; for one that never sends a line the
// wait ends.
func TestNodeThatStartsLate(t *testing.T) {
	for _, c := range []struct {
		late time.Duration
		want error
	}{{3 * Silence, nil}, {2 * FirstWord, ErrSilent}} {
		synctest.Test(t, func(t *testing.T) {
			p, _, toCLI, ended := talk(map[string]Handler{
				"prepare": func(context.Context, json.RawMessage) (any, error) { return nil, nil },
			})
			toCLI.shut()
			go func() { time.Sleep(c.late); toCLI.open() }()
			if err := p.Call(context.Background(), "prepare", nil, nil); !errors.Is(err, c.want) {
				t.Errorf("late by %s: have %v, want %v", c.late, err, c.want)
			}
			_ = p.Close()
			<-ended
		})
	}
}

// A serving side that was stopped itself for longer than a silence may last first reads
// what came meanwhile: the caller is there, and has not given it up yet.
func TestStoppedServerReadsOnceMore(t *testing.T) {
	began := time.Now()
	for _, c := range []struct {
		late time.Duration
		over bool
	}{{0, true}, {BeatEvery / 4, true}, {BeatEvery, false}, {time.Hour, false}} {
		s := silence{since: began}
		wait, over := s.over(began.Add(Silence + c.late))
		if over != c.over || !over && wait != BeatEvery {
			t.Errorf("fired %s late: wait %s, over %t", c.late, wait, over)
		}
		if _, over := s.over(began.Add(2*Silence + c.late)); !c.over && !over {
			t.Errorf("fired %s late: it is waited for again and again", c.late)
		}
	}
}
