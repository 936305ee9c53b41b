package docker

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/lab"
)

// Each finding says its value and what drills have of it; a bad one says what cures it, and
// an engine that does not answer is not told to be asked about by doctor.
func TestFindings(t *testing.T) {
	text := func(english string) link.Text { return link.Text{English: english} }
	for _, c := range []struct {
		f          lab.Finding
		ok, needed bool
		want       string // the value
	}{
		{roomOf(3 << 30), true, false, "3.0 GiB, wanted is at least 1 GiB"},
		{roomOf(1 << 29), false, false, "0.5 GiB, wanted is at least 1 GiB"},
		{machineOf(4, 8<<30, "6.1.0"), true, false,
			"cores: 4, wanted are at least 2; memory: 8.0 GiB; Linux 6.1.0"},
		{machineOf(1, 8<<30, "6.1.0"), false, false,
			"cores: 1, wanted are at least 2; memory: 8.0 GiB; Linux 6.1.0"},
		{noEngine(&noEngineError{errors.New("no such socket")}), false, true,
			"none answers: no such socket"},
		{noLab(fmt.Errorf("network: %w", &lab.UncontainedError{Lacks: []string{"IPv6 is on"}})),
			false, true, "IPv6 is on"},
		{noLab(errors.New("no NET_ADMIN")), false, true, "no NET_ADMIN"},
		{feature(link.Feature{Name: text("nftables"), There: true, Needed: true,
			Detail: text("works"), Means: text("Links are rules.")}), true, true, "works"},
		{feature(link.Feature{Name: text("nftables"), Needed: true,
			Detail: text("does not work: denied"), Means: text("Links are rules.")}), false, true,
			"does not work: denied"},
		{clockOf(210 * time.Microsecond), true, false,
			"known to ± 210µs, wanted is ± 5ms or better"},
		{clockOf(7 * time.Millisecond), false, false, "known to ± 7ms, wanted is ± 5ms or better"},
	} {
		if f := c.f; f.OK != c.ok || f.Needed != c.needed || f.Detail.English != c.want ||
			f.What.English == "" || !strings.HasSuffix(f.Means.English, ".") ||
			(f.Cure.English == "") != c.ok {
			t.Errorf("have %+v, want %q", f, c.want)
		}
	}
}

// A busy machine is told with its figure, the limit, and what follows; it keeps no drill
// from running.
func TestLoadOfMachine(t *testing.T) {
	waited := 0.6
	for _, c := range []struct {
		p    load.Pressure
		ok   bool
		want string // of the detail
	}{
		{load.Pressure{Load: 0.4, Cores: 2}, true, "0.2 runnable tasks a core"},
		{load.Pressure{Load: 2, Cores: 2}, true, "1.0 runnable tasks a core"},
		{load.Pressure{Load: 13.3, Cores: 2, CPU: &waited}, false,
			"6.7 runnable tasks a core over the last minute, wanted is at most 1; some task waited for CPU 60% of the last 10 s"},
		{load.Pressure{Load: 13.3, Cores: 64}, true, "0.2 runnable tasks a core"},
		{load.Pressure{Cores: 2}, true, "does not say"},
	} {
		f := loadOf(c.p)
		if f.OK != c.ok || f.Needed || (f.Cure.English == "") != c.ok ||
			!strings.Contains(f.Detail.English, c.want) {
			t.Errorf("%+v: have %+v", c.p, f)
		}
	}
}
