package reports

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Where there is no terminal, lines come as things turn, and now and then, with the time.
func TestLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b strings.Builder
		began := time.Now()
		l := NewLive(&b, nil, nil)
		l.Update(timeline.State{}) // before any phase: nothing to show
		l.Say(timeline.Note{Kind: "starting-targets", Text: "starting targets"})
		l.Phase("baseline", 10*time.Second)
		for range 24 { // six seconds
			l.Update(timeline.State{Seen: timeline.Seen{Rate: 100, Success: 1,
				P99: time.Millisecond}})
			time.Sleep(250 * time.Millisecond)
		}
		l.Phase("fault", 5*time.Second)
		bad := timeline.Seen{Rate: 100, Success: 0.9}
		l.Update(timeline.State{Seen: bad, Injecting: []string{"bad-node"}})
		l.Update(timeline.State{Seen: bad, Faults: []string{"bad-node"}})
		time.Sleep(time.Second)
		l.Update(timeline.State{Seen: bad, Faults: []string{"bad-node"}, Biting: true})
		l.Update(timeline.State{Seen: bad, Faults: []string{"bad-node"}, Biting: true})
		l.Update(timeline.State{Seen: bad, Alarms: []timeline.Woken{{Watcher: "balancer"}}})
		l.Close()
		at := func(seconds int) string {
			return began.Add(time.Duration(seconds) * time.Second).Format("15:04:05 ")
		}
		want := at(0) + "starting targets\n" +
			at(0) + "baseline   0s of 10s     100/s  success 100%  p99 1 ms\n" +
			at(5) + "baseline   5s of 10s     100/s  success 100%  p99 1 ms\n" +
			at(6) + "fault      0s of 5s     100/s  success 90%  p99 0 s  injecting: bad-node\n" +
			at(6) + "fault      0s of 5s     100/s  success 90%  p99 0 s  injected: bad-node (no user met it yet)\n" +
			at(7) + "fault      1s of 5s     100/s  success 90%  p99 0 s  injected: bad-node\n" +
			at(7) + "fault      1s of 5s     100/s  success 90%  p99 0 s  alarm: balancer\n"
		if b.String() != want {
			t.Errorf("have\n%s\nwant\n%s", b.String(), want)
		}
	})
}

// noticedFault is a running fault that a watcher noticed, and another one was content again.
func noticedFault() timeline.State {
	return timeline.State{Seen: timeline.Seen{Rate: 98, Success: 0.5, P99: time.Second},
		Faults: []string{"bad-node"}, Biting: true,
		Alarms: []timeline.Woken{{Watcher: "balancer", Since: time.Now().Add(-time.Second)}},
		Turns:  []timeline.Turn{{At: time.Now(), What: timeline.OfWatcher, Name: "probe"}}}
}

func sized(columns int) Size { return func() (int, int) { return columns, 24 } }

// On a terminal a few lines are drawn over again, in their place where no more is said, and
// one is left of each phase.
func TestLiveOnATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b strings.Builder
		l := NewLive(&b, sized(60), nil)
		l.Phase("fault", 8*time.Second)
		time.Sleep(4 * time.Second)
		s := noticedFault()
		l.Update(s)
		first := b.String()
		if want := "fault    ████████████░░░░░░░░░░░░   4s of 8s\n" +
			"  users:         98/s  success 50%  p99 1 s\n  injected:      bad-node\n" +
			"  alarm:         balancer (1s ago)\n  content again: probe (0s ago)\n"; first != want {
			t.Errorf("have\n%s\nwant\n%s", first, want)
		}
		s.Turns = nil
		l.Update(s)
		l.Say(timeline.Note{Text: "watcher pager: acknowledged"})
		l.Entered("a")
		l.Update(s)
		l.Phase("recovery", time.Second)
		l.Close()
		over := func(rows int) string { return fmt.Sprintf("\x1b[%dA\r\x1b[J", rows) }
		want := first + "\x1b7\x1b[5A\r" + strings.ReplaceAll(first, "\n", "\x1b[K\n") + "\x1b8" +
			over(5) + "watcher pager: acknowledged\n" + first + over(6) + first + over(5) +
			"fault      4s of 8s      98/s  success 50%  p99 1 s\n  injected: bad-node  alarm: balancer\n"
		if b.String() != want {
			t.Errorf("have\n%q\nwant\n%q", b.String(), want)
		}
	})
}

// An injection that has begun is said to have begun until it is over, beside what is injected.
func TestLiveTellsWhatIsBeingInjected(t *testing.T) {
	for _, c := range []struct {
		in              *words.Language
		begun, injected []string
		want            string
	}{
		{words.English, []string{"slow"}, nil, "\n  injecting:     slow\n"},
		{words.English, []string{"slow"}, []string{"bad-node"},
			"\n  injected:      bad-node  injecting: slow\n"},
		{words.English, nil, []string{"bad-node", "slow"}, "\n  injected:      bad-node, slow\n"},
		{words.English, nil, nil, "\n  injected:      –\n"},
		{words.Chinese, []string{"slow"}, nil, "\n  正在注入：  slow\n"},
		{words.Chinese, []string{"slow"}, []string{"bad-node"},
			"\n  已注入：    bad-node  正在注入：slow\n"},
	} {
		var b strings.Builder
		l := NewLive(&b, sized(80), c.in)
		l.Phase("fault", 8*time.Second)
		l.Update(timeline.State{Injecting: c.begun, Faults: c.injected, Biting: true})
		if !strings.Contains(b.String(), c.want) {
			t.Errorf("%q, %q: have\n%s\nwant%s", c.begun, c.injected, b.String(), c.want)
		}
	}
}

// No line is wider than the terminal, in either language, and the block of a phase is as high
// before anybody noticed as after.
func TestLiveFitsTheTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, in := range []*words.Language{words.English, words.Chinese} {
			for columns := 2; columns <= 120; columns++ {
				var b strings.Builder
				l := NewLive(&b, sized(columns), in)
				l.Phase("recovery", 100*time.Second)
				s := noticedFault()
				s.Turns, s.Rate, s.Success = nil, 12345, 0.98765
				quiet := s
				quiet.Faults, quiet.Alarms = nil, nil
				l.Update(quiet)
				high := strings.Count(b.String(), "\n")
				b.Reset()
				s.Faults = []string{"订单演练", "a-fault-of-many", "another-one"}
				s.Injecting = []string{"the-next-of-many"}
				l.Update(s)
				for line := range strings.Lines(b.String()) {
					line = strings.NewReplacer("\x1b7", "", "\x1b8", "", "\x1b[K", "", "\r", "",
						fmt.Sprintf("\x1b[%dA", high), "", "\n", "").Replace(line)
					if n := words.Width(line); n >= columns && columns > 2 {
						t.Errorf("%s, %d columns: %d: %q", in.Tag(), columns, n, line)
					}
				}
				if n := strings.Count(b.String(), "\n"); n != high {
					t.Errorf("%s, %d columns: %d lines, and %d before", in.Tag(), columns, n, high)
				}
			}
		}
	})
}

// A terminal that was made narrower has folded what is drawn, and one of few rows has few.
func TestLiveOnATerminalThatShrinks(t *testing.T) {
	var b strings.Builder
	columns, rows := 60, 24
	l := NewLive(&b, func() (int, int) { return columns, rows }, nil)
	l.Phase("fault", 8*time.Second)
	l.Update(noticedFault())
	b.Reset()
	columns = 30 // of five lines four take two rows
	l.Update(timeline.State{})
	if !strings.HasPrefix(b.String(), "\x1b[9A\r\x1b[J") {
		t.Errorf("have %q", b.String())
	}
	b.Reset()
	rows = 3
	l.Update(timeline.State{})
	if n := strings.Count(b.String(), "\n"); n != 2 {
		t.Errorf("%d lines in %d rows", n, rows)
	}
}

// A pull is one line that is drawn over, and elsewhere a line now and then; its end stays.
func TestLivePulls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tty, ci strings.Builder
		began := time.Now()
		for _, l := range []*Live{NewLive(&tty, sized(80), nil), NewLive(&ci, nil, words.Chinese)} {
			l.Say(timeline.Note{Kind: "image-pulled", Text: "pulling image x",
				Values: map[string]string{"image": "x"}})
			for k := range 3 {
				l.Pulling(timeline.Pull{Image: "x", Layers: 3, Done: k, Loaded: int64(k) * 1e6})
				time.Sleep(5 * time.Second)
			}
			l.Pulling(timeline.Pull{Image: "x", Layers: 3, Done: 3, Loaded: 3e6, Over: true})
			l.Say(timeline.Note{Text: "next"})
		}
		line := func(done int) string {
			return fmt.Sprintf("image x: %d of 3 layers there, %d.0 MB loaded", done, done)
		}
		over := "\x1b[1A\r\x1b[J"
		if want := "pulling image x\n" + line(0) + "\n\x1b7\x1b[1A\r" +
			line(1) + "\x1b[K\n\x1b8\x1b7\x1b[1A\r" + line(2) + "\x1b[K\n\x1b8" + over + line(3) +
			"\nnext\n"; tty.String() != want {
			t.Errorf("have %q\nwant %q", tty.String(), want)
		}
		at := func(seconds int) string {
			return began.Add(time.Duration(15+seconds) * time.Second).Format("15:04:05 ")
		}
		if want := at(0) + "正在拉取镜像 x\n" + at(5) + "镜像 x：3 层中已有 1 层，已下载 1.0 MB\n" + at(10) +
			"镜像 x：3 层中已有 2 层，已下载 2.0 MB\n" + at(15) + "镜像 x：3 层中已有 3 层，已下载 3.0 MB\n" +
			at(15) + "“next”\n"; ci.String() != want {
			t.Errorf("have %q\nwant %q", ci.String(), want)
		}
	})
}
