package reports

import (
	"cmp"
	"fmt"
	"io"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/lab"
)

// Doctor prints findings as they are told, and at its end whether drills can run.
type Doctor struct {
	w              io.Writer
	l              lines
	warned, failed int
}

// NewDoctor makes one. The language nil is English.
func NewDoctor(w io.Writer, in *words.Language) *Doctor {
	return &Doctor{w: w, l: lines{cmp.Or(in, words.English)}}
}

// Tell prints a finding.
func (d *Doctor) Tell(f lab.Finding) {
	state := "doctor-ok"
	switch {
	case f.OK:
	case f.Needed:
		state = "doctor-error"
		d.failed++
	default:
		state = "doctor-warn"
		d.warned++
	}
	d.print(d.l.Line(state), d.l.Line("doctor-is", "what", d.text(f.What),
		"value", d.text(f.Detail)))
	d.print("", d.text(f.Means))
	if cure := d.text(f.Cure); cure != "" {
		d.print("", d.l.Line("doctor-cure", "cure", cure))
	}
}

// print writes a line beside its state, all of which have five columns at most.
func (d *Doctor) print(state, text string) {
	fmt.Fprintf(d.w, "%s %s\n", words.Pad(state, 5), text)
}

func (d *Doctor) text(t link.Text) string { return Plain(d.l.Told(t)) }

// Failed is how many findings keep drills from running.
func (d *Doctor) Failed() int { return d.failed }

// End says that drills can run, and with how many warnings.
func (d *Doctor) End() error {
	said := d.l.Line("doctor-can", "warnings", counted(uint64(d.warned)))
	if d.warned == 1 {
		said = d.l.Line("doctor-can-one")
	}
	_, err := fmt.Fprintf(d.w, "\n%s\n", said)
	return err
}
