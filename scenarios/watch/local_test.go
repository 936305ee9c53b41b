package watch

import (
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

func TestCommand(t *testing.T) {
	t.Setenv("TOKEN", "s3cret")
	for _, c := range []struct {
		run         []secret.Text
		good, known bool
		detail      string
	}{
		{[]secret.Text{"sh", "-c", "exit 0"}, true, true, "exit 0"},
		{[]secret.Text{"sh", "-c", "echo down; exit 3"}, false, true, "exit status 3: down"},
		{[]secret.Text{"sh", "-c", "echo no $0 for $0; exit 3", "${env:TOKEN}"}, false, true, "exit status 3: no ${env:TOKEN} for ${env:TOKEN}"},
		{[]secret.Text{"/no/such/program"}, false, false, "no such file"},
		{[]secret.Text{"sh", "-c", "sleep 20"}, false, true, "took too long"},
	} {
		answers := make(chan loadgen.Answer, 100)
		l, err := StartLocal(map[string]*Config{"probe": {Command: &Command{Run: c.run, Timeout: 300 * time.Millisecond}}},
			Hearing{Now: wire.Now, Answer: func(a loadgen.Answer) { answers <- a }})
		if err != nil {
			t.Fatal(err)
		}
		a := <-answers
		l.Stop()
		if a.Check != "probe" || a.Good != c.good || a.Known != c.known || !strings.Contains(a.Detail, c.detail) || a.End < a.Start {
			t.Errorf("%q: have %+v", c.run, a)
		}
	}
}
