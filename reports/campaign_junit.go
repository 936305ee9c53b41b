package reports

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
)

// CampaignJUnit writes a campaign as one test suite for its answer, and one per
// run with that run's objectives and time. What a run that the campaign allows for missed,
// and a false alarm, which is counted only, are skipped cases that say so: a CI
// that reads this file comes to the campaign's own verdict.
func CampaignJUnit(w io.Writer, c campaign.Card, done []campaign.Outcome) error {
	return writeJUnit(w, campaignSuites(plainly(c), plainly(done))...)
}

// campaignSuites are the campaign's own suite and those of its runs.
func campaignSuites(c campaign.Card, done []campaign.Outcome) []junitSuite {
	answer := junitSuite{Name: c.Scenario}
	answer.add(answerCase(c))
	all := []junitSuite{answer}
	for _, o := range done {
		suite := suiteOf(o.Card, o.Length, nil)
		suite.Name = c.Scenario + "/" + o.Folder()
		if o.Control || c.Verdict == sla.Pass {
			allowedFor(&suite)
		}
		all = append(all, suite)
	}
	return all
}

// answerCase is the campaign's verdict as a test case.
func answerCase(c campaign.Card) junitCase {
	t := junitCase{Classname: "stormdrill." + c.Scenario, Time: junitTime(0),
		Name: fmt.Sprintf("at most %d of %d runs exceed the SLA", c.Planned.Allowed,
			c.Planned.Runs)}
	said := &junitResult{Message: string(c.Verdict), Type: string(c.Verdict),
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
func allowedFor(s *junitSuite) {
	was := s.Cases
	s.Cases, s.Tests, s.Failures, s.Errors = nil, 0, 0, 0
	for _, c := range was {
		for _, said := range []*junitResult{c.Failure, c.Error} {
			if said != nil {
				c.Skipped = &junitResult{Message: "counted, and allowed for: " + said.Message,
					Data: said.Data}
			}
		}
		c.Failure, c.Error = nil, nil
		s.add(c)
	}
}
