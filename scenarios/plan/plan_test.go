package plan

import (
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/library"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// parsed reads a scenario and fails the test where it is not valid.
func parsed(t *testing.T, text string) *scenarios.Scenario {
	t.Helper()
	s, err := Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func planned(t *testing.T, s *scenarios.Scenario, o Options) *Plan {
	t.Helper()
	p, err := New(s, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func shipped(t *testing.T, name string) *scenarios.Scenario {
	t.Helper()
	all, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return all[0]
}

func linkIDs(links []link.Link) []string {
	var ids []string
	for _, l := range links {
		ids = append(ids, l.ID)
	}
	return ids
}

func TestShippedDrillsPlanTheSameTwice(t *testing.T) {
	for _, name := range library.Names() {
		o := Options{Seed: 7, Run: "0123456789abcdef"}
		a, b := planned(t, shipped(t, name), o), planned(t, shipped(t, name), o)
		a.Scenario, b.Scenario = nil, nil
		for i := range a.Nodes {
			a.Nodes[i].Spec, b.Nodes[i].Spec = nil, nil
		}
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s: two plans of one seed differ:\n%+v\n%+v", name, a, b)
		}
		if d := planned(t, shipped(t, name), Options{Seed: 8}); d.InjectDelay == a.InjectDelay {
			t.Errorf("%s: another seed draws the same phase", name)
		}
	}
}

// Each shipped drill has a sibling that fails it, whose record is kept: here it is one that
// a plan lets through.
func TestShippedDrillsHaveASiblingThatFails(t *testing.T) {
	for _, name := range library.Names() {
		data, change, err := library.Sibling(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if _, err := Parse(name+".yaml", data); err != nil {
			t.Errorf("%s, with %s: %v", name, change, err)
		}
	}
}

func TestShippedDrillsEndWithinAMinute(t *testing.T) {
	for _, name := range library.Names() {
		p := planned(t, shipped(t, name), Options{})
		if end := p.Timeline[len(p.Timeline)-1].At; end > 50*time.Second+scenarios.DefaultWarmUp {
			t.Errorf("%s lasts %s", name, end)
		}
		if p.Scenario.Name != name || p.Scenario.Summary == "" {
			t.Errorf("%s: name %q, summary %q", name, p.Scenario.Name, p.Scenario.Summary)
		}
	}
}

func TestPlanAddresses(t *testing.T) {
	subnet := netip.MustParsePrefix("198.18.8.0/22")
	p := planned(t, shipped(t, "bad-lb-node"), Options{Subnet: subnet})
	if p.Gateway.String() != "198.18.8.1" || p.SwitchboardAddr.String() != "198.18.8.2" ||
		p.LoadAddr.String() != "198.18.8.100" {
		t.Errorf("own nodes at %s, %s, %s", p.Gateway, p.SwitchboardAddr, p.LoadAddr)
	}
	seen := map[netip.Addr]string{}
	take := func(a netip.Addr, name string, block byte) {
		if other, taken := seen[a]; taken && other != name {
			t.Errorf("%s is both %s and %s", a, other, name)
		}
		seen[a] = name
		if got := a.As4()[2] - 8; got != block {
			t.Errorf("%s at %s: in block %d, want %d", name, a, got, block)
		}
	}
	for _, n := range p.Nodes {
		take(n.Addr, n.Name, 0)
	}
	for _, l := range p.Switchboard.Links {
		take(l.Addr, "link "+l.From+" "+l.To, 2)
	}
	for _, c := range p.Switchboard.Clients {
		if len(c.Addresses) != len(c.Aliases) {
			t.Errorf("client %s: %d addresses, %d aliases", c.Name, len(c.Addresses),
				len(c.Aliases))
		}
		for _, a := range c.Aliases {
			take(a, "alias of "+c.Name, 3)
		}
	}
}

func TestPlanLinks(t *testing.T) {
	p := planned(t, shipped(t, "bad-lb-node"), Options{})
	want := []string{
		"shoppers -> lb:8080",
		"lb -> app-1:8080", "lb -> app-2:8080", "lb -> app-3:8080",
		"watch:balancer -> lb:8404",
		"ready -> app-1:8080", "ready -> app-2:8080", "ready -> app-3:8080", "ready -> lb:8080",
	}
	if have := linkIDs(p.Switchboard.Links); !slices.Equal(have, want) {
		t.Errorf("have %q, want %q", have, want)
	}
	for _, l := range p.Switchboard.Links {
		if l.Proxied != (l.ID == "lb -> app-2:8080") {
			t.Errorf("%s: proxied %t", l.ID, l.Proxied)
		}
		if l.Users != (l.From == "shoppers") {
			t.Errorf("%s: users %t", l.ID, l.Users)
		}
	}
	if last := p.Nodes[len(p.Nodes)-1].Name; last != "lb" {
		t.Errorf("%s starts last, want lb, which uses the others", last)
	}
}

// two is a drill with two groups on a balancer and on one of its nodes.
const two = `
name: two
targets:
  lb: {image: "haproxy:3.0", ports: [80], uses: [app]}
  app: {lab: {web: {}}, replicas: 4, ports: [8080, 9090]}
load:
  many: {to: "http://lb/", rate: 300/s}
  few: {to: "http://app-1:8080/", rate: 100/s, sources: 3, connections: {per: request}}
phases: {baseline: 10s, hold: 10s, recovery: 10s, confirm: 2s}
faults: {f: FAULT}
sla: {recover: 5s}
`

func TestSelectors(t *testing.T) {
	for _, c := range []struct {
		fault string
		links []string
		share float64
	}{
		{"{latency: {link: lb -> app-2, delay: 1s}}",
			[]string{"lb -> app-2:8080", "lb -> app-2:9090"}, 0.75 / 4},
		{`{latency: {link: "lb -> app-2:9090", delay: 1s}}`, []string{"lb -> app-2:9090"},
			0.75 / 4},
		{"{latency: {link: many -> lb, delay: 1s}}", []string{"many -> lb:80"}, 0.75},
		{"{refuse: {link: few -> app}}", []string{"few -> app-1:8080"}, 0.25},
		{`{refuse: {link: "* -> app-1:8080"}}`, []string{"few -> app-1:8080", "lb -> app-1:8080"},
			0.25 + 0.75/4},
		{`{latency: {link: "lb -> app-[12]:8080", delay: 1s}}`,
			[]string{"lb -> app-1:8080", "lb -> app-2:8080"}, 0.75 / 2},
		{"{kill: {target: app-1}}", []string{"few -> app-1:8080", "lb -> app-1:8080",
			"lb -> app-1:9090", "ready -> app-1:8080"}, 0.25 + 0.75/4},
		{"{kill: {target: app}}", nil, 1},
	} {
		p := planned(t, parsed(t, strings.Replace(two, "FAULT", c.fault, 1)), Options{})
		f := p.Faults[0]
		if have := linkIDs(f.Site.Links); c.links != nil && !slices.Equal(have, c.links) {
			t.Errorf("%s: have %q, want %q", c.fault, have, c.links)
		}
		if math.Abs(f.Share-c.share) > 1e-9 {
			t.Errorf("%s: share %g, want %g", c.fault, f.Share, c.share)
		}
	}
}

func TestFaultThatNoUserMeetsIsPlanned(t *testing.T) {
	text := strings.Replace(two, "FAULT", `{latency: {link: "lb -> app-2", delay: 1s}}`, 1)
	text = strings.Replace(text, `"http://lb/"`, `"http://app-3:8080/"`, 1)
	p := planned(t, parsed(t, text), Options{})
	if p.Faults[0].Share != 0 || !strings.Contains(strings.Join(english(p.Notes), "\n"),
		"no user's request can cross it") {
		t.Errorf("share %g, notes %q", p.Faults[0].Share, english(p.Notes))
	}
}

// A flood of requests is carried by a proxy that another fault needs, and what users
// see of a full queue changes: that is said. Where nothing stands between, nothing is.
func TestFloodBehindAProxyIsNoted(t *testing.T) {
	const note = "fault wave: fault f (latency) puts a proxy into few -> app-1:8080, and a proxy completes handshakes itself"
	text := strings.Replace(two, "FAULT",
		`{latency: {link: few -> app, delay: 1s}}, wave: {flood: {to: "http://app-1:8080/", rate: 100/s}}`,
		1)
	if have := strings.Join(english(planned(t, parsed(t, text), Options{}).Notes),
		"\n"); !strings.Contains(have, note) {
		t.Errorf("have %q, want %q", have, note)
	}
	text = strings.Replace(two, "FAULT",
		`{refuse: {link: few -> app}}, wave: {flood: {to: "http://app-1:8080/", rate: 100/s}}`, 1)
	if have := strings.Join(english(planned(t, parsed(t, text), Options{}).Notes),
		"\n"); strings.Contains(have, "fault wave") {
		t.Errorf("have %q of a flood that nothing hides", have)
	}
}

// A limit that is to be lowered has to be there from the start, on the nodes that
// are started, and the plan notes one that the scenario does not have.
func TestLimitsToRestoreAreThereFromTheStart(t *testing.T) {
	s := shipped(t, "starved-server")
	s.Targets["shop"].CPUs = 0
	p := planned(t, s, Options{})
	if have := p.Nodes[0].Spec.CPUs; have != 1 {
		t.Errorf("have %g CPUs, want 1", have)
	}
	if s.Targets["shop"].CPUs != 0 {
		t.Error("the scenario was changed")
	}
	const want = "fault neighbour: shop has no limit of its own, and gets cpus: 1"
	if !slices.ContainsFunc(english(p.Notes), func(n string) bool { return strings.HasPrefix(n, want) }) {
		t.Errorf("have %q, want %q", english(p.Notes), want)
	}
	for _, n := range english(planned(t, shipped(t, "out-of-memory"), Options{}).Notes) {
		if strings.Contains(n, "limit of its own") {
			t.Errorf("have %q of targets that have one", n)
		}
	}
}

func TestImagesAreSubstituted(t *testing.T) {
	s := parsed(t, strings.Replace(two, "FAULT", "{kill: {target: app-1}}", 1))
	p := planned(t, s, Options{Images: map[string]string{"haproxy:3.0": "haproxy:candidate",
		"app": "app:candidate"}})
	for _, n := range p.Nodes {
		if want := map[string]string{"lb": "haproxy:candidate",
			"app": "app:candidate"}[n.Target]; n.Spec.Image != want || n.Spec.Lab != nil {
			t.Errorf("%s runs %q, want %q", n.Name, n.Spec.Image, want)
		}
	}
	if s.Targets["lb"].Image != "haproxy:3.0" {
		t.Error("the scenario itself was changed")
	}
	if have := UnusedImages([]*scenarios.Scenario{s},
		map[string]string{"haproxi": "x", "app": "y"}); !slices.Equal(have, []string{"haproxi"}) {
		t.Errorf("unused: have %q", have)
	}
}

func TestChecksGoFromTheirOwnPlace(t *testing.T) {
	p := planned(t, shipped(t, "bad-lb-node"), Options{Seed: 5})
	if c := p.Load.Checks[0]; c.Source.String() != "198.18.0.101" || c.Phase < 0 ||
		c.Phase >= c.Every {
		t.Errorf("check %+v", c)
	}
	p = planned(t, shipped(t, "syn-drop"), Options{})
	c, visitors := p.Load.Checks[0], p.Switchboard.Clients[0]
	if c.Source.String() != "198.18.0.101" || visitors.Name != "visitors" ||
		!slices.Contains(visitors.Addresses, c.Source) {
		t.Errorf("a check as visitors comes from %s: want an address of its own among theirs, %+v",
			c.Source, visitors)
	}
	if slices.Contains(p.Load.Groups[0].Sources, c.Source) {
		t.Error("users send from the check's address")
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("STORMDRILL_TEST_TOKEN", "s3cret")
	text := strings.Replace(two, "FAULT", "{kill: {target: app-1}}", 1)
	text = strings.Replace(text, "rate: 300/s",
		`rate: 300/s, headers: {Authorization: "Bearer ${env:STORMDRILL_TEST_TOKEN}"}`, 1)
	g := parsed(t, text).Load["many"]
	value, err := g.Headers["Authorization"].Reveal()
	if shown := fmt.Sprintf("%+v %#v", g, g); err != nil || value != "Bearer s3cret" ||
		strings.Contains(shown, "s3cret") {
		t.Errorf("have %q, %v, shown as %s", value, err, shown)
	}
}

func TestLinkThatOnlyAWatcherAsksIsNotUsers(t *testing.T) {
	text := strings.Replace(two, "FAULT", "{kill: {target: app-1}}", 1) +
		"watch: {w: {http: {url: \"http://app-1:9090/\"}, as: few}}\n"
	for _, l := range planned(t, parsed(t, text), Options{}).Switchboard.Links {
		if want := l.ID == "few -> app-1:8080" || l.ID == "many -> lb:80"; l.Users != want {
			t.Errorf("%s: users %t", l.ID, l.Users)
		}
	}
}

// Replicas that use each other have links between them, none to themselves, and
// the loss of the active one hits all that use the pair.
func TestPair(t *testing.T) {
	p := planned(t, shipped(t, "primary-lost"), Options{})
	var between []string
	for _, l := range p.Switchboard.Links {
		if strings.HasPrefix(l.From, "db-") {
			between = append(between, l.ID)
		}
	}
	if want := []string{"db-1 -> db-2:8080", "db-2 -> db-1:8080"}; !slices.Equal(between, want) {
		t.Errorf("links %q, want %q", between, want)
	}
	if f := p.Faults[0]; f.Share != 1 {
		t.Errorf("the fault can hit %g of the load, want all", f.Share)
	}
	w := p.Load.Groups[0].Writes
	if w == nil || p.Load.Groups[0].Method != "POST" || w.Rate != 500 ||
		!slices.Equal(w.Missing, []int{404}) {
		t.Errorf("have %+v by %s", w, p.Load.Groups[0].Method)
	}
}

// A limit of latency above slow is one of good requests, and the plan says so.
func TestPlanSaysWhatALimitAboveSlowIs(t *testing.T) {
	for limit, want := range map[string]bool{"400ms": false, "4s": true} {
		s := shipped(t, "bad-lb-node")
		s.SLA.Keep = []string{"p95 of shoppers in recovery <= " + limit}
		p := planned(t, s, Options{})
		if have := slices.ContainsFunc(english(p.Notes),
			func(n string) bool { return strings.Contains(n, "beyond slow: ") }); have != want {
			t.Errorf("%s: said %v", limit, have)
		}
	}
}

// A foreign page with status 200 is a drill of its own where the users look at the page;
// of a check that does not, the plan says so.
func TestPlanTellsAPageFromAGoodAnswer(t *testing.T) {
	const text = `
name: page-with-200
targets:
  shop: {lab: {web: {}}, ports: [8080]}
load:
  users: {to: "http://shop:8080/", rate: 50/s, expect: {body: "%s"}}
phases: {baseline: 20s, hold: 15s, recovery: 15s, confirm: 2s}
faults:
  portal: {block-page: {link: users -> shop, code: 200}}
watch:
  probe: {http: {url: "http://shop:8080/", every: 500ms}, as: users}
sla: {mitigate: 3s, recover: 3s}
`
	p := planned(t, parsed(t, fmt.Sprintf(text, "served by")), Options{})
	if !slices.ContainsFunc(english(p.Notes), func(n string) bool {
		return strings.Contains(n, "watcher probe takes its answer, status 200, for a good one")
	}) {
		t.Errorf("notes: %q", english(p.Notes))
	}
	for _, foolish := range []string{"", "blocked", "<title>"} {
		s, err := Parse("test.yaml", []byte(fmt.Sprintf(text, foolish)))
		if err == nil {
			_, err = New(s, Options{})
		}
		if err == nil || !strings.Contains(err.Error(),
			"users would take its answer, status 200, for a good one") {
			t.Errorf("%q: %v", foolish, err)
		}
	}
}

// A webhook without a pattern of an all-clear may yet say so by Alertmanager's payloads.
func TestPlanOfAWebhooksAllClear(t *testing.T) {
	s := shipped(t, "bad-lb-node")
	s.Watch["pager"] = &watch.Config{Webhook: &watch.Webhook{Port: 9000}}
	s.SLA.Restore = map[string]time.Duration{"pager": 5 * time.Second}
	if notes := english(planned(t, s, Options{}).Notes); !slices.ContainsFunc(notes,
		func(n string) bool { return strings.Contains(n, "send_resolved: true") }) {
		t.Errorf("notes %q", notes)
	}
}

// Webhooks of one address have it together: the load node waits once, and the record says
// which watchers share it. Another token is another address.
func TestWebhooksShareAnAddress(t *testing.T) {
	s := shipped(t, "bad-lb-node")
	for name, h := range map[string]*watch.Webhook{"a": {Port: 9000, Path: "/x"},
		"b": {Port: 9000, Path: "/x", Match: "b"}, "c": {Port: 9000},
		"d": {Port: 9000, Path: "/x", Token: "0123456789abcdef"},
		"e": {Port: 9001, Path: "/x", Loopback: true}, "f": {Port: 9001, Path: "/x/", Loopback: true},
		"g": {Port: 9000, Path: "/x", Loopback: true}} {
		s.Watch[name] = &watch.Config{Webhook: h}
	}
	p, at, hooks := planned(t, s, Options{}), map[string]string{}, []string{}
	for _, w := range p.Header.Watch {
		at[w.Name] = w.At()
	}
	for _, h := range p.Load.Hooks {
		hooks = append(hooks, h.Name)
	}
	for name, want := range map[string]string{"a": "a", "b": "a", "c": "c", "d": "d", "e": "e",
		"f": "e", "g": "g"} {
		if at[name] != want {
			t.Errorf("%s receives what comes to %s, want %s", name, at[name], want)
		}
	}
	if want := []string{"a", "c", "d"}; !slices.Equal(hooks, want) {
		t.Errorf("the load node waits for %q, want %q", hooks, want)
	}
}

// Names that keys had before are read, mean the same, and are noted with their places; both
// names at once are one too many.
func TestNamesOfBefore(t *testing.T) {
	const text = `name: x
targets: {shop: {lab: {web: {}}, ports: [8080]}}
load: {users: {to: "http://shop:8080/", rate: 100/s}}
phases: {baseline: 15s, fault: 10s, recovery: 15s, confirm: 3s}
faults: {bad: {http-status: {link: users -> shop, code: 503}}}
watch: {probe: {http: {url: "http://shop:8080/", every: 500ms}, as: users}}
sla: {alert-clear: {probe: 5s}, thresholds: [success of users in fault >= 1%]}
`
	was := strings.NewReplacer("fault: 10s", "hold: 10s", "alert-clear", "restore", "thresholds",
		"keep", "in fault", "in hold").Replace(text)
	now, before := parsed(t, text), parsed(t, was)
	a, b := planned(t, now, Options{}), planned(t, before, Options{})
	if len(now.Notes()) != 0 || !reflect.DeepEqual(now.Phases, before.Phases) ||
		!reflect.DeepEqual(now.SLA.Restore, before.SLA.Restore) || len(before.SLA.Keep) != 1 {
		t.Errorf("have %+v, %+v", now, before)
	}
	want := []string{
		"test.yaml:4:25: hold in phases is called fault now; the old name is read for a release",
		"test.yaml:7:7: restore in sla is called alert-clear now; the old name is read for a release",
		"test.yaml:7:29: keep in sla is called thresholds now; the old name is read for a release",
	}
	for _, n := range want {
		if !slices.Contains(before.Notes(), n) || !slices.Contains(english(b.Notes), n) {
			t.Errorf("want %q, have %q, %q", n, before.Notes(), english(b.Notes))
		}
	}
	if k := `the phase hold is called fault now`; !strings.Contains(strings.Join(english(b.Notes), "\n"),
		k) || strings.Contains(strings.Join(english(a.Notes), "\n"), k) {
		t.Errorf("notes %q, %q", english(a.Notes), english(b.Notes))
	}
	_, err := Parse("test.yaml", []byte(strings.Replace(text, "fault: 10s", "fault: 10s, hold: 9s",
		1)))
	if err == nil || !strings.Contains(err.Error(),
		"fault in phases was called hold before, and both stand there") {
		t.Errorf("both names: %v", err)
	}
}

// The timeline begins as the run does: with the warm-up, where there is one.
func TestPlanTimelineHasTheWarmUp(t *testing.T) {
	for _, length := range []time.Duration{0, scenarios.DefaultWarmUp} {
		s := shipped(t, "bad-lb-node")
		s.Phases.WarmUp = &length
		steps := planned(t, s, Options{}).Timeline
		i := slices.IndexFunc(steps, func(x Step) bool {
			return strings.HasPrefix(x.What.English, "baseline")
		})
		if i < 0 || steps[i].At != length || steps[len(steps)-1].At != length+40*time.Second {
			t.Errorf("warm-up of %s: %+v", length, steps)
		}
	}
}

// english is what texts say in English.
func english(all []link.Text) (texts []string) {
	for _, t := range all {
		texts = append(texts, t.English)
	}
	return texts
}
