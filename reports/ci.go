package reports

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// CI is the service whose job this is, by the variables that it sets itself; the zero one is
// none, and writes nothing.
type CI struct {
	github, gitlab bool
	summary        string // GitHub's file for the page of a job's step; empty: it has none
	now            func() time.Time
	l              lines
}

// CIFrom reads the environment: GITHUB_ACTIONS, GITHUB_STEP_SUMMARY, GITLAB_CI. The language is
// that of what people read there; nil: English.
func CIFrom(getenv func(string) string, in *words.Language) CI {
	c := CI{github: getenv("GITHUB_ACTIONS") == "true", gitlab: getenv("GITLAB_CI") == "true",
		now: time.Now, l: lines{cmp.Or(in, words.English)}}
	if c.github {
		c.summary = getenv("GITHUB_STEP_SUMMARY")
	}
	return c
}

// Section folds how a drill goes, which is written between its begin and its end: on GitHub as
// a group, on GitLab as a section that is collapsed. Id distinguishes it from others of the
// job.
func (c CI) Section(w io.Writer, id, scenario string) (end func()) {
	if !c.github && !c.gitlab {
		return func() {}
	}
	title := c.l.Line("ci-section", "scenario", oneLine.Replace(Plain(scenario)))
	switch {
	case c.github:
		fmt.Fprintf(w, "::group::%s\n", inCommand.Replace(title))
		return func() { fmt.Fprintln(w, "::endgroup::") }
	case c.gitlab:
		id = strings.Map(inSection, id)
		fmt.Fprintf(w, "\x1b[0Ksection_start:%d:%s[collapsed=true]\r\x1b[0K%s\n",
			c.now().Unix(), id, title)
		return func() { fmt.Fprintf(w, "\x1b[0Ksection_end:%d:%s\r\x1b[0K\n", c.now().Unix(), id) }
	}
	return func() {}
}

// Annotate writes what a verdict's reasons are where GitHub shows them on the page of a run
// or a change: an error of a failure, and of what failed besides; a warning of a run that
// is inconclusive.
func (c CI) Annotate(w io.Writer, scenario string, v sla.Verdict, reasons []sla.Said) {
	if !c.github || v == sla.Pass {
		return
	}
	command := "error"
	if v == sla.Inconclusive {
		command = "warning"
	}
	why := c.l.Texts(plainly(reasons))
	title := c.l.Line("ci-ended", "scenario", Plain(scenario), "verdict", c.l.verdict(v))
	fmt.Fprintf(w, "::%s title=%s::%s\n", command, inProperty.Replace(title),
		inCommand.Replace(strings.Join(why, "\n")))
}

// AnnotateBeside writes there that a run is worse than the earlier one that it must not be worse
// than, and in what.
func (c CI) AnnotateBeside(w io.Writer, earlier Earlier, now sla.Scorecard) {
	now, earlier = plainly(now), plainly(earlier)
	is, all := earlier.outcome(now)
	if !c.github || is != sla.Worse {
		return
	}
	title := c.l.Line("named", "name", now.Scenario, "what", c.l.beside(earlier, now))
	fmt.Fprintf(w, "::error title=%s::%s\n", inProperty.Replace(title),
		inCommand.Replace(strings.Join(c.l.differences(all, is), "\n")))
}

// Summarize adds Markdown to the page of a job's step, where there is one.
func (c CI) Summarize(write func(io.Writer) error) error {
	if c.summary == "" {
		return nil
	}
	f, err := os.OpenFile(c.summary, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("GITHUB_STEP_SUMMARY: %w", err)
	}
	defer f.Close()
	if err := write(f); err != nil {
		return fmt.Errorf("GITHUB_STEP_SUMMARY: %w", err)
	}
	_, err = io.WriteString(f, "\n")
	return err
}

// What a workflow command would end at, or take for its own, as GitHub's toolkit escapes it
// (actions/toolkit, command.ts).
var (
	inCommand  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	inProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// inSection gives what may stand in a section's name; GitLab takes letters, digits and _.-
func inSection(r rune) rune {
	if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' ||
		strings.ContainsRune("_.-", r) {
		return r
	}
	return '_'
}
