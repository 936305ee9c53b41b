package reports

import (
	"bytes"
	"compress/gzip"
	"errors"
	"html"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/library"
	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// chineseFormats are those that a person reads. JUnit and metrics are for programs, and English.
var chineseFormats = []string{"text", "verbose", "markdown", "html", "messages"}

// ofPage is what a page is made of, and code.
var ofPage = []*regexp.Regexp{
	regexp.MustCompile(`(?s)<(style|script)[^>]*>.*?</(style|script)>`),
	regexp.MustCompile(`(?s)<pre[^>]*>.*?</pre>|<code[^>]*>.*?</code>`),
	regexp.MustCompile(`(?s)<[^>]*>`),
}

// notProse is what may stand in Chinese text as it is: quotations, code, addresses.
var notProse = []*regexp.Regexp{
	regexp.MustCompile("“[^”]*”"),
	regexp.MustCompile("`[^`]*`"),
	regexp.MustCompile(`\b[a-z-]+://\S+`),
	regexp.MustCompile(`'[^']*'`), // of a command
}

// english3 are three English words in a row, one of which no term of the field, name, key or
// command is made of.
var english3 = regexp.MustCompile(`[A-Za-z']+(?:,? [A-Za-z']+){2,}`)

// function are words that English sentences have, and names, keys and commands have not.
var function = []string{"a", "an", "the", "is", "are", "was", "were", "be", "been", "that",
	"this", "it", "its", "they", "their", "and", "not", "with", "by", "from", "to", "as", "at",
	"had", "has", "have", "who", "no", "none", "than", "which", "where", "while", "after",
	"before", "again", "there", "once", "when", "for", "on"}

// englishIn finds what reads as an English sentence, quotations, names and keys apart.
func englishIn(text string, names []string) (found []string) {
	for _, p := range ofPage {
		text = p.ReplaceAllString(text, "。")
	}
	text = html.UnescapeString(text)
	for _, p := range notProse {
		text = p.ReplaceAllString(text, "。")
	}
	for _, name := range names {
		text = strings.ReplaceAll(text, name, "。")
	}
	for _, s := range english3.FindAllString(text, -1) {
		n := 0
		for _, w := range strings.Fields(s) {
			if slices.Contains(function, strings.ToLower(strings.Trim(w, ",'"))) {
				n++
			}
		}
		if n > 0 && !slices.Contains(found, s) {
			found = append(found, s)
		}
	}
	return found
}

// inChinese renders one of the formats.
func inChinese(t *testing.T, format string, r Report) string {
	var b bytes.Buffer
	var err error
	switch format {
	case "text", "verbose":
		err = Text(&b, r.Card, TextOptions{Width: 1 << 16, Verbose: format == "verbose",
			Language: words.Chinese})
	default:
		err = Formats[format](&b, r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Nothing but names, keys, commands and quotations is English in what a Chinese reader gets of
// any run that is kept.
func TestChineseHasNoEnglishSentences(t *testing.T) {
	all, err := filepath.Glob("../testdata/records/library/*.gz")
	if err != nil || len(all) == 0 {
		t.Fatal(all, err)
	}
	for _, path := range all {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			record := unpacked(t, path)
			card := sla.Score(record, record.Header.Objectives)
			names := []string{card.Scenario, record.Header.Tool}
			for _, o := range card.Objectives { // keys, as the scenario has them
				names = append(names, o.Name)
			}
			for _, format := range chineseFormats {
				text := inChinese(t, format, Of(record, card, words.Chinese))
				for _, s := range englishIn(text, names) {
					t.Errorf("%s: %q", format, s)
				}
			}
		})
	}
}

// shipped is the plan of a shipped drill.
func shipped(t *testing.T, name string) *plan.Plan {
	t.Helper()
	found, err := plan.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.New(found[0], plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A plan in Chinese has no other English than what it quotes.
func TestChinesePlansHaveNoEnglishSentences(t *testing.T) {
	for _, name := range library.Names() {
		p := shipped(t, name)
		var b bytes.Buffer
		if err := Plan(&b, p, words.Chinese); err != nil {
			t.Fatal(err)
		}
		own := []string{oneLine.Replace(p.Scenario.Summary)}
		for _, f := range p.Faults {
			if by, ok := f.Fault.(faults.Commanding); ok {
				for _, c := range by.Commands() {
					own = append(own, strings.Split(c.Shell, "\n")...)
				}
			}
		}
		text := b.String()
		slices.SortFunc(own, func(a, b string) int { return len(b) - len(a) })
		for _, words := range own { // of the scenario's
			text = strings.ReplaceAll(text, words, "")
		}
		for _, s := range englishIn(text, nil) {
			t.Errorf("%s: %q", name, s)
		}
	}
}

// What is Stormdrill's own to say of a plan is in Chinese, too, and no quotation.
func TestChinesePlansSayWhatTheyMean(t *testing.T) {
	for name, want := range map[string][]string{
		"accept-stall":    {"accept 队列：少数建立后挂起，其余得不到应答；"},
		"region-slow":     {"probe 告警期间，page/east 查询 edge 得到 standby；"},
		"handbook-limits": {"黄色预警，单节点：按最先发现的监控计时\n", "系统运维\n"},
	} {
		p := shipped(t, name)
		var text, english bytes.Buffer
		if err := errors.Join(Plan(&text, p, words.Chinese), Plan(&english, p, nil)); err != nil {
			t.Fatal(err)
		}
		for _, said := range want {
			if !strings.Contains(text.String(), said) {
				t.Errorf("%s: no %q in\n%s", name, said, &text)
			}
		}
		for _, o := range p.Objectives() { // programs get the same words
			if !strings.Contains(english.String(), o.By.English) {
				t.Errorf("%s: no %q in\n%s", name, o.By.English, &english)
			}
		}
	}
}

// The search finds a sentence, and takes a quotation, a name and a command for none.
func TestEnglishIsFound(t *testing.T) {
	for text, want := range map[string]int{
		"洪泛：the rest was answered late": 1, "“the rest was answered late”": 0,
		"<code>stormdrill run the drill</code>": 0, "success of users in run": 0,
		"HTTP 503 × 12，p95 4 ms": 0} {
		if have := englishIn(text, []string{"success of users in run"}); len(have) != want {
			t.Errorf("%q: have %q, want %d", text, have, want)
		}
	}
}

// unpacked is a record of those that are kept compressed.
func unpacked(t *testing.T, path string) *timeline.Record {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(filepath.Join(t.TempDir(), "record"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, z); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	record, err := timeline.Open(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return record
}
