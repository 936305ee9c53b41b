package run_test

import (
	"bytes"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/lab/sim"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// Chinese names go from a scenario's file through its plan, its run, its ledger and its
// evidence into every report, of either language, unchanged.
func TestChineseNamesReachEveryReport(t *testing.T) {
	s := shipped(t, "../../testdata/format/chinese.yaml")
	planned(t, s)
	dir := t.TempDir()
	var report [2]reports.Report
	synctest.Test(t, func(t *testing.T) {
		d, _ := newDrill(s, dir, sim.Ground{})
		card, err := d.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		r := open(t, dir)
		wantOrder(t, r)
		wantEvidence(t, dir, r, card)
		for i, in := range []*words.Language{words.English, words.Chinese} {
			report[i] = reports.Of(r, card, in)
		}
	})
	formats := maps.Clone(reports.Formats)
	formats["text"] = func(w io.Writer, r reports.Report) error {
		return reports.Text(w, r.Card, reports.TextOptions{Verbose: true, Language: r.Language})
	}
	names := []string{"订单演练", "用户", "后台", "拒绝连接", "返回错误", "探测", "华东"}
	lacks := map[string][]string{
		"junit":    {"后台", "拒绝连接", "返回错误"},     // a case is an objective
		"messages": {"用户", "后台", "返回错误", "华东"}, // not for users to read
	}
	for format, write := range formats {
		for _, r := range report {
			var b bytes.Buffer
			if err := write(&b, r); err != nil {
				t.Fatal(err)
			}
			for _, name := range names {
				if !slices.Contains(lacks[format], name) && !strings.Contains(b.String(), name) {
					t.Errorf("%s does not say %s:\n%.3000s", format, name, b.String())
				}
			}
		}
	}
	wantLabels(t, report[0].Card)
}

// wantLabels wants Prometheus to read the metrics, with the names as labels.
func wantLabels(t *testing.T, card sla.Scorecard) {
	t.Helper()
	var b bytes.Buffer
	if err := reports.Metrics(&b, card); err != nil {
		t.Fatal(err)
	}
	p := expfmt.NewTextParser(model.LegacyValidation)
	families, err := p.TextToMetricFamilies(&b)
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, f := range families {
		for _, m := range f.Metric {
			for _, l := range m.Label {
				have[l.GetName()+"="+l.GetValue()] = true
			}
		}
	}
	for _, want := range []string{"scenario=订单演练", "group=用户/华东", "fault=拒绝连接",
		"watcher=探测"} {
		if !have[want] {
			t.Errorf("no label %s: have %v", want, slices.Sorted(maps.Keys(have)))
		}
	}
}
