package reports

import (
	"bytes"
	"html"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// What people read has instants by the clock of the machine that began the run, with its zone,
// whatever that of the reader is.
func TestInstantsAreOfTheRunsOwnZone(t *testing.T) {
	defer func(was *time.Location) { time.Local = was }(time.Local)
	for reader, hours := range map[string]int{"UTC": 0, "CST": 8, "EST": -5} {
		time.Local = time.FixedZone(reader, hours*3600)
		for _, c := range []struct {
			wall, english, chinese string
		}{
			{"2026-01-02T03:04:05.678Z", "2026-01-02 03:04:05 UTC", "2026-01-02 03:04:05（UTC）"},
			{"2026-01-02T11:04:05.678+08:00", "2026-01-02 11:04:05 UTC+8",
				"2026-01-02 11:04:05（UTC+8）"},
			{"2026-01-02T08:34:05.678+05:30", "2026-01-02 08:34:05 UTC+5:30",
				"2026-01-02 08:34:05（UTC+5:30）"},
			{"2026-01-01T22:04:05.678-05:00", "2026-01-01 22:04:05 UTC-5",
				"2026-01-01 22:04:05（UTC-5）"},
		} {
			var record timeline.Record
			if err := record.Header.Wall.UnmarshalJSON([]byte(`"` + c.wall + `"`)); err != nil {
				t.Fatal(err)
			}
			card := card()
			card.Started = sla.Word(record.Header.Wall.UTC().Format(time.RFC3339Nano))
			card.Picture.Marks = []sla.Point{{At: 0.1, What: sla.Say(sla.MarkInject)}}
			for in, want := range map[*words.Language]string{words.English: c.english,
				words.Chinese: c.chinese} {
				r := WithoutCharts(&record, card, in)
				var page, messages bytes.Buffer
				if err := HTML(&page, r); err != nil {
					t.Fatal(err)
				}
				if err := Messages(&messages, r); err != nil {
					t.Fatal(err)
				}
				_, meta, _ := strings.Cut(page.String(), `<p class="meta">`)
				if meta = html.UnescapeString(meta); !strings.HasPrefix(meta, want+" · ") {
					t.Errorf("read at %q, %s: have %.60s, want %s", reader, in.Tag(), meta, want)
				}
				if !strings.Contains(messages.String(), "| "+want+" |") {
					t.Errorf("read at %q, %s: no %s in\n%s", reader, in.Tag(), want, &messages)
				}
			}
		}
	}
}

// A run whose record does not say when it was is told by its own seconds, and its page says
// nothing of it.
func TestInstantsOfNoDate(t *testing.T) {
	for _, in := range languages {
		c := card()
		c.Started = ""
		_, meta, _ := strings.Cut(pageOf(t, c, in), `<p class="meta">`)
		if !strings.HasPrefix(meta, in.Line("page-run")) {
			t.Errorf("%s: %.80s", in.Tag(), meta)
		}
		var messages bytes.Buffer
		if err := Messages(&messages, Report{Card: c, Language: in}); err != nil {
			t.Fatal(err)
		}
		if want := in.Line("message-into", "at", "2.0"); !strings.Contains(messages.String(), want) {
			t.Errorf("%s: no %s in\n%s", in.Tag(), want, &messages)
		}
	}
}
