package quantity

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Pace is a rate of its own, or a multiple of another, known later. Its text
// form is a Rate, such as "500/s", or x and a factor above zero: "x8", "×8".
type Pace struct {
	Rate  Rate
	Times float64 // 0: the rate is its own
}

// ParsePace reads the text form of a Pace.
func ParsePace(s string) (Pace, error) {
	t := strings.TrimSpace(s)
	factor, ok := strings.CutPrefix(t, "×")
	if !ok {
		factor, ok = strings.CutPrefix(t, "x")
	}
	if !ok {
		r, err := ParseRate(t)
		return Pace{Rate: r}, err
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(factor), 64)
	if err != nil || !(n > 0) || math.IsInf(n, 0) {
		return Pace{}, fmt.Errorf("rate %q: want a factor above zero behind the x, such as x8", s)
	}
	return Pace{Times: n}, nil
}

// Of is the pace where the other rate is r; it keeps the factor.
func (p Pace) Of(r Rate) Pace {
	if p.Times > 0 {
		p.Rate = Rate(p.Times) * r
	}
	return p
}

// String gives the rate, where it is known, and the factor it comes from.
func (p Pace) String() string {
	if p.Times == 0 {
		return p.Rate.String()
	}
	factor := "×" + strconv.FormatFloat(p.Times, 'g', 6, 64)
	if p.Rate == 0 {
		return factor
	}
	return p.Rate.String() + " (" + factor + " the users' rate)"
}

// UnmarshalText reads the text form.
func (p *Pace) UnmarshalText(b []byte) (err error) {
	*p, err = ParsePace(string(b))
	return err
}

// MarshalText writes the text form.
func (p Pace) MarshalText() ([]byte, error) {
	if p.Times > 0 {
		return []byte("x" + strconv.FormatFloat(p.Times, 'g', -1, 64)), nil
	}
	return p.Rate.MarshalText()
}
