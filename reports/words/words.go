// Package words has the words for what the judge says by codes, and for the lines of reports,
// report.html's among them: two tables a language, from a code, or a line's name, to a template,
// and what fills it in.
//
// A template names its values in braces. The name says how a value is written: what
// ends in seconds as a time with its unit, what ends in share in per cent. {name:format}
// writes it otherwise, see formats, and {low..high} is a range, of which no end is ∞. What
// stands between ‹ and › is left out where one of its values is none.
package words

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// Language is one that reports are written in.
type Language struct {
	said   map[sla.Code]string
	lines  map[string]string
	record map[sla.Code]string // for what a record says in English; none: its own words are right
	going  map[sla.Code]string // for what is said while a drill goes on, likewise
	told   map[sla.Code]string // for what the doctor and plans say, likewise; see link.Tell
	faults map[string]string   // for what a fault does, by its kind, likewise
	kinds  map[string]string   // for what a kind of fault, or of watcher, is, likewise
	all    map[sla.Code]string // for what is so of all that there was; none: as of a part
	// for objectives' names, which are English otherwise
	objectives map[string]string
	to         string // between the ends of a range
	list       string // between what is listed
	parts      string // between the parts of a line
	legend     string // between the marks of a drawing
	spaced     bool   // a blank parts its characters from Latin letters and digits
	tag        string // BCP 47
}

// Tag names the language, as in en or zh.
func (l *Language) Tag() string { return l.tag }

// The languages.
var (
	English = &Language{said: oneOf(english, englishDiagnosis),
		lines: oneOf(englishLines, englishPage, englishCommands, englishPlan),
		to:    " to ", list: ", ", parts: "; ", legend: ", ", tag: "en"}
	Chinese = &Language{said: oneOf(chinese, chineseDiagnosis),
		lines:  oneOf(chineseLines, chinesePage, chineseCommands, chinesePlan),
		record: chineseRecord, going: chineseGoing, told: oneOf(chineseDoctor, chineseSteps),
		faults: chineseFaults, kinds: chineseKinds,
		all: chineseAll, objectives: chineseObjectives,
		to: "～", list: "、", parts: "；", legend: "；", spaced: true, tag: "zh"}
)

// oneOf is one table of several, which have no line in common.
func oneOf[K comparable](tables ...map[K]string) map[K]string {
	one := map[K]string{}
	for _, table := range tables {
		maps.Copy(one, table)
	}
	return one
}

// Of is a language by its name, en or zh; nil where there is none.
func Of(name string) *Language {
	return map[string]*Language{"en": English, "zh": Chinese}[name]
}

// FromEnvironment is the language of messages by LC_ALL, LC_MESSAGES and LANG, of which the
// first that is set counts: English, but for zh.
func FromEnvironment(getenv func(string) string) *Language {
	if strings.HasPrefix(cmp.Or(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG")), "zh") {
		return Chinese
	}
	return English
}

// Text is what is said, in words. A code that has none, or lacks a value of theirs, as of an
// older record, is told by its detail.
func (l *Language) Text(s sla.Said) string {
	s = bounded(s)
	template, ok := l.said[s.Code]
	if all := l.all[s.Code]; all != "" && isAll(s) {
		template = all
	}
	for _, more := range []map[sla.Code]string{l.record, l.going, l.told} {
		if !ok {
			template, ok = more[s.Code]
		}
	}
	text, all := l.whole(template, s)
	if detail, told := s.Of("detail").(string); told && (!ok || !all) {
		return l.Quote(detail)
	}
	if !ok {
		return s.String()
	}
	return text
}

// Measured is what was measured beside what is wanted: a share that is not its limit does not
// read like it.
func (l *Language) Measured(measured, wanted sla.Said) string {
	limit, ok := wanted.Of("limit_share").(float64)
	if !ok {
		return l.Text(measured)
	}
	told := sla.Said{Code: measured.Code}
	for _, v := range measured.Values {
		if share, ok := v.Is.(float64); ok && strings.HasSuffix(v.Name, "share") {
			v.Is = percent(share, 2, limit)
		}
		told.Values = append(told.Values, v)
	}
	return l.Text(told)
}

// isAll reports whether what was counted is all that there was.
func isAll(s sla.Said) bool {
	count, counted := s.Of("count").(float64)
	of, known := s.Of("of").(float64)
	return counted && known && count == of && of > 1
}

// Fault is what a fault does, in words: by its kind and settings, or, without words for the
// kind or its settings, by what the record says in English.
func (l *Language) Fault(f sla.Fault) string {
	template, ok := l.faults[f.Kind]
	if !ok || len(f.Settings) == 0 {
		return l.Quote(f.What)
	}
	var s sla.Said
	for _, name := range named(template) {
		text, _ := sla.Said{Values: f.Settings}.Of(name).(string)
		if word, ok := l.faults[f.Kind+" "+name+"="+text]; ok {
			text = word
		}
		s.Values = append(s.Values, sla.Value{Name: name, Is: text})
	}
	text, all := l.whole(template, s)
	if !all {
		return l.Quote(f.What)
	}
	return text
}

// About is what a kind is, of a fault or a watch; english is what its source says of it.
func (l *Language) About(of, kind, english string) string {
	if text, ok := l.kinds[of+" "+kind]; ok {
		return text
	}
	return l.Quote(english)
}

// Quote gives what a record, an engine or a command says in words of its own, and marks it as
// that where they are not this language's.
func (l *Language) Quote(text string) string {
	if l.record == nil || text == "" {
		return text
	}
	return "“" + text + "”"
}

// Stated is what a record says in English, by its code where it has one.
func (l *Language) Stated(by *sla.Said, text string) string {
	if by == nil {
		return l.Quote(text)
	}
	return l.Text(*by)
}

// Told is a text that is said in English and by a code.
func (l *Language) Told(t link.Text) string {
	return l.Stated(sla.Stated(t.English, t.By), t.English)
}

// Unit is what a fault's count is of, in words.
func (l *Language) Unit(p sla.Proof) string {
	if p.Counted.Code == "" {
		return l.Quote(p.Unit)
	}
	return l.Text(p.Counted)
}

// named are the values that a template names, each once.
func named(template string) (names []string) {
	for _, m := range placeholder.FindAllStringSubmatch(template, -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Line is a report's line, or a part of one, with values as name and text by turns; an empty
// text is none.
func (l *Language) Line(name string, values ...string) string {
	var s sla.Said
	for i := 0; i+1 < len(values); i += 2 {
		s.Values = append(s.Values, sla.Value{Name: values[i], Is: values[i+1]})
	}
	text, _ := l.whole(l.lines[name], s)
	return text
}

// Under are the lines with names that begin with a prefix, by what follows it.
func (l *Language) Under(prefix string) map[string]string {
	under := map[string]string{}
	for name, line := range l.lines {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			under[rest] = line
		}
	}
	return under
}

// List joins what is listed, and Parts what a line has to say, one after the other.
func (l *Language) List(all []string) string  { return strings.Join(all, l.list) }
func (l *Language) Parts(all []string) string { return strings.Join(all, l.parts) }

// Legend joins what the marks of a drawing are.
func (l *Language) Legend(all []string) string { return strings.Join(all, l.legend) }

// whole fills a template in, but for those of its parts that may be left out; all is false
// where another lacks a value, or nothing is left.
func (l *Language) whole(template string, s sla.Said) (filled string, all bool) {
	var b strings.Builder
	all = true
	for {
		always, rest, more := strings.Cut(template, "‹")
		text, whole := l.fill(always, s)
		b.WriteString(text)
		all = all && whole
		if !more {
			return b.String(), all && b.Len() > 0
		}
		maybe, after, _ := strings.Cut(rest, "›")
		if text, whole := l.fill(maybe, s); whole {
			b.WriteString(text)
		}
		template = after
	}
}

// Texts are the words of all.
func (l *Language) Texts(all []sla.Said) []string {
	texts := make([]string, len(all))
	for i, s := range all {
		texts[i] = l.Text(s)
	}
	return texts
}

// Name is the word for a code without values.
func (l *Language) Name(c sla.Code) string { return l.Text(sla.Said{Code: c}) }

// placeholder is {name}, {name:format} or {low..high}.
var placeholder = regexp.MustCompile(
	`\{([a-z0-9_]+(?:[.-][a-z0-9_]+)*)(?:\.\.([a-z0-9_]+))?(?::([a-z0-9]+))?\}`)

// fill puts values into a template; whole is false where one is none.
func (l *Language) fill(template string, s sla.Said) (text string, whole bool) {
	var b strings.Builder
	put := func(text string) {
		if l.spaced && wantsBlank(b.String(), text) {
			b.WriteByte(' ')
		}
		b.WriteString(text)
	}
	at := 0
	whole = true
	for _, m := range placeholder.FindAllStringSubmatchIndex(template, -1) {
		part := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return template[m[2*i]:m[2*i+1]]
		}
		put(template[at:m[0]])
		at = m[1]
		name, high, format := part(1), part(2), part(3)
		if high != "" {
			put(l.between(name, s.Of(name), high, s.Of(high)))
			continue
		}
		value := l.value(name, format, s.Of(name))
		if format == "coded" {
			value = l.coded(name, s)
		}
		if measured, ok := s.Of(name).(sla.Said); ok && name == "measured" {
			wanted, _ := s.Of("wanted").(sla.Said)
			value = l.Measured(measured, wanted)
		}
		whole = whole && value != ""
		put(value)
	}
	put(template[at:])
	return b.String(), whole
}

// coded is a text by the code that stands beside it, as why_code beside why; quoted where there
// are no words for that.
func (l *Language) coded(name string, s sla.Said) string {
	text, _ := s.Of(name).(string)
	code, _ := s.Of(name + "_code").(string)
	if template, ok := l.record[sla.Code(code)]; ok {
		if said, all := l.whole(template, s); all {
			return said
		}
	}
	return l.Quote(text)
}

// between is a range, or what both of its ends read as.
func (l *Language) between(low string, from any, high string, until any) string {
	a, b := cmp.Or(l.value(low, "", from), "∞"), cmp.Or(l.value(high, "", until), "∞")
	if a == b {
		return a
	}
	return a + l.to + b
}

// formats are ways to write a number other than by its name; what writes nothing leaves out
// the part of a template that it is in.
var formats = map[string]func(float64) string{
	"0":     func(v float64) string { return fmt.Sprintf("%.0f", v) },
	"1":     func(v float64) string { return fmt.Sprintf("%.1f", v) },
	"2":     func(v float64) string { return fmt.Sprintf("%.2f", v) },
	"g":     func(v float64) string { return fmt.Sprintf("%g", v) },
	"g3":    func(v float64) string { return fmt.Sprintf("%.3g", v) },
	"ms1":   func(v float64) string { return fmt.Sprintf("%.1f", 1e3*v) },
	"s":     pluralS,
	"whole": wholePercent,
	"up":    upPercent,
	"n":     thousands,
	"least": AtLeast,
	"most":  AtMost,
	"doubt": func(v float64) string {
		if v < leastShown {
			return ""
		}
		return Brief(v)
	},
}

// value writes one; empty where there is none.
func (l *Language) value(name, format string, v any) string {
	switch v := v.(type) {
	case string:
		switch name {
		case "op":
			return sign(v)
		case "objective":
			return l.Objective(v)
		}
		return v
	case []string:
		return strings.Join(v, l.list)
	case sla.Said:
		return l.Text(v)
	case float64:
		return number(name, format, v)
	}
	return ""
}

func number(name, format string, v float64) string {
	switch write, ok := formats[format]; {
	case ok:
		return write(v)
	case strings.HasSuffix(name, "seconds"):
		return Brief(v)
	case strings.HasSuffix(name, "share"):
		return Percent(v)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

func pluralS(v float64) string {
	if v == 1 {
		return ""
	}
	return "s"
}

func sign(op string) string {
	if op == "<=" {
		return "≤"
	}
	return "≥"
}
