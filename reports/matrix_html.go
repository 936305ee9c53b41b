package reports

import (
	"bytes"
	"cmp"
	_ "embed"
	"html/template"
	"io"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/matrix"
)

//go:embed page/matrix.html
var matrixPage string

var matrixTemplate = template.Must(template.New("matrix").Parse(matrixPage))

// matrixSheet is what the template is filled with. All text in it is plain; the template
// escapes it for where it stands.
type matrixSheet struct {
	*words.Language
	Style template.CSS
	Head  []string
	Rows  []matrixRow
	Shows []string
}

type matrixRow struct {
	Drill, Verdict, Users string
	Cells                 []matrixCell
}

// matrixCell has the class of a result of an objective, which the page's style colours.
type matrixCell struct{ Text, Class string }

// matrixClass is how a cell is coloured; what says nothing is not.
var matrixClass = map[matrix.Result]string{
	matrix.Found: sla.Met, matrix.Late: sla.Missed, matrix.Wrong: sla.Missed,
	matrix.Missed: sla.Missed, matrix.Untold: sla.Undecided, matrix.Blind: sla.Undecided,
	matrix.Open: sla.Undecided,
}

// MatrixHTML writes it as one file that opens from disk in any browser, and asks for nothing.
func MatrixHTML(w io.Writer, m matrix.Matrix, in *words.Language) error {
	m = plainly(m)
	l := lines{cmp.Or(in, words.English)}
	p := matrixSheet{Language: l.Language, Style: template.CSS(pageStyle), Shows: l.blindSpots(m)}
	table := l.matrix(m)
	p.Head = table[0]
	for i, r := range m.Runs {
		row := matrixRow{Drill: table[i+1][0], Users: table[i+1][1], Verdict: l.verdict(r.Verdict)}
		for k, c := range r.Cells {
			row.Cells = append(row.Cells, matrixCell{table[i+1][k+2], matrixClass[c.Result]})
		}
		p.Rows = append(p.Rows, row)
	}
	var b bytes.Buffer
	if err := matrixTemplate.Execute(&b, p); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}
