package watch

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/userdir"
)

// waited is a run that waits for persons, and what it received.
type waited struct {
	*Local
	mu        sync.Mutex
	how       []string
	delivered []load.Delivery
	said      []string
}

func waitFor(t *testing.T, run string, names ...string) *waited {
	t.Helper()
	w, all := &waited{}, map[string]Kind{}
	for _, name := range names {
		all[name] = &Person{}
	}
	var err error
	w.Local, err = StartLocal(all, Sink{
		Now: wire.Now, Run: run,
		Awaits: func(watcher, command string) { w.how = append(w.how, watcher+": "+command) },
		Deliver: func(d load.Delivery) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.delivered = append(w.delivered, d)
		},
		Acked: func(watchers []string, note string) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.said = append(w.said, strings.Join(watchers, "+")+": "+note)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Stop)
	return w
}

// received gives what a run received so far.
func (w *waited) received() ([]load.Delivery, []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.delivered), slices.Clone(w.said)
}

// An acknowledgement goes to the run that is named, for all of its persons, at once;
// without a name the user is told which runs there are.
func TestPerson(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	const one, other = "1f2e3d4c5b6a7988", "1fffffffffffffff"
	w, quiet := waitFor(t, one, "lead", "oncall"), waitFor(t, other, "oncall")
	if len(w.how) != 2 || !strings.HasSuffix(w.how[0], ": stormdrill ack "+one) {
		t.Errorf("says %q", w.how)
	}
	before := wire.Now()
	id, watchers, err := Acknowledge(t.Context(), "1f2", "looking at it")
	slices.Sort(watchers)
	if err != nil || id != one || !slices.Equal(watchers, []string{"lead", "oncall"}) {
		t.Fatalf("have %s, %q, %v", id, watchers, err)
	}
	if _, _, err := Acknowledge(t.Context(), one, ""); err != nil {
		t.Fatal(err)
	}
	delivered, said := w.received()
	if len(delivered) != 4 || len(said) != 2 || !strings.HasSuffix(said[0], ": looking at it") ||
		delivered[0].Body != "looking at it" || delivered[3].Body != "acknowledged" ||
		delivered[0].At < before || delivered[0].At > wire.Now() {
		t.Errorf("delivered %+v, said %q", delivered, said)
	}
	n := Notice(timeline.Watcher{Name: "oncall", WatcherTraits: (&Person{}).Traits()},
		&timeline.Record{Deliveries: delivered})
	if len(n.Alarms) != 2 || n.Alarms[0].Over || n.Ends { // each word of a person is one
		t.Errorf("found %+v", n)
	}
	for _, c := range [][2]string{
		{"1f", `"1f" is the beginning of ` + one + " and of " + other},
		{"ffff", "none of those that do: " + one + ", " + other},
		{"", "none of those"}, {"../x", "none of those"}, {"*", "none of those"},
	} {
		if _, _, err := Acknowledge(t.Context(), c[0], ""); !errors.Is(err, ErrNobodyWaits) ||
			!strings.Contains(err.Error(), c[1]) {
			t.Errorf("%q: have %v", c[0], err)
		}
	}
	if _, _, err := Acknowledge(t.Context(), one, strings.Repeat("x", MostNote+1)); err == nil ||
		!strings.Contains(err.Error(), "at most 1000") {
		t.Errorf("a long note: have %v", err)
	}
	if delivered, _ := quiet.received(); len(delivered) > 0 {
		t.Errorf("another run received %+v", delivered)
	}
	w.Stop()
	quiet.Stop()
	if _, _, err := Acknowledge(t.Context(), one, ""); !errors.Is(err, ErrNobodyWaits) ||
		!strings.Contains(err.Error(), "is over") {
		t.Errorf("a run that is over: have %v", err)
	}
	if left, _ := os.ReadDir(userdir.Path()); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// Only the user reaches the socket, and what a run that was killed leaves is removed.
func TestPersonIsTheUserAlone(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	waitFor(t, "00000000000000aa", "oncall")
	path := func(run string) string { return filepath.Join(userdir.Path(), run+ackEnd) }
	for file, want := range map[string]os.FileMode{userdir.Path(): 0o700,
		path("00000000000000aa"): 0o600} {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", file, info.Mode(), err)
		}
	}
	killed, err := net.Listen("unix", path("00000000000000bb"))
	if err != nil {
		t.Fatal(err)
	}
	killed.(*net.UnixListener).SetUnlinkOnClose(false)
	_ = killed.Close()
	for _, there := range []bool{true, false} { // it may only just be made
		if _, _, err := Acknowledge(t.Context(), "bb", ""); !errors.Is(err, ErrNobodyWaits) {
			t.Errorf("have %v", err)
		}
		if _, err := os.Lstat(path("00000000000000bb")); (err == nil) != there {
			t.Errorf("it is there: %v", err)
		}
		old := time.Now().Add(-time.Hour)
		_ = os.Chtimes(path("00000000000000bb"), old, old)
	}
	if err := os.Chmod(userdir.Path(), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Acknowledge(t.Context(), "aa", ""); err == nil ||
		!strings.Contains(err.Error(), "of this user alone") {
		t.Errorf("a folder open to every user: have %v", err)
	}
	_, err = StartLocal(map[string]Kind{"oncall": &Person{}}, Sink{Run: "00000000000000cc"})
	if err == nil || !strings.Contains(err.Error(), "watch oncall: ") {
		t.Errorf("have %v", err)
	}
}
