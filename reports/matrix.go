package reports

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/matrix"
)

// MatrixFormats are those that a matrix of drills and alerts can be had in, by their names.
var MatrixFormats = map[string]func(io.Writer, matrix.Matrix, *words.Language) error{
	"text":     MatrixText,
	"markdown": MatrixMarkdown,
	"csv":      MatrixCSV,
	"html":     MatrixHTML,
}

// MatrixText writes it for a person: the table, then what it says.
func MatrixText(w io.Writer, m matrix.Matrix, in *words.Language) error {
	m = inLines(m)
	l := lines{in}
	var b strings.Builder
	b.WriteByte('\n')
	for _, line := range aligned(l.matrix(m)) {
		b.WriteString("  " + line + "\n")
	}
	b.WriteByte('\n')
	for _, s := range l.blindSpots(m) {
		b.WriteString("  " + s + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// MatrixMarkdown writes it for a page.
func MatrixMarkdown(w io.Writer, m matrix.Matrix, in *words.Language) error {
	m = inLines(m)
	l := lines{in}
	var b strings.Builder
	markdownTable(&b, l.matrix(m))
	for _, s := range l.blindSpots(m) {
		b.WriteString("- " + cell(s) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// MatrixCSV writes a line for each run and each alert that it has. It is for programs: its
// words are in no language. Where an alert missed the run, and where an outage is censored,
// seconds are the least that it was.
func MatrixCSV(w io.Writer, m matrix.Matrix, _ *words.Language) error {
	m = inLines(m)
	c := csv.NewWriter(w)
	rows := [][]string{{"drill", "run", "control", "verdict", "outage_seconds",
		"outage_censored", "failed_requests",
		"alert", "kind", "result", "seconds", "resolution_seconds", "limit_seconds", "false_alarms",
		"alert_name", "wrong_target"}}
	for _, r := range m.Runs {
		outage, longer := "", ""
		if r.Outage != nil {
			outage, longer = decimal(known(*r.Outage)), strconv.FormatBool(r.Outage.Censored)
		}
		for i, x := range r.Cells {
			if x.Result == matrix.Absent {
				continue
			}
			seconds, resolution, limit := "", "", ""
			if x.Time != nil {
				seconds, resolution = decimal(known(*x.Time)), decimal(x.Time.Resolution)
			}
			if x.Limit != nil {
				limit = decimal(*x.Limit)
			}
			rows = append(rows, []string{r.Drill, r.ID, strconv.FormatBool(r.Control),
				string(r.Verdict), outage, longer, strconv.FormatUint(r.Failed, 10),
				m.Alerts[i].Name,
				m.Alerts[i].Kind, string(x.Result), seconds, resolution, limit,
				strconv.Itoa(x.False), m.Alerts[i].Of, strconv.Itoa(x.Wrong)})
		}
	}
	return c.WriteAll(rows)
}

// known is a time as it was measured, or the least that it was.
func known(t sla.Time) float64 {
	if t.Censored {
		return t.Least()
	}
	return t.Seconds
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// matrix are the cells of the table, with its head.
func (l lines) matrix(m matrix.Matrix) (rows [][]string) {
	head := []string{l.Line("matrix-drill"), l.Line("matrix-outage")}
	for _, a := range m.Alerts {
		head = append(head, l.alertName(a))
	}
	rows = append(rows, head)
	for _, r := range m.Runs {
		row := []string{m.Label(r), l.hurt(r)}
		for _, c := range r.Cells {
			row = append(row, l.made(c))
		}
		rows = append(rows, row)
	}
	return rows
}

// alertName is one as its column is headed.
func (l lines) alertName(a matrix.Alert) string {
	return l.Line("matrix-alert", "watcher", a.Name, "kind", a.Kind, "of", a.Of)
}

// hurt says what users had.
func (l lines) hurt(r matrix.Run) string {
	switch {
	case r.Control:
		return l.Line("matrix-control")
	case !r.Proves:
		return l.Line("matrix-void")
	case r.Outage != nil:
		return l.took(r.Outage)
	case r.Hurt:
		return l.Line("matrix-slower")
	}
	return l.Line("no-outage")
}

// made says what an alert made of a run, in a few words.
func (l lines) made(c matrix.Cell) string {
	if c.Result == matrix.Absent {
		return ""
	}
	limit, wrong := "", c.Wrong
	if c.Result == matrix.Wrong {
		wrong = 0 // it says so
	}
	if c.Limit != nil && c.Result == matrix.Late {
		limit = words.Brief(*c.Limit)
	}
	is := map[matrix.Result]string{
		matrix.Found:  l.took(c.Time),
		matrix.Late:   l.Line("matrix-late", "time", l.took(c.Time), "limit", limit),
		matrix.Wrong:  l.Line("matrix-wrong", "time", l.took(c.Time)),
		matrix.Untold: l.Line("matrix-untold"),
		matrix.Missed: l.Line("matrix-missed"),
		matrix.Quiet:  l.Line("matrix-quiet"),
		matrix.Blind:  l.Line("matrix-blind"),
		matrix.Open:   l.Line("matrix-unknown"),
	}[c.Result]
	return l.Line("matrix-cell", "is", is, "alarms", counted(uint64(c.False)),
		"wrong", counted(uint64(wrong)))
}

// blindSpots says what the table shows: what no alert saw, what never fired, what cried wolf,
// and what named another node.
func (l lines) blindSpots(m matrix.Matrix) (all []string) {
	for _, r := range m.Unseen() {
		line, unwatched := "matrix-unseen", ""
		switch {
		case r.Unwatched():
			unwatched = l.Line("matrix-unwatched")
		case r.Open():
			line = "matrix-unsure"
		}
		all = append(all, l.Line(line, "drill", m.Label(r), "outage", l.took(r.Outage),
			"failed", count(r.Failed), "unwatched", unwatched))
	}
	switch {
	case len(all) > 0:
	case m.Asks():
		all = append(all, l.Line("matrix-all-seen"))
	default:
		all = append(all, l.Line("matrix-none-hurt"))
	}
	for _, r := range m.Unproven() {
		all = append(all, l.Line("matrix-proves-nothing", "drill", m.Label(r)))
	}
	for _, a := range m.Silent() {
		if a.Met == 0 {
			all = append(all, l.Line("matrix-unasked", "alert", l.alertName(a),
				"runs", count(uint64(a.In))))
		} else {
			all = append(all, l.Line("matrix-silent", "alert", l.alertName(a),
				"met", count(uint64(a.Met)),
				"runs", count(uint64(a.In))))
		}
	}
	for _, name := range m.Unfired {
		all = append(all, l.Line("matrix-unfired", "alert", name, "runs",
			count(uint64(len(m.Runs)))))
	}
	for _, a := range m.Crying() {
		all = append(all, l.Line("matrix-crying", "alert", l.alertName(a), "alarms",
			count(uint64(a.False)), "runs", count(uint64(a.In))))
	}
	for _, a := range m.Astray() {
		all = append(all, l.Line("matrix-astray", "alert", l.alertName(a), "alerts",
			count(uint64(a.Wrong)), "runs", count(uint64(a.In))))
	}
	return all
}
