package publish

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// rehearsed is a record's marks, 5 s after the wall clock was read.
func rehearsed(names ...string) *timeline.Record {
	at := time.Date(2026, 11, 29, 16, 0, 0, 0, time.UTC)
	r := &timeline.Record{Header: timeline.Header{Scenario: "<b>shop</b>", Run: "aa", Wall: at,
		Mono: int64(time.Second), Phases: timeline.Phases{WarmUp: time.Second},
		Faults: []timeline.Fault{{Name: "bad", What: "503s & more"}, {Name: "late", What: "x"}}}}
	for i, n := range names {
		name, fault, _ := strings.Cut(n, " ")
		ns := int64(6+10*i) * int64(time.Second)
		r.Marks = append(r.Marks, timeline.Mark{Name: name, Fault: fault, Before: ns, After: ns + 2e6})
	}
	return r
}

// annotated is one annotation in short: its own tag, and seconds since the wall clock was
// read.
func annotated(t *testing.T, r *timeline.Record) (all []string) {
	t.Helper()
	for _, a := range Annotations(r) {
		from := time.UnixMilli(a.Time).Sub(r.Header.Wall)
		to := time.UnixMilli(a.TimeEnd).Sub(r.Header.Wall)
		if len(a.Tags) != 4 || !slices.Equal(a.Tags[:3], []string{"stormdrill",
			"scenario:<b>shop</b>", "run:aa"}) || strings.Contains(a.Text, "<b>") {
			t.Errorf("%+v", a)
		}
		all = append(all, a.Tags[3]+" "+from.String()+" "+to.String())
	}
	return all
}

// Phases and faults stand where they were on the wall clock; what a run that broke off had
// begun ends with it.
func TestAnnotations(t *testing.T) {
	for _, c := range []struct{ marks, want []string }{
		{[]string{"start", "baseline", "hold", "inject bad", "lift bad", "clear bad", "recovery", "end",
			"read-back"}, []string{"phase:warm-up 5.001s 15.001s", "phase:baseline 15.001s 25.001s",
			"phase:fault 25.001s 1m5.001s", "phase:recovery 1m5.001s 1m15.001s",
			"fault:bad 35.001s 55.001s"}},
		{[]string{"start", "baseline", "hold", "inject bad", "error"},
			[]string{"phase:warm-up 5.001s 15.001s", "phase:baseline 15.001s 25.001s",
				"phase:fault 25.001s 45.001s", "fault:bad 35.001s 45.001s"}},
		{[]string{"error"}, nil},
		{nil, nil},
	} {
		if have := annotated(t, rehearsed(c.marks...)); !slices.Equal(have, c.want) {
			t.Errorf("%q: have %q, want %q", c.marks, have, c.want)
		}
	}
}

// Each is posted as Grafana's API wants it, with the token of the environment; the first
// that is refused ends it, and neither the token nor a password is in the error.
func TestGrafana(t *testing.T) {
	t.Setenv("GRAFANA_TOKEN", "glsa_0123456789")
	a := server(t)
	all := Annotations(rehearsed("start", "baseline", "hold", "inject bad", "clear bad", "end"))
	if err := Grafana(t.Context(), Address(a.URL+"/grafana"), "${env:GRAFANA_TOKEN}",
		all); err != nil {
		t.Fatal(err)
	}
	if len(a.requests) != len(all) || len(all) != 4 {
		t.Fatalf("%d requests for %d annotations", len(a.requests), len(all))
	}
	for i, r := range a.requests {
		var body map[string]any
		if err := json.Unmarshal([]byte(a.bodies[i]), &body); err != nil {
			t.Fatal(err)
		}
		from, _ := body["time"].(float64)
		to, _ := body["timeEnd"].(float64)
		if r.Method != http.MethodPost || r.URL.Path != "/grafana/api/annotations" ||
			r.Header.Get("Authorization") != "Bearer glsa_0123456789" ||
			r.Header.Get("Content-Type") != "application/json" || len(body) != 4 ||
			from < 1.7e12 || to < from || body["text"] == "" {
			t.Errorf("%s %s, %v: %s", r.Method, r.URL, r.Header, a.bodies[i])
		}
	}
	a.status, a.requests = http.StatusUnauthorized, nil
	err := Grafana(t.Context(), Address(a.URL), "${env:GRAFANA_TOKEN}", all)
	if err == nil || len(a.requests) != 1 || !strings.Contains(err.Error(), "401") ||
		strings.Contains(err.Error(), "glsa") {
		t.Errorf("%d requests, %v", len(a.requests), err)
	}
}

func TestToken(t *testing.T) {
	t.Setenv("GRAFANA_TOKEN", "glsa_0123456789")
	if err := CheckToken("${env:GRAFANA_TOKEN}"); err != nil {
		t.Error(err)
	}
	for _, token := range []string{"glsa_0123456789", "${env:NOT_SET}"} {
		if err := CheckToken(token); err == nil || strings.Contains(err.Error(), "0123") {
			t.Errorf("%s: %v", token, err)
		}
	}
}
