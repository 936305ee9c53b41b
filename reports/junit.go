package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// JUnit writes the scorecard as one test suite: a case per objective, and one for the run
// itself, so that a CI never takes a drill that proved nothing for a pass; and one for an
// earlier run that it must not be worse than, where that was asked for. The run's case
// has the time that it took, and so has the suite; an objective's has none of its own, for
// CIs add them up. It is what Jenkins' junit-10.xsd and GitLab take.
func JUnit(w io.Writer, r Report) error {
	return writeJUnit(w, suiteOf(plainly(r.Card), r.Length, plainly(r.Against)))
}

// suiteOf a run that took so many seconds; against is what it must not be worse than, or nil.
func suiteOf(card sla.Scorecard, length float64, against *Earlier) junitSuite {
	suite := junitSuite{Name: card.Scenario, Timestamp: string(card.Started), length: length}
	class := "stormdrill." + card.Scenario
	for _, p := range [][2]string{{"verdict", string(card.Verdict)}, {"run", card.Run}} {
		suite.Properties = append(suite.Properties, junitProperty{p[0], p[1]})
	}
	missed := false
	for _, o := range card.Objectives {
		c := junitCase{Name: o.Name, Classname: class, Time: junitTime(0)}
		result := &junitResult{Type: o.Result, Message: "wanted " + english.Text(o.Wanted) +
			", measured " + english.measured(o)}
		if o.Why != nil {
			result.Data = english.Text(*o.Why)
		}
		switch o.Result {
		case sla.Missed:
			c.Failure, missed = result, true
		case sla.Undecided:
			c.Error = result
		}
		suite.add(c)
	}
	if against != nil {
		suite.add(noWorse(*against, card, class))
	}
	run := junitCase{Name: "run", Classname: class, Time: junitTime(length)}
	said := &junitResult{Message: string(card.Verdict), Type: string(card.Verdict),
		Data: strings.Join(english.Texts(card.Reasons), "\n")}
	switch {
	case card.Verdict == sla.Pass, card.Verdict == sla.Fail && missed:
	case card.Verdict == sla.Fail:
		run.Failure = said
	default:
		run.Error = said
	}
	suite.add(run)
	return suite
}

// noWorse is the case of a run that must not be worse than an earlier one. It is skipped where
// nothing can be told, so that a CI does not take that for a pass.
func noWorse(against Earlier, now sla.Scorecard, class string) junitCase {
	c := junitCase{Name: "no worse than before", Classname: class, Time: junitTime(0)}
	is, all := against.outcome(now)
	switch is {
	case "":
		c.Skipped = &junitResult{Type: "no earlier run",
			Message: "no earlier run of the drill passed or failed"}
		if against.Gone != "" {
			c.Skipped.Message = "the evidence of the drill's last run, in " + against.Gone +
				", is there no longer"
		}
	case sla.Worse:
		c.Failure = &junitResult{Type: is, Message: "worse than run " + against.Card.Run,
			Data: strings.Join(english.differences(all, is), "\n")}
	case sla.Open:
		c.Skipped = &junitResult{Type: is, Message: "nothing can be compared with run " +
			against.Card.Run, Data: strings.Join(english.differences(all, is), "\n")}
	}
	return c
}

// The format, as far as it is used.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Time     string       `xml:"time,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"` // and no skipped: Jenkins refuses that here
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		ID         int             `xml:"id,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Timestamp  string          `xml:"timestamp,attr,omitempty"`
		Properties []junitProperty `xml:"properties>property,omitempty"`
		Cases      []junitCase     `xml:"testcase"`

		length float64 // seconds
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name      string       `xml:"name,attr"`
		Classname string       `xml:"classname,attr"`
		Time      string       `xml:"time,attr"`
		Skipped   *junitResult `xml:"skipped"`
		Error     *junitResult `xml:"error"`
		Failure   *junitResult `xml:"failure"`
	}
	junitResult struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Data    string `xml:",cdata"`
	}
)

// junitTime is how the schema wants seconds.
func junitTime(seconds float64) string { return fmt.Sprintf("%.3f", max(0, seconds)) }

// add adds a case, and counts it.
func (s *junitSuite) add(c junitCase) {
	s.Cases = append(s.Cases, c)
	s.Tests++
	if c.Failure != nil {
		s.Failures++
	}
	if c.Error != nil {
		s.Errors++
	}
	if c.Skipped != nil {
		s.Skipped++
	}
}

// writeJUnit numbers suites, sums them up and writes them.
func writeJUnit(w io.Writer, suites ...junitSuite) error {
	all := junitSuites{Name: "stormdrill", Suites: suites}
	length := 0.0
	for i := range suites {
		s := &suites[i]
		s.ID, s.Time = i, junitTime(s.length)
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
		length += s.length
	}
	all.Time = junitTime(length)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "\t")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
