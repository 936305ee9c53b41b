package wire

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// The calling side sends a beat every BeatEvery, whatever else it says, and the serving
// side answers it. Either ends the conversation where it receives no line for Silence: a
// process that is stopped, or a machine that vanished from the network, closes no
// connection, and TCP's keepalive takes minutes to miss it.
//
// Before its first line the serving side is being started, which takes a busy engine longer
// than a silence may last: it has FirstWord for that.
const (
	BeatEvery = 2 * time.Second
	Silence   = 10 * time.Second
	FirstWord = time.Minute
)

// ErrSilent is the end of a conversation in which no line came from the other side for
// Silence, or not for FirstWord from its start.
var (
	ErrSilent      = errors.New("no word from the other side")
	errFor         = fmt.Errorf("%w for %s", ErrSilent, Silence)
	errNoFirstWord = fmt.Errorf("%w within %s of its start", ErrSilent, FirstWord)
)

// beat is the call that keeps a conversation alive; its answer is an empty line.
const beat = "beat"

// pulse is the calling side's half: it counts the beats that no line came back for.
// Beats are counted and not seconds, for a caller that was stopped itself has sent none.
type pulse struct {
	missed atomic.Int32
	busy   atomic.Bool // a line is being worked on: the next one waits, and is not missed
	spoken atomic.Bool // a line came
}

// received notes a line of the other side.
func (b *pulse) received() {
	b.spoken.Store(true)
	b.missed.Store(0)
}

// silent counts a beat, and says why the other side is taken for gone, if it is.
func (b *pulse) silent() error {
	missed := time.Duration(b.missed.Add(1)-1) * BeatEvery
	switch spoken := b.spoken.Load(); {
	case spoken && missed >= Silence:
		return errFor
	case !spoken && missed >= FirstWord:
		return errNoFirstWord
	}
	return nil
}

// beat keeps the conversation alive until it ends, and ends it where the other side is
// silent.
func (p *Peer) beat() {
	tick := time.NewTicker(BeatEvery)
	defer tick.Stop()
	for {
		select {
		case <-p.done:
			return
		case <-tick.C:
		}
		if p.pulse.busy.Load() {
			p.pulse.received()
		}
		if err := p.pulse.silent(); err != nil {
			p.end(err)
			_ = p.w.Close()
			return
		}
		select {
		case p.writing <- struct{}{}:
			go func() { // it may block for as long as nothing reads; the count goes on
				_ = writeLine(p.w, message{Call: beat})
				<-p.writing
			}()
		default: // a line is under way, which does as well
		}
	}
}

// listen waits until the lines of the calling side end, or there is none for Silence.
func listen(received <-chan struct{}, ended <-chan error) error {
	alarm := time.NewTimer(Silence)
	defer alarm.Stop()
	quiet := silence{since: time.Now()}
	for {
		select {
		case err := <-ended:
			return err
		case <-received:
			alarm.Reset(Silence)
			quiet = silence{since: time.Now()}
		case <-alarm.C:
			wait, over := quiet.over(time.Now())
			if over {
				return errFor
			}
			alarm.Reset(wait)
		}
	}
}

// silence is one of the calling side's, as the serving side takes it.
type silence struct {
	since time.Time
	again bool // it was waited for once more
}

// over reports whether it has lasted, and else for how long to wait. A process whose timer
// fires late was stopped itself, and the lines that came meanwhile are still to be read.
func (s *silence) over(now time.Time) (wait time.Duration, over bool) {
	if s.again || now.Sub(s.since) < Silence+BeatEvery/2 {
		return 0, true
	}
	s.again = true
	return BeatEvery, false
}

// PartWithin is how long the serving side gives what it closes after a silence: where
// answers are not read either, a call may wait for ever to give one.
const PartWithin = 5 * time.Second

// Part closes what served a conversation that ended with err: to its end, or, after a
// silence, for PartWithin. A process that ends then takes the rest with it.
func Part(err error, closing func() error) error {
	if !errors.Is(err, ErrSilent) {
		return errors.Join(err, closing())
	}
	done := make(chan error, 1)
	go func() { done <- closing() }()
	select {
	case failed := <-done:
		return errors.Join(err, failed)
	case <-time.After(PartWithin):
		return err
	}
}
