// Package reports prints scorecards and plans: one file per format. It prints,
// it does not compute.
package reports

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/evidence"
	"github.com/stormdrill/stormdrill/scenarios/series"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Report is what a run's reports are made of.
type Report struct {
	Card   sla.Scorecard
	Length float64 // seconds that the run took
	// East is how far the clock of the machine that began the run is ahead of UTC, in seconds.
	East   int
	Images []Image // of its containers; none: not known
	// Command repeats the run; empty: not known, it is the drill by its name.
	Command string
	// Beside are the files that the scenario refers to, of which the evidence has hashes alone.
	Beside []string
	// Against is the earlier run that this one must not be worse than; nil: it may be.
	Against *Earlier
	// Series is the run over time, for charts.
	Series series.Series
	// Language is that of report.html; nil: English. The other formats are for machines, and
	// English.
	Language *words.Language
}

// Earlier is a run that another one must not be worse than.
type Earlier struct {
	Card *sla.Scorecard // nil: there is none yet
	// Changes are what that run did not have as this one.
	Changes []evidence.Change
	// Gone is the folder that the evidence of the last one was in, where there is none because
	// it is there no longer.
	Gone string
}

// Image is what some of a run's containers were made from.
type Image struct {
	Nodes   []string
	Name    string   // as it was asked for
	ID      string   // of its content
	Digests []string // its names in registries; none where it was built here
}

// Of is the report of a record.
func Of(r *timeline.Record, card sla.Scorecard, in *words.Language) Report {
	report := WithoutCharts(r, card, in)
	report.Series = series.Of(r)
	return report
}

// WithoutCharts is that for the formats which do not show the run over time.
func WithoutCharts(r *timeline.Record, card sla.Scorecard, in *words.Language) Report {
	_, east := r.Header.Wall.Zone()
	return Report{Card: card, Length: series.Length(r), East: east, Language: in}
}

// Formats are those that a report can be had in, by their names, but for text, which has
// options of its own.
var Formats = map[string]func(io.Writer, Report) error{
	"html":     HTML,
	"json":     ofCard(JSON),
	"junit":    JUnit,
	"markdown": Markdown,
	"messages": Messages,
	"metrics":  ofCard(Metrics),
}

// FormatNames are those of Formats and of text, as a person reads them.
func FormatNames() string {
	names := append(slices.Collect(maps.Keys(Formats)), "text")
	slices.Sort(names)
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// ofCard is a format that shows nothing but the scorecard.
func ofCard(write func(io.Writer, sla.Scorecard) error) func(io.Writer, Report) error {
	return func(w io.Writer, r Report) error { return write(w, r.Card) }
}

// keptFormats are what WriteAll leaves in a folder, in order.
var keptFormats = []struct{ name, format string }{
	{"scorecard.json", "json"},
	{"junit.xml", "junit"},
	{"summary.md", "markdown"},
	{"report.html", "html"},
	{"metrics.prom", "metrics"},
}

// WriteAll writes a report into a folder, in every format that is kept as evidence:
// scorecard.json, junit.xml, summary.md, report.html, metrics.prom. One that cannot be written
// keeps none of the others from it.
func WriteAll(dir string, r Report) error {
	var files []file
	for _, e := range keptFormats {
		files = append(files,
			file{e.name, func(w io.Writer) error { return Formats[e.format](w, r) }})
	}
	return writeFiles(dir, files...)
}

// file is one that is kept as evidence.
type file struct {
	name  string
	write func(io.Writer) error
}

// writeFiles writes all that can be written.
func writeFiles(dir string, files ...file) error {
	var errs []error
	for _, f := range files {
		if err := written(filepath.Join(dir, f.name), f.write); err != nil {
			errs = append(errs, fmt.Errorf("report: %w", err))
		}
	}
	return errors.Join(errs...)
}

// written writes a file beside its place and puts it there when it is whole: on a full
// disk an older one stays, and none is there half.
func written(path string, write func(io.Writer) error) error {
	f, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		_ = os.Remove(path + ".new")
	}
	return err
}
