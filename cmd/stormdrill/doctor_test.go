package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/lab"
)

// The doctor says of each thing what it looked at, the value, what it means for drills, and
// the cure where the value is bad; its end says whether drills can run.
func TestDoctorSaysWhatFindingsMean(t *testing.T) {
	well := lab.Finding{What: "Docker engine", OK: true, Needed: true, Detail: "27.1",
		Means: "Each drill runs in it."}
	poor := lab.Finding{What: "free disk space", Detail: "0.5 GiB, wanted is at least 1 GiB",
		Means: "Runs keep their evidence here.", Cure: "make room"}
	bad := lab.Finding{What: "nftables", Needed: true, Detail: "does not work: not permitted",
		Means: "Links are made of it.", Cure: "allow it"}
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
			}, &out)
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
