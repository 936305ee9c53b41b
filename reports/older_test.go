package reports

import (
	"bytes"
	"html"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// lacking are the paths of the fields that a record's header may be without, as those of
// earlier versions are; a limit that is not there is none.
func lacking(t reflect.Type, at string) (all []string) {
	for t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[timeline.Objectives]() {
		return nil
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if strings.Contains(f.Tag.Get("json"), ",omit") {
			all = append(all, at+f.Name)
		}
		if f.IsExported() {
			all = append(all, lacking(f.Type, at+f.Name+".")...)
		}
	}
	return all
}

// without clears a field by its path, wherever it is, and reports whether it was there.
func without(v reflect.Value, path string) (had bool) {
	if v.Kind() == reflect.Slice {
		for i := range v.Len() {
			had = without(v.Index(i), path) || had
		}
		return had
	}
	first, rest, more := strings.Cut(path, ".")
	f := v.FieldByName(first)
	if more {
		return without(f, rest)
	}
	had = !f.IsZero()
	f.SetZero()
	return had
}

// emptyPhrase is where something is missing in a sentence of either language.
var emptyPhrase = regexp.MustCompile(`\( *\)|（ *）|“ *”|"" |[:：,，;；]\s*[;；.。]|[:,;：，；] *$|` +
	`\b(of|to|by|as|at|in|on|after|Stormdrill)\s*[.;:)]`)

// A record of an earlier version, which lacks what later ones keep, is judged and told: each
// field that it may be without, and all of them, of a fault that comes and goes, of two, of
// writes, of a watcher that waits, and of one that cannot meet a fault. What failed does not
// pass by that.
func TestRecordsOfEarlierVersions(t *testing.T) {
	paths := lacking(reflect.TypeFor[timeline.Header](), "")
	if len(paths) < 30 {
		t.Fatalf("only %q", paths)
	}
	for _, name := range []string{"flapping-node-sibling", "two-faults", "primary-lost-sibling",
		"disk-full", "region-slow-sibling"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			record := unpacked(t, filepath.Join("..", "testdata", "records", "library", name+".gz"))
			whole := record.Header
			before := sla.Score(record, whole.Objectives).Verdict
			for _, lacks := range append(paths, "all", "ToMeet") {
				record.Header = everyText(whole, func(s string) string { return s }) // a copy
				h := reflect.ValueOf(&record.Header).Elem()
				switch {
				case lacks == "all":
					for _, path := range paths {
						without(h, path)
					}
				case lacks == "ToMeet":
					for i := range record.Header.Watch {
						for _, f := range record.Header.Faults {
							w := &record.Header.Watch[i]
							w.Unmet = append(w.Unmet, f.Name)
						}
					}
				case !without(h, lacks):
					continue
				case strings.Contains(lacks, "Traits.Period"), strings.Contains(lacks, "Traits.On"):
					without(h, "Faults.Traits.Period") // neither is there without the other
					without(h, "Faults.Traits.On")
				}
				card := sla.Score(record, record.Header.Objectives)
				if before == sla.Fail && card.Verdict == sla.Pass && lacks != "ToMeet" {
					t.Errorf("without %s: %s", lacks, card.Verdict)
				}
				for _, in := range []*words.Language{words.English, words.Chinese} {
					r := WithoutCharts(record, card, in)
					if lacks == "all" {
						r = Of(record, card, in)
					}
					var b bytes.Buffer
					if err := Text(&b, card, TextOptions{Width: 1 << 16, Verbose: true,
						Language: in}); err != nil {
						t.Fatal(err)
					}
					for _, format := range []string{"markdown", "messages", "html"} {
						if err := Formats[format](&b, r); err != nil {
							t.Fatal(err)
						}
					}
					text := b.String()
					for _, p := range ofPage {
						text = p.ReplaceAllString(text, "\n")
					}
					for line := range strings.Lines(html.UnescapeString(text)) {
						if line = strings.TrimSpace(line); emptyPhrase.MatchString(line) {
							t.Errorf("without %s, %s: %s", lacks, in.Tag(), line)
						}
					}
				}
			}
		})
	}
}
