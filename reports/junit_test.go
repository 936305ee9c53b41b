package reports

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
)

// jenkins are the rules of Jenkins' schema, junit-10.xsd of its xUnit plugin, for what may be
// in a report of ours: each element's attributes, those that it has to have, its children,
// and whether there is text in it. It refuses a whole file for anything else.
var jenkins = map[string]struct {
	may, must, children string
	text                bool
}{
	"testsuites": {"name time tests failures errors", "", "testsuite", false},
	"testsuite": {"name tests failures errors group time skipped timestamp hostname id package file log url",
		"name tests failures errors", "testsuite properties testcase system-out system-err", false},
	"properties": {"", "", "property", false},
	"property":   {"name value", "name value", "", false},
	"testcase":   {"name time classname group", "name", "skipped error failure system-out system-err", false},
	"skipped":    {"type message", "", "", true},
	"error":      {"type message", "", "", true},
	"failure":    {"type message", "", "", true},
}

// surefireTime is the schema's type of a time.
var surefireTime = regexp.MustCompile(`^(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?$`)

// jenkinsRefuses says what of a report is not as those rules are.
func jenkinsRefuses(text string) (why []string) {
	refuse := func(format string, a ...any) { why = append(why, fmt.Sprintf(format, a...)) }
	d := xml.NewDecoder(strings.NewReader(text))
	in := []string{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return why
		}
		if err != nil {
			return append(why, err.Error())
		}
		switch e := token.(type) {
		case xml.StartElement:
			rule, known := jenkins[e.Name.Local]
			if root := len(in) == 0; !known || root && e.Name.Local != "testsuites" ||
				!root && !has(jenkins[in[len(in)-1]].children, e.Name.Local) {
				refuse("%s in %v", e.Name.Local, in)
			}
			must := rule.must
			for _, a := range e.Attr {
				if !has(rule.may, a.Name.Local) {
					refuse("%s has %s", e.Name.Local, a.Name.Local)
				}
				if a.Name.Local == "time" && !surefireTime.MatchString(a.Value) {
					refuse("%s: time %q", e.Name.Local, a.Value)
				}
				must = strings.TrimSpace(strings.ReplaceAll(" "+must+" ", " "+a.Name.Local+" ", " "))
			}
			if must != "" {
				refuse("%s has no %s", e.Name.Local, must)
			}
			in = append(in, e.Name.Local)
		case xml.EndElement:
			in = in[:len(in)-1]
		case xml.CharData:
			if len(in) > 0 && !jenkins[in[len(in)-1]].text && strings.TrimSpace(string(e)) != "" {
				refuse("text in %s: %q", in[len(in)-1], e)
			}
		}
	}
}

func has(words, word string) bool { return strings.Contains(" "+words+" ", " "+word+" ") }

// Whatever a run or a campaign was, Jenkins takes its report, and counts and times add up:
// of cases to their suite, which GitLab does, and of suites to the whole.
func TestJUnitKeepsJenkinsSchema(t *testing.T) {
	var hostileCard sla.Scorecard
	var hostileCampaign campaign.Card
	fill(reflect.ValueOf(&hostileCard).Elem(), hostile, 4)
	fill(reflect.ValueOf(&hostileCampaign).Elem(), hostile, 4)
	many, done := rehearsed(2)
	for what, write := range map[string]func(io.Writer) error{
		"run":      func(w io.Writer) error { return JUnit(w, Report{Card: card(), Length: 3661.5}) },
		"empty":    func(w io.Writer) error { return JUnit(w, Report{}) },
		"hostile":  func(w io.Writer) error { return junitOf(w, hostileCard) },
		"campaign": func(w io.Writer) error { return CampaignJUnit(w, many, done) },
		"several":  func(w io.Writer) error { return SeveralJUnit(w, several(hostileCard)) },
		"hostile campaign": func(w io.Writer) error {
			return CampaignJUnit(w, hostileCampaign, []campaign.Outcome{{Card: hostileCard}})
		},
	} {
		t.Run(what, func(t *testing.T) {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			for _, why := range jenkinsRefuses(b.String()) {
				t.Error(why)
			}
			var all junitSuites
			if err := xml.Unmarshal(b.Bytes(), &all); err != nil {
				t.Fatal(err)
			}
			whole := 0.0
			for _, s := range all.Suites {
				length, tests := 0.0, [4]int{}
				for _, c := range s.Cases {
					length += seconds(t, c.Time)
					for i, is := range []bool{true, c.Failure != nil, c.Error != nil,
						c.Skipped != nil} {
						if is {
							tests[i]++
						}
					}
				}
				if tests != [4]int{s.Tests, s.Failures, s.Errors, s.Skipped} ||
					math.Abs(length-seconds(t, s.Time)) > 0.002 {
					t.Errorf("suite %s: counted %v, %g s", s.Name, tests, length)
				}
				whole += length
			}
			if math.Abs(whole-seconds(t, all.Time)) > 0.02 || what == "run" && whole != 3661.5 {
				t.Errorf("all of it took %s, its suites %g", all.Time, whole)
			}
		})
	}
}

func seconds(t *testing.T, s string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Error(err)
	}
	return f
}

// The rules themselves refuse what Jenkins does.
func TestJenkinsRulesRefuse(t *testing.T) {
	for _, wrong := range []string{`<testsuites skipped="1"></testsuites>`,
		`<testsuites time="1.2.3"></testsuites>`, `<testsuites><testcase name="x"/></testsuites>`,
		`<testsuites><testsuite name="x" tests="1" failures="0"/></testsuites>`,
		`<testsuites>text</testsuites>`} {
		if len(jenkinsRefuses(wrong)) == 0 {
			t.Errorf("%s is taken", wrong)
		}
	}
}

// A run that must not be worse than an earlier one has a case for that, which fails where it is.
func TestJUnitHoldsARunAgainstAnEarlierOne(t *testing.T) {
	noticed := func(after float64) sla.Objective {
		return sla.Objective{Name: "detect balancer", Op: "<=", Unit: "s", Value: &after,
			Measured: sla.Say(sla.TimeTaken, after, 0.01), Resolution: 0.01, Result: sla.Met}
	}
	cases := func(against *Earlier) map[string]junitCase {
		t.Helper()
		var b bytes.Buffer
		now := card()
		now.Objectives = []sla.Objective{noticed(0.9)}
		if err := JUnit(&b, Report{Card: now, Against: against}); err != nil {
			t.Fatal(err)
		}
		var all junitSuites
		if err := xml.Unmarshal(b.Bytes(), &all); err != nil {
			t.Fatal(err)
		}
		have := map[string]junitCase{}
		for _, c := range all.Suites[0].Cases {
			have[c.Name] = c
		}
		for _, why := range jenkinsRefuses(b.String()) {
			t.Error(why)
		}
		return have
	}
	const name = "no worse than before"
	if _, is := cases(nil)[name]; is {
		t.Error("a case of an earlier run, and there is none")
	}
	same := card()
	same.Objectives = []sla.Objective{noticed(0.9)}
	if c, is := cases(&Earlier{Card: &same})[name]; !is || c.Failure != nil || c.Skipped != nil {
		t.Errorf("beside the same run: %v, %+v", is, c)
	}
	better := card()
	better.Run, better.Objectives = "earlier", []sla.Objective{noticed(0.1)}
	if f := cases(&Earlier{Card: &better})[name].Failure; f == nil || f.Message != "worse than run earlier" ||
		!strings.Contains(f.Data, "detect") {
		t.Errorf("beside a better run: %+v", f)
	}
	// What cannot be told is no pass.
	if s := cases(&Earlier{})[name].Skipped; s == nil ||
		s.Message != "no earlier run of the drill passed or failed" {
		t.Errorf("of a first run: %+v", s)
	}
	other := sla.Scorecard{Run: "other"}
	if s := cases(&Earlier{Card: &other})[name].Skipped; s == nil ||
		s.Message != "nothing can be compared with run other" ||
		!strings.Contains(s.Data, "detect balancer: 900 ms") {
		t.Errorf("beside a run with nothing in common: %+v", s)
	}
}

// A case's name is what a CI knows it by from run to run, so no language changes the file.
func TestJUnitIsTheSameInEachLanguage(t *testing.T) {
	var files []string
	for _, in := range languages {
		var b bytes.Buffer
		before := card()
		if err := JUnit(&b, Report{Card: card(), Against: &Earlier{Card: &before}, Language: in}); err != nil {
			t.Fatal(err)
		}
		files = append(files, b.String())
	}
	if len(files) < 2 || files[0] != files[1] ||
		!strings.Contains(files[0], `name="success of &lt;users&gt; in run"`) {
		t.Errorf("have\n%s", strings.Join(files, "\n"))
	}
}
