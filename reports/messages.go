package reports

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

var (
	//go:embed page/messages.en.md
	messagesEnglish string
	//go:embed page/messages.zh.md
	messagesChinese string
)

// messageTemplates are the three messages and the incident record, by language.
var messageTemplates = map[*words.Language]*template.Template{
	words.English: template.Must(template.New("en").Parse(messagesEnglish)),
	words.Chinese: template.Must(template.New("zh").Parse(messagesChinese)),
}

// messages are what they are filled with, in words of their language.
type messages struct {
	Silent                bool // there is nothing to tell users
	Once                  bool // the time to restore is how long it took, and was said
	Title, Run, Open      string
	Began, Whom, Symptom  string
	Expected, Served      string
	Restored, Lasted, Hit string
	MeanTime, MeanName    string
	Level, Alert, Failed  string
	Noticed, Broke        string
	Timeline              []moment
	Limits                []limit
	began                 time.Time // by its own clock, where dated
	dated                 bool
	at                    func(seconds float64) string
	l                     lines
	card                  sla.Scorecard
	first                 *sla.Outage // of the faults; nil: none
	restored              float64     // when the last of them ended; known where over
	over                  bool
}

type moment struct{ At, What string }

type limit struct{ Name, Wanted, Measured, Kept string }

// Messages writes the handbook's three messages to users (first answer, progress, recovery)
// and a record of the incident, from what the run measured: what it did not measure stays
// visibly open.
func Messages(w io.Writer, r Report) error {
	m := &messages{card: plainly(r.Card), l: lines{cmp.Or(r.Language, words.English)}}
	m.began, m.dated = r.began()
	m.fill()
	var b bytes.Buffer
	if err := messageTemplates[m.l.Language].Execute(&b, m); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// toFill is what a person has to fill in.
const toFill = "[____]"

func (m *messages) fill() {
	c, l := m.card, m.l
	m.Open, m.Title, m.Run = toFill, cell(l.title(c)), c.Run
	m.at = func(s float64) string {
		if !m.dated {
			return l.Line("message-into", "at", fmt.Sprintf("%.1f", s))
		}
		return l.instant(m.began.Add(time.Duration(s * 1e9)))
	}
	m.outage()
	m.impact()
	m.Broke = toFill
	if len(c.Faults) > 0 {
		var all []string
		for _, f := range c.Faults {
			all = append(all, l.Line("message-broke", "fault", f.Name, "what", l.Fault(f), "link",
				f.Link))
		}
		m.Broke = cell(l.Parts(all))
	}
	m.Noticed = toFill
	if seen := l.observer(c, false); len(seen) > 0 {
		m.Noticed = cell(l.Parts(seen))
	}
	for _, p := range c.Picture.Marks {
		m.Timeline = append(m.Timeline, moment{m.at(p.At), cell(l.Text(p.What))})
	}
	for _, o := range c.Objectives {
		m.Limits = append(m.Limits, limit{cell(l.Objective(o.Name)), cell(l.Text(o.Wanted)),
			cell(l.measured(o)), l.Line("message-" + o.Result)})
	}
}

// outage says when it began and ended, as the users had it.
func (m *messages) outage() {
	c, l := m.card, m.l
	m.over = true
	var groups []string
	var lasted time.Duration
	n, bad := 0, 0.0
	for i, o := range c.Outages {
		if len(o.By) == 0 {
			continue
		}
		if m.first == nil || o.Onset < m.first.Onset {
			m.first = &c.Outages[i]
		}
		if !slices.Contains(groups, o.Group) {
			groups = append(groups, o.Group)
		}
		m.restored, m.over = max(m.restored, o.Recovery), m.over && !o.Censored
		lasted += time.Duration((o.Recovery - o.Onset) * 1e9)
		n, bad = n+1, max(bad, o.Share)
	}
	m.Began, m.Lasted, m.Served, m.MeanTime, m.Restored = toFill, toFill, toFill, toFill,
		l.Line("message-not-restored")
	m.MeanName = l.Line("message-mean")
	if n < 2 {
		m.MeanName = l.Line("message-once")
	}
	m.Expected = l.Line("message-expected", "when", toFill)
	if a := c.Alert; a != nil {
		m.Expected = l.Line("message-expected-within", "limit", words.Brief(a.Repair))
	}
	if m.Silent = m.first == nil; m.Silent {
		return
	}
	m.Began, m.Whom = m.at(m.first.Onset), l.Line("message-groups", "groups", cell(l.List(groups)))
	if len(groups) == 1 {
		m.Whom = l.Line("message-group", "group", cell(groups[0]))
	}
	m.Symptom = l.Line("message-symptom", "part", words.Percent(bad))
	m.Served = words.Percent(1 - bad)
	if t := c.Times.Outage; t != nil {
		m.Lasted = l.Text(t.Said())
	}
	if m.over {
		m.Restored = l.Line("message-restored", "at", m.at(m.restored))
		m.MeanTime = words.Brief((lasted / time.Duration(n)).Seconds())
		m.Once = m.MeanTime == m.Lasted || strings.HasPrefix(m.Lasted, m.MeanTime+" ± ")
	}
}

// impact says how many users were hit, and what that calls for.
func (m *messages) impact() {
	c, l := m.card, m.l
	m.Hit = l.Line("message-hit", "hit", count(c.Impact.UsersHit), "users", count(c.Impact.Users))
	m.Level = strconv.Itoa(c.Impact.Level)
	if c.Impact.Level > 0 {
		m.Level = l.Line("message-level", "level", m.Level, "peak", words.Percent(c.Impact.Peak))
	}
	m.Failed = l.Line("message-failed", "failed", count(c.Requests.Failed),
		"sent", count(c.Requests.Sent))
	m.Alert = cmp.Or(cell(strings.TrimSpace(l.alert(c))), toFill)
}
