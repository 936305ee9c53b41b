package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jstemmer/go-junit-report/v2/junit"

	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
)

// CampaignJUnit writes a campaign as one test suite for its answer, and one per
// run with that run's objectives. What a run that the campaign allows for missed,
// and a false alarm, which is counted only, are skipped cases that say so: a CI
// that reads this file comes to the campaign's own verdict.
func CampaignJUnit(w io.Writer, c campaign.Card, done []campaign.Outcome) error {
	c, done = plainly(c), plainly(done)
	all := junit.Testsuites{Name: "stormdrill"}
	answer := junit.Testsuite{Name: c.Scenario}
	answer.AddTestcase(answerCase(c))
	all.AddSuite(answer)
	for _, o := range done {
		suite := suiteOf(o.Card)
		suite.Name = c.Scenario + "/" + o.Folder()
		if o.Control || c.Verdict == sla.Pass {
			allowedFor(&suite)
		}
		all.AddSuite(suite)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	return all.WriteXML(w)
}

// answerCase is the campaign's verdict as a test case.
func answerCase(c campaign.Card) junit.Testcase {
	t := junit.Testcase{Classname: "stormdrill." + c.Scenario, Time: "0",
		Name: fmt.Sprintf("at most %d of %d runs exceed the SLA", c.Planned.Allowed,
			c.Planned.Runs)}
	said := &junit.Result{Message: string(c.Verdict), Type: string(c.Verdict),
		Data: strings.Join(english.Texts(slices.Concat(c.Reasons, c.Says)), "\n")}
	switch c.Verdict {
	case sla.Pass:
	case sla.Fail:
		t.Failure = said
	default:
		t.Error = said
	}
	return t
}

// allowedFor turns what failed in a suite into what was skipped.
func allowedFor(s *junit.Testsuite) {
	was := s.Testcases
	*s = junit.Testsuite{Name: s.Name, Timestamp: s.Timestamp, Properties: s.Properties}
	for _, c := range was {
		for _, said := range []*junit.Result{c.Failure, c.Error} {
			if said != nil {
				c.Skipped = &junit.Result{Message: "counted, and allowed for: " + said.Message,
					Data: said.Data}
			}
		}
		c.Failure, c.Error = nil, nil
		s.AddTestcase(c)
	}
}
