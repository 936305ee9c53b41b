package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/lab"
)

// The doctor says of each thing what it looked at, the value, what it means for drills, and
// the cure where the value is bad; its end says whether drills can run.
func TestDoctorSaysWhatFindingsMean(t *testing.T) {
	text := func(english string) link.Text { return link.Text{English: english} }
	well := lab.Finding{What: text("Docker engine"), OK: true, Needed: true, Detail: text("27.1"),
		Means: text("Each drill runs in it.")}
	poor := lab.Finding{What: text("free disk space"),
		Detail: text("0.5 GiB, wanted is at least 1 GiB"),
		Means:  text("Runs keep their evidence here."), Cure: text("make room")}
	bad := lab.Finding{What: text("nftables"), Needed: true,
		Detail: text("does not work: not permitted"), Means: text("Links are made of it."),
		Cure: text("allow it")}
	for name, c := range map[string]struct {
		found []lab.Finding
		want  string
		err   string
	}{
		"all well": {[]lab.Finding{well}, `ok    Docker engine: 27.1
      Each drill runs in it.

Drills can run here.
`, ""},
		"a warning": {[]lab.Finding{well, poor}, `ok    Docker engine: 27.1
      Each drill runs in it.
warn  free disk space: 0.5 GiB, wanted is at least 1 GiB
      Runs keep their evidence here.
      Cure: make room.

Drills can run here, with 1 warning.
`, ""},
		"an error": {[]lab.Finding{poor, bad}, `warn  free disk space: 0.5 GiB, wanted is at least 1 GiB
      Runs keep their evidence here.
      Cure: make room.
error nftables: does not work: not permitted
      Links are made of it.
      Cure: allow it.
`, "drills cannot run here: 1 error"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			err := examine(context.Background(), func(_ context.Context, tell func(lab.Finding)) {
				for _, f := range c.found {
					tell(f)
				}
			}, &out, nil)
			if out.String() != c.want {
				t.Errorf("have\n%s\nwant\n%s", &out, c.want)
			}
			if err == nil && c.err != "" || err != nil && !strings.Contains(err.Error(), c.err) ||
				err != nil && c.err == "" {
				t.Errorf("have %v, want %q", err, c.err)
			}
		})
	}
}
