package publish

import (
	"context"
	"encoding/json"
	"errors"
	"html"
	"net/http"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Annotation is a stretch of time in Grafana, on the wall clock, in the fields of its API
// (https://grafana.com/docs/grafana/latest/developers/http_api/annotations/).
type Annotation struct {
	Time    int64    `json:"time"` // ms since 1970
	TimeEnd int64    `json:"timeEnd"`
	Tags    []string `json:"tags"`
	Text    string   `json:"text"` // as HTML
}

// stages are the phases of a run, by the marks that they begin with.
var stages = map[string]string{timeline.MarkStart: "warm-up", timeline.MarkBaseline: "baseline",
	timeline.MarkHold: "fault", timeline.MarkRecovery: "recovery"}

// Annotations are a run's phases, and each fault from its injection until it was gone, or
// until what is known of it ends. All have the tags stormdrill, scenario:… and run:….
func Annotations(r *timeline.Record) (all []Annotation) {
	h := r.Header
	at := func(m timeline.Mark) int64 {
		return h.Wall.Add(time.Duration(m.Before/2 + m.After/2 - h.Mono)).UnixMilli()
	}
	add := func(from, to timeline.Mark, tag, text string) {
		tags := []string{"stormdrill", "scenario:" + h.Scenario, "run:" + h.Run, tag}
		for i := range tags {
			tags[i] = reports.Plain(tags[i])
		}
		all = append(all, Annotation{at(from), at(to), tags,
			html.EscapeString(reports.Plain(h.Scenario + ": " + text))})
	}
	var began timeline.Mark
	phase := ""
	for i, m := range r.Marks {
		next, begins := stages[m.Name]
		if m.Name == timeline.MarkStart && h.Phases.WarmUp == 0 {
			next = "baseline"
		}
		if phase != "" && (begins || m.Name == timeline.MarkEnd || i == len(r.Marks)-1) {
			add(began, m, "phase:"+phase, "phase "+phase)
			phase = ""
		}
		if begins {
			began, phase = m, next
		}
	}
	for _, f := range h.Faults {
		var from, to *timeline.Mark
		for i, m := range r.Marks {
			switch {
			case m.Fault == f.Name && m.Name == timeline.MarkInject:
				from = &r.Marks[i]
			case m.Fault == f.Name && m.Name == timeline.MarkClear,
				to == nil && i == len(r.Marks)-1:
				to = &r.Marks[i]
			}
		}
		if from != nil && to != nil {
			add(*from, *to, "fault:"+f.Name, "fault "+f.Name+", "+f.What)
		}
	}
	return all
}

// altogether bounds the telling of all annotations of a run.
const altogether = 30 * time.Second

// Grafana writes annotations with a token, which is written as ${env:NAME}, or none. It
// ends at the first one that is not taken.
func Grafana(ctx context.Context, to Address, token string, all []Annotation) error {
	ctx, cancel := context.WithTimeout(ctx, altogether)
	defer cancel()
	u, err := to.parse()
	if err != nil {
		return err
	}
	header := http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}}
	if token != "" {
		value, err := secret.Text(token).Reveal()
		if err != nil {
			return err
		}
		header.Set("Authorization", "Bearer "+strings.TrimSpace(value))
	}
	for _, a := range all {
		b, err := json.Marshal(a)
		if err != nil {
			return err
		}
		if err := send(ctx, http.MethodPost, u.JoinPath("api", "annotations"), header,
			b); err != nil {
			return err
		}
	}
	return nil
}

// CheckToken reports a token that is not written as ${env:NAME}, which would be in the list
// of processes and in a shell's history, or one without a value.
func CheckToken(token string) error {
	if !secret.Text(token).Secret() {
		return errors.New("want ${env:NAME}: what stands there is seen by others")
	}
	_, err := secret.Text(token).Reveal()
	return err
}
