package sla

import (
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

var update = flag.Bool("update", false, "write the golden scorecards anew")

// Records that were written and read again score as they always did, byte for
// byte: the scorecards in testdata were made when requests were kept one by one,
// and judged by sorting them.
func TestScorecardsStayAsTheyWere(t *testing.T) {
	for name, write := range map[string]func() ([]load.Request, *timeline.Record){
		"503":  func() ([]load.Request, *timeline.Record) { return mixed("503", 1) },
		"hang": func() ([]load.Request, *timeline.Record) { return mixed("hang", 0.3) },
		"slow": func() ([]load.Request, *timeline.Record) { return mixed("slow", 1) },
		"rare": func() ([]load.Request, *timeline.Record) { return mixed("reset", 0.03) },
	} {
		t.Run(name, func(t *testing.T) {
			users, r := write()
			r, err := timeline.Open(written(t, users, r))
			if err != nil {
				t.Fatal(err)
			}
			card := Score(r, r.Header.Objectives)
			have, err := json.MarshalIndent(card, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			if again, _ := json.MarshalIndent(Score(r, r.Header.Objectives), "",
				"  "); string(again) != string(have) {
				t.Error("the same record scored differently a second time")
			}
			golden := filepath.Join("testdata", name+".json")
			if *update {
				if err := os.WriteFile(golden, have, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if string(have) != string(want) {
				t.Errorf("not as in %s: have\n%s", golden, have)
			}
		})
	}
}

// mixed is a drill of two groups of users, and a third that no fault touches:
// three nodes, some requests unsent or late, connections of all kinds, a ledger, and every metric
// that may be kept. Its first group's requests come beside it.
func mixed(kind string, share float64) ([]load.Request, *timeline.Record) {
	s := usual()
	s.rate, s.noise, s.seed = 400, 0.0004, 11
	s.downs = []down{{15 * sec, 19 * sec, share, kind}, {20 * sec, 21 * sec, share, kind},
		{30 * sec, 31 * sec, 0.5, "reset"}}
	random := rand.New(rand.NewPCG(5, 6))
	s.adjust = func(q *load.Request) { connect(random, q) }
	s.goals.Budget, s.goals.Profile = "99.9% per 30d", Handbook
	s.goals.Keep = []string{"p99 of node app-2 in run <= 1s",
		"success of users in fault >= 1.01 x baseline", "p99.9 of spared in run <= 1s"}
	for _, m := range Metrics {
		limit := " <= 20ms"
		if (Keep{Metric: m}).IsShare() {
			limit = " >= 99%"
		}
		s.goals.Keep = append(s.goals.Keep, m+" in run"+limit,
			m+" of users/fresh in recovery"+limit)
	}
	r := s.record()
	users := collect(r.Requests["users"])
	r.Header.Groups[0].Ledger = true
	r.Header.Groups = append(r.Header.Groups,
		timeline.Group{Name: "users/fresh", Rate: 100, Users: 40, Slow: 300 * time.Millisecond},
		timeline.Group{Name: "spared", Rate: 100, Users: 10, Slow: 500 * time.Millisecond,
			Reference: true})
	r.Findings = map[string][]load.Finding{}
	for i, q := range users {
		if q.Acknowledged() && i%97 != 0 {
			r.Findings["users"] = append(r.Findings["users"],
				load.Finding{Seq: q.Seq, Lost: i%1013 == 0})
		}
	}
	return users, r
}

// connect gives a request a node, and what a real one has of a connection.
func connect(random *rand.Rand, q *load.Request) {
	if q.Node != "" {
		q.Node = []string{"app-1", "app-2", "app-3", ""}[random.IntN(4)]
	}
	step := func() load.Step {
		return load.StepOf(time.Duration(random.ExpFloat64()*float64(9*ms)), random.IntN(200) > 0)
	}
	switch random.IntN(10) {
	case 0:
		q.Lookup, q.Handshake, q.TLS = step(), step(), step()
	case 1:
		q.Handshake = step()
	default:
		q.Reused = true
	}
	q.Injected = q.Status == 503 && random.IntN(2) == 0
	switch random.IntN(300) {
	case 0:
		q.Unsent, q.Sent, q.Status, q.Node, q.Class = true, 0, 0, "", load.OK
	case 1:
		q.Sent = min(q.Sent+random.Int64N(200*ms), q.Done)
	case 2:
		q.Attempts = 2
	case 3:
		q.Class = load.Class(1 + random.IntN(int(load.Classes)-1))
	}
}

// A record that was cut off is read up to there, and scored as what it is.
func TestCutRecordsAreScored(t *testing.T) {
	users, r := mixed("hang", 0.3)
	path := written(t, users, r)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	due := 0
	for cut := range int64(20) {
		if err := os.Truncate(path, info.Size()*(20-cut)/20-1); err != nil {
			t.Fatal(err)
		}
		r, err := timeline.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if n := r.Requests["users"].Len(); cut == 0 {
			due = n
		} else if n > due {
			t.Errorf("cut at %d twentieths: %d requests, %d of a longer file", 20-cut, n, due)
		}
		if card := Score(r, r.Header.Objectives); !r.Truncated || card.Verdict != Error ||
			card.Reasons[0].Code != RecordTruncated {
			t.Errorf("cut at %d twentieths: have %s, %q", 20-cut, card.Verdict, card.Reasons)
		}
	}
	if due != len(users) {
		t.Errorf("cut in its last entry: %d requests, want %d", due, len(users))
	}
}

// written is the file of a record with those users, cut into blocks as a load node sends
// them: four a second, by when they are done.
func written(t *testing.T, users []load.Request, r *timeline.Record) string {
	path := filepath.Join(t.TempDir(), "record")
	w, err := timeline.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ok(w.Header(r.Header))
	groups := map[string][]load.Request{"users": users}
	for i, q := range users {
		switch {
		case i%4 == 1:
			groups["users/fresh"] = append(groups["users/fresh"], q)
		case i%4 == 2 && q.Class == load.OK:
			groups["spared"] = append(groups["spared"], q)
		}
	}
	for _, g := range r.Header.Groups {
		bySpan := map[int64][]load.Request{}
		for _, q := range groups[g.Name] {
			bySpan[(q.Done-t0)/(250*ms)] = append(bySpan[(q.Done-t0)/(250*ms)], q)
		}
		for k := int64(0); k < 4*60; k++ {
			if len(bySpan[k]) > 0 {
				b, err := load.EncodeBlock(g.Name, bySpan[k])
				ok(err)
				ok(w.Block(b))
			}
		}
		if len(r.Findings[g.Name]) > 0 {
			ok(w.Findings(load.EncodeFindings(g.Name, r.Findings[g.Name])))
		}
	}
	for _, m := range r.Marks {
		ok(w.Mark(m))
	}
	for _, a := range r.Answers {
		ok(w.Answer(a))
	}
	for _, p := range r.Proofs {
		ok(w.Proof(p))
	}
	ok(w.Close())
	return path
}
