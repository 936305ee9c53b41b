package reports

import (
	"encoding/xml"
	"io"
	"strings"

	"github.com/jstemmer/go-junit-report/v2/junit"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// JUnit writes the scorecard as one test suite: a case per objective, and one
// for the run itself where it has no verdict, so that a CI never takes a drill
// that proved nothing for a pass.
func JUnit(w io.Writer, card sla.Scorecard) error {
	card = plainly(card)
	all := junit.Testsuites{Name: "stormdrill"}
	all.AddSuite(suiteOf(card))
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	return all.WriteXML(w)
}

// suiteOf a run.
func suiteOf(card sla.Scorecard) junit.Testsuite {
	suite := junit.Testsuite{Name: card.Scenario, Timestamp: string(card.Started)}
	class := "stormdrill." + card.Scenario
	for _, o := range card.Objectives {
		c := junit.Testcase{Name: o.Name, Classname: class, Time: "0"}
		result := &junit.Result{Type: o.Result, Message: "wanted " + english.Text(o.Wanted) +
			", measured " + english.measured(o)}
		if o.Why != nil {
			result.Data = english.Text(*o.Why)
		}
		switch o.Result {
		case sla.Missed:
			c.Failure = result
		case sla.Undecided:
			c.Error = result
		}
		suite.AddTestcase(c)
	}
	if card.Verdict != sla.Pass && card.Verdict != sla.Fail {
		why := strings.Join(english.Texts(card.Reasons), "\n")
		suite.AddTestcase(junit.Testcase{Name: "run", Classname: class, Time: "0",
			Error: &junit.Result{Message: string(card.Verdict), Type: string(card.Verdict),
				Data: why}})
	}
	for _, p := range [][2]string{{"verdict", string(card.Verdict)}, {"run", card.Run}} {
		suite.AddProperty(p[0], p[1])
	}
	return suite
}
