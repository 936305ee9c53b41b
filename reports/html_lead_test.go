package reports

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// Directly under its title a page says in two sentences what broke, what users had of it, who
// noticed and when, whether it passed and whether its numbers can be believed.
func TestPageBeginsWithTwoSentences(t *testing.T) {
	const failed = "1,234 of 12,500 requests in fault and recovery failed"
	const lost = "50 of 5,000 acknowledged writes were lost"
	waited := 0.72
	for name, c := range map[string]struct {
		change func(*sla.Scorecard)
		want   string
	}{
		"failed": {func(*sla.Scorecard) {}, "The drill injected bad-node (http-status, lb -> app-2): " +
			"users had an outage of 12.5 s ± 100 ms (" + failed + "); " + lost +
			"; balancer noticed after 800 ms ± 50 ms; the alarm of balancer was still on at the end. " +
			"It failed: 1 of 3 limits were kept, 1 missed, 1 undecided; the numbers " +
			"can be believed, each within its ±."},
		"nobody noticed": {func(c *sla.Scorecard) {
			c.Times.Detect.Censored, c.Void, c.Verdict = true, true, sla.Inconclusive
			c.Faults = append(c.Faults, sla.Fault{Name: "dead", Kind: "kill", Link: "app-1", Inject: 16},
				sla.Fault{Name: "never", Kind: "kill", Link: "app-2", Inject: sla.None})
		}, "The drill injected bad-node (http-status, lb -> app-2), dead (kill, app-1): users had an " +
			"outage of 12.5 s ± 100 ms (" + failed + "); " + lost +
			"; nobody noticed. It is inconclusive: 1 of 3 limits were kept, 1 missed, 1 undecided; the " +
			"numbers prove nothing."},
		"what it does": {func(c *sla.Scorecard) {
			c.Faults[0].What = "answers 503 to all of requests"
			c.Generator.Machine = &sla.Machine{CPU: &waited}
		}, "The drill injected bad-node (lb -> app-2: answers 503 to all of requests): users had " +
			"an outage of 12.5 s ± 100 ms (" + failed + "); " + lost + "; balancer noticed after " +
			"800 ms ± 50 ms; the alarm of balancer was still on at the end. It failed: 1 of 3 limits " +
			"were kept, 1 missed, 1 undecided; the numbers can be believed, each " +
			"within its ±, but for latencies: the machine was short of CPU (something waited for it " +
			"up to 72% of the time)."},
		"noticed apart": {func(c *sla.Scorecard) {
			took := &sla.Time{Seconds: 2}
			c.Faults = []sla.Fault{{Name: "bad", Kind: "http-status", Link: "lb -> app-2", Outage: took},
				{Name: "wall", Kind: "refuse", Link: "users -> lb", Outage: took}}
			c.Watchers = []sla.Watcher{
				{Name: "balancer", Unmet: []string{"wall"}, Detect: &sla.Time{Seconds: 0.8}},
				{Name: "port", Of: "wall", Detect: &sla.Time{Seconds: 0.9}}}
			c.Data = nil
		}, "The drill injected bad (http-status, lb -> app-2), wall (refuse, users -> lb): users had an " +
			"outage of 12.5 s ± 100 ms (" + failed + "); balancer noticed bad after 800 ms, port noticed " +
			"wall after 900 ms. It failed: 1 of 3 limits were kept, 1 missed, 1 undecided; the " +
			"numbers can be believed, each " +
			"within its ±."},
		"slower": {func(c *sla.Scorecard) {
			c.Times.Outage, c.Times.Detect, c.Outages, c.Objectives = nil, nil, nil, nil
			c.Faults[0].Slower, c.Verdict, c.Watchers, c.Data = true, sla.Pass, nil, nil
		}, "The drill injected bad-node (http-status, lb -> app-2): users were answered more slowly " +
			"than before, with no outage (" + failed + "); nobody watched. It passed; the numbers " +
			"can be believed, each within its ±."},
		"nothing": {func(c *sla.Scorecard) {
			c.Times, c.Outages, c.Faults, c.Verdict = sla.Times{}, nil, nil, sla.Interrupted
			c.Data.Lost = 0
		}, "The drill injected nothing: no outage (" + failed + "); nothing to notice. It was " +
			"interrupted; the numbers prove nothing."},
		"untouched": {func(c *sla.Scorecard) {
			c.Times, c.Outages, c.Data = sla.Times{}, nil, nil
			c.Verdict, c.Void, c.Reasons = sla.Inconclusive, true,
				[]sla.Said{sla.Say(sla.FaultUntouched, "bad-node", sla.Say(sla.NoneMet, "lb -> app-2"))}
		}, "The drill injected bad-node (http-status, lb -> app-2): no outage (" + failed +
			"); nothing to notice. It is inconclusive: 1 of 3 limits were kept, 1 missed, 1 undecided; " +
			"the fault did not act, so nothing can be concluded."},
		"unbegun": {func(c *sla.Scorecard) {
			c.Verdict, c.Requests = sla.Error, sla.Requests{}
		}, "It ended in an error before the first request: nothing was measured."},
	} {
		of := card()
		c.change(&of)
		if have := leadOf(t, of, words.English); have != c.want {
			t.Errorf("%s: have\n%s\nwant\n%s", name, have, c.want)
		}
	}
	if have, want := leadOf(t, card(), words.Chinese), "本次演练注入了 bad-node（lb -> app-2：以 503 应答请求）："+
		"用户中断 12.5 s ± 100 ms（故障与恢复阶段 12,500 个请求中 1,234 个失败）；5,000 次已确认的写入中丢失 50 次；"+
		"balancer 在 800 ms ± 50 ms 后发现；balancer 的告警到演练结束仍未解除。"+
		"演练未通过：3 项指标中 1 项达标，1 项未达标，1 项无法判定；数据可信，误差见标注。"; have != want {
		t.Errorf("have\n%s\nwant\n%s", have, want)
	}
}

// Groups that were hurt while no objective limits it are named where a page begins, the first of
// them, each in its tile with how many of its requests failed, and in the Markdown.
func TestHurtGroupsWithoutALimitAreNamed(t *testing.T) {
	c := card()
	for _, g := range []string{"apps", "batch", "page/fresh", "terminals"} {
		c.Notes = append(c.Notes, sla.Say(sla.HurtUnlimited, g, 251, 750, 0.334667))
	}
	for in, want := range map[*words.Language][3]string{
		words.English: {"; no objective limits the harm to apps (33.47% failed in the fault phase), " +
			"batch (33.47% failed in the fault phase), page/fresh (33.47% failed in the fault phase), " +
			"and 1 groups more; ", "users of terminals were hurt, and no objective limits how many of " +
			"their requests fail: 251 of 750 in the fault phase did (33.47%)", "**Not limited:** "},
		words.Chinese: {"；没有指标限制 apps（故障阶段 33.47% 失败）、batch（故障阶段 33.47% 失败）、" +
			"page/fresh（故障阶段 33.47% 失败）、另有 1 组所受的影响；",
			"terminals 的用户受到影响，而没有指标限制其失败请求数：故障阶段 750 个请求中 251 个失败（33.47%）",
			"**未受指标限制：** "},
	} {
		if have := leadOf(t, c, in); !strings.Contains(have, want[0]) {
			t.Errorf("have\n%s\nwithout\n%s", have, want[0])
		}
		tile := answers.FindAllString(pageOf(t, c, in), -1)[1]
		var markdown strings.Builder
		if err := Markdown(&markdown, Report{Card: c, Language: in}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(tile, want[1]) || !strings.Contains(markdown.String(), want[2]+want[1]) {
			t.Errorf("have\n%s\n%s\nwithout\n%s", tile, markdown.String(), want[1])
		}
	}
}

// A page's last answer does not say yes to all numbers of a machine that was short of CPU.
func TestPageOfABusyMachine(t *testing.T) {
	c, waited := card(), 0.64
	c.Generator.Machine = &sla.Machine{CPU: &waited}
	for in, want := range map[*words.Language][2]string{
		words.English: {"yes, but latencies may be too high", "each within its ±"},
		words.Chinese: {"可信，但延迟可能偏高", "误差见标注"},
	} {
		tile := answers.FindAllString(pageOf(t, c, in), -1)[4]
		if !strings.Contains(tile, want[0]) || strings.Contains(tile, want[1]) ||
			!strings.Contains(tile, "64%") {
			t.Errorf("have\n%s", tile)
		}
		var markdown strings.Builder
		for range 7 {
			c.Notes = append(c.Notes, sla.Say(sla.NodesUnnamed))
		}
		if err := Markdown(&markdown, Report{Card: c, Language: in}); err != nil {
			t.Fatal(err)
		}
		has := markdown.String()
		if !strings.Contains(has, "64%") || strings.Count(has, in.Line("md-note")) != mostNotes+1 {
			t.Errorf("have\n%s", has)
		}
	}
}

// leadOf is what stands between a page's title and the rest.
func leadOf(t *testing.T, c sla.Scorecard, in *words.Language) string {
	t.Helper()
	_, after, _ := strings.Cut(pageOf(t, c, in), "</h1></div>\n")
	lead, _, ok := strings.Cut(after, "\n<p class=\"meta\">")
	if !ok || !strings.HasPrefix(lead, `<p class="lead">`) {
		t.Fatalf("no lead in %.200s", after)
	}
	return strings.TrimSpace(read("<body>" + lead))
}

var answers = regexp.MustCompile(`(?s)<section class="tile[^>]*>.*?</section>`)

// The first answer of a page is what broke: each fault once, with its kind and its aim.
func TestPageSaysWhatBroke(t *testing.T) {
	lines := func(c sla.Scorecard) []string {
		tile := answers.FindString(pageOf(t, c, words.English))
		return slices.DeleteFunc(strings.Split(read("<body>"+tile), "\n"),
			func(s string) bool { return s == "" })
	}
	c := card()
	c.Faults[0].What = "answers 503"
	want := []string{"What broke", "bad-node (http-status, lb -> app-2)", "answers 503",
		"✓ 1,254 503s answered, proven gone"}
	if have := lines(c); !slices.Equal(have, want) {
		t.Errorf("have %q, want %q", have, want)
	}
	c.Faults[0].Proof.Users, c.Faults[0].Proof.Effective = 0, "no"
	want[3] = "✗ it hit no request of users (0 503s answered)"
	if have := lines(c); !slices.Equal(have, want) {
		t.Errorf("have %q, want %q", have, want)
	}
	c.Faults = nil
	want = []string{"What broke", "nothing was injected"}
	if have := lines(c); !slices.Equal(have, want) {
		t.Errorf("have %q, want %q", have, want)
	}
}
