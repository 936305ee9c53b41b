//go:build drill

package reports

import (
	"cmp"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/series"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// browser is the program that the pages are opened in.
func browser() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no browser is installed: make browser, or apt-get install chromium")
}

// tab is a page that is open.
type tab struct {
	*testing.T
	ctx    context.Context
	report Report
	file   string

	mu    sync.Mutex
	asked []string // addresses that the page asked for
	said  []string // errors and warnings on its console
}

// step is something that is done to a page.
type step = chromedp.Action[chromedp.Void]

// start starts a browser, for all that a test opens.
func start(t *testing.T) context.Context {
	t.Helper()
	path, err := browser()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "browser") // for what it leaves where it is ended
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // a process of its own may be going still
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path),
		chromedp.DisableGPU, chromedp.WindowSize(1100, 900), chromedp.Env("TMPDIR="+dir))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // it refuses to have one
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("%s does not start: %v", path, err)
	}
	return ctx
}

// open writes a report to a folder of its own, and opens it from there. At the end of the
// test nothing was said on the console, and nothing was asked for but the file.
func open(ctx context.Context, t *testing.T, r Report, before ...step) *tab {
	t.Helper()
	o := openPage(ctx, t, func(w io.Writer) error { return HTML(w, r) }, before...)
	o.report = r
	return o
}

// openPage is open for what write writes.
func openPage(ctx context.Context, t *testing.T, write func(io.Writer) error,
	before ...step) *tab {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.html")
	if err := written(file, write); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute) // it may have what others leave
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	o := &tab{T: t, ctx: ctx, file: (&url.URL{Scheme: "file", Path: file}).String()}
	if err := chromedp.Listen(ctx, o.hear); err != nil {
		t.Fatal(err)
	}
	o.do(chromedp.Func(func(ctx context.Context, at *chromedp.Target) error {
		_, err := cdp.Call(ctx, at, network.Enable, network.EnableParams{})
		return err
	}))
	o.do(before...)
	o.do(chromedp.Navigate(o.file))
	o.settle()
	t.Cleanup(func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		for _, s := range o.said {
			t.Errorf("on the console: %s", s)
		}
		if !slices.Equal(o.asked, []string{o.file}) {
			t.Errorf("the page asked for %q", o.asked)
		}
	})
	return o
}

func (o *tab) hear(event any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		o.asked = append(o.asked, e.Request.URL)
	case *runtime.EventExceptionThrown:
		o.said = append(o.said, fmt.Sprintf("%s %+v", e.ExceptionDetails.Text,
			e.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		o.said = append(o.said, fmt.Sprintf("%s %+v", e.Type, e.Args))
	case *log.EventEntryAdded:
		o.said = append(o.said, e.Entry.Text)
	}
}

func (o *tab) do(steps ...step) {
	o.Helper()
	if err := chromedp.Do(o.ctx, steps...); err != nil {
		o.Fatal(err)
	}
}

// settle waits until what was changed has been drawn.
func (o *tab) settle() {
	o.Helper()
	eval[bool](o, `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(
		() => setTimeout(() => done(true), 50))))`)
}

// eval gives the value of an expression of the page.
func eval[T any](o *tab, js string) T {
	o.Helper()
	v, err := chromedp.Run(o.ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		o.Fatalf("%s: %v", js, err)
	}
	return v
}

// media shows the page as another medium does, or as who likes it dark.
func media(as emulation.SetEmulatedMediaParams) step {
	return chromedp.Func(func(ctx context.Context, at *chromedp.Target) error {
		_, err := cdp.Call(ctx, at, emulation.SetEmulatedMedia, as)
		return err
	})
}

// box is where something stands on the page, in pixels.
type box struct{ X, Y, Width, Height float64 }

const boxOf = `(e => { const b = e.getBoundingClientRect();
	return {X: b.x, Y: b.y, Width: b.width, Height: b.height}; })`

// plot is where a chart has its lines.
func (o *tab) plot(chart string) box {
	o.Helper()
	return eval[box](o, fmt.Sprintf(`%s(document.querySelector("#%s .u-over"))`, boxOf, chart))
}

// recorded is the report of a kept record.
func recorded(t *testing.T, name, lang string) Report {
	t.Helper()
	in, err := os.Open(filepath.Join("..", "testdata", "records", "library", name+".gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	unzip, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "record")
	if err := written(path, func(w io.Writer) error {
		_, err := io.Copy(w, unzip)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	r, err := timeline.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return Of(r, sla.Score(r, r.Header.Objectives), words.Of(lang))
}

// pages are drills that have little in common: one fault or two, groups, writes, a run that
// passes and some that fail, a watcher that is not content at the end.
var pages = []string{"bad-lb-node-sibling", "two-faults", "dns-failure", "primary-lost",
	"handbook-limits-sibling", "flapping-node-sibling"}

// Each chart has drawn, each instant and each stretch stands where its time is, computed
// here from the plot's box and the run's length, and no name of one covers another.
func TestBrowserDraws(t *testing.T) {
	ctx := start(t)
	for _, name := range pages {
		t.Run(name, func(t *testing.T) {
			o := open(ctx, t, recorded(t, name, "en"))
			o.wantDrawn()
			o.wantMarks()
			o.wantLanes()
			o.wantLabelsApart()
			o.wantNoOverflow(1100)
			o.keep(name)
		})
	}
}

func (o *tab) wantDrawn() {
	o.Helper()
	drawn := eval[map[string]int](o, `Object.fromEntries([...document.querySelectorAll(
		".chart")].map(c => {
		const at = c.querySelector("canvas");
		if (!at) return [c.id, 0];
		const all = at.getContext("2d").getImageData(0, 0, at.width, at.height).data;
		let n = 0;
		for (let i = 3; i < all.length; i += 4) if (all[i]) n++;
		return [c.id, n];
	}))`)
	want := []string{"success", "latency", "sent", "connections"}
	if len(o.report.Card.Faults)+len(o.report.Card.Outages)+len(o.report.Series.Watchers) > 0 {
		want = append(want, "lanes")
	}
	if len(o.report.Series.Classes) > 0 {
		want = append(want, "failures")
	}
	if len(o.report.Series.Nodes) > 0 {
		want = append(want, "nodes")
	}
	for _, id := range want {
		if drawn[id] < 1000 { // an empty one has none
			o.Errorf("%s: %d pixels are drawn", id, drawn[id])
		}
	}
	for id, n := range drawn {
		if n > 0 && !slices.Contains(want, id) {
			o.Errorf("there is a chart %s", id)
		}
	}
	if hidden := eval[[]float64](o, hiddenFailures); len(hidden) > 0 {
		o.Errorf("failures in the steps from %v on are not drawn", hidden)
	}
}

// hiddenFailures gives the steps with failures that the chart of failures shows nothing of: it is
// the same just above its axis as at its upper edge, which nothing reaches. Steps too narrow, and
// failures too few beside the most, to be seen are left out.
const hiddenFailures = `(() => {
	const {series} = JSON.parse(document.getElementById("data").textContent);
	const root = document.getElementById("failures"), canvas = root?.querySelector("canvas");
	if (!canvas) return [];
	const over = root.querySelector(".u-over").getBoundingClientRect();
	const at = canvas.getBoundingClientRect(), scale = canvas.width / at.width;
	const copy = document.createElement("canvas"); // the chart's own is read once elsewhere
	copy.width = canvas.width, copy.height = canvas.height;
	const c = copy.getContext("2d", {willReadFrequently: true});
	c.drawImage(canvas, 0, 0);
	const all = c.getImageData(0, 0, copy.width, copy.height).data;
	const pixel = (x, y) => {
		const i = 4 * (Math.floor((y - at.top) * scale) * canvas.width +
			Math.floor((x - at.left) * scale));
		return all.slice(i, i + 4).join();
	};
	const ends = [...series.at.slice(1), series.end];
	const rate = series.at.map((from, i) =>
		series.classes.reduce((n, k) => n + k.count[i], 0) / (ends[i] - from));
	const most = Math.max(...rate) * 1.05;
	return series.at.filter((from, i) => {
		const wide = over.width * (ends[i] - from) / series.end;
		if (wide < 4 || over.height * rate[i] / most < 5) return false;
		const left = over.left + over.width * from / series.end;
		return ![0.3, 0.4, 0.5, 0.6, 0.7].some(part => {
			const x = left + wide * part;
			return pixel(x, over.bottom - 3) !== pixel(x, over.top + 2);
		});
	});
})()`

// at is the pixel of an instant on a chart that shows the whole run.
func (o *tab) at(plot box, seconds float64) float64 {
	return plot.X + plot.Width*seconds/o.report.Series.End
}

const tolerance = 1.5 // pixels

func (o *tab) wantMarks() {
	o.Helper()
	for _, chart := range []string{"success", "lanes", "latency", "sent", "connections"} {
		var want []float64
		plot := o.plot(chart)
		for _, m := range o.report.Card.Picture.Marks {
			if chart == "success" || m.What.Code != sla.MarkOnset && m.What.Code != sla.MarkRecovered {
				want = append(want, o.at(plot, m.At))
			}
		}
		have := eval[[]box](o, fmt.Sprintf(`[...document.querySelectorAll("#%s .mark")].map(%s)`,
			chart, boxOf))
		if len(have) != len(want) || len(want) == 0 {
			o.Errorf("%s: have %d marks, want %d", chart, len(have), len(want))
			continue
		}
		slices.SortFunc(have, func(a, b box) int { return int(math.Copysign(1, a.X-b.X)) })
		slices.Sort(want)
		for i := range want {
			if math.Abs(have[i].X-want[i]) > tolerance {
				o.Errorf("%s: a mark at pixel %.1f, want %.1f", chart, have[i].X, want[i])
			}
		}
	}
}

func (o *tab) wantLanes() {
	o.Helper()
	type lane struct {
		Name string
		Box  box
	}
	have := eval[[]lane](o, fmt.Sprintf(`[...document.querySelectorAll("#lanes .lane")].map(e =>
		({Name: e.dataset.name, Box: %s(e)}))`, boxOf))
	plot, n := o.plot("lanes"), 0
	want := func(name string, from, to float64) {
		n++
		a, b := o.at(plot, max(0, from)), o.at(plot, min(to, o.report.Series.End))
		if !slices.ContainsFunc(have, func(l lane) bool {
			return l.Name == name && math.Abs(l.Box.X-a) <= tolerance &&
				math.Abs(l.Box.X+l.Box.Width-max(b, a+2)) <= tolerance
		}) {
			o.Errorf("lane %s: nothing from %.1f to %.1f in %+v", name, a, b, have)
		}
	}
	for _, f := range o.report.Card.Faults {
		i := slices.IndexFunc(o.report.Series.Parts,
			func(p series.Parts) bool { return p.Fault == f.Name })
		if i < 0 {
			want(f.Name, float64(f.Inject), float64(f.Clear))
			continue
		}
		for _, on := range o.report.Series.Parts[i].On {
			want(f.Name, on[0], on[1])
		}
	}
	for _, x := range o.report.Card.Outages {
		to := x.Recovery + x.Resolution
		if x.Censored {
			to = o.report.Series.End
		}
		want("users: "+x.Group, x.Onset-x.Resolution, to)
	}
	for _, w := range o.report.Series.Watchers {
		for _, a := range w.Alarms {
			to := o.report.Series.End
			if a.Content != nil {
				to = a.Content[1]
			}
			want(w.Name, a.Raised[0], to)
		}
	}
	for _, l := range have { // the ideal observer's is none of the record's
		if l.Name == words.English.Line("chart-ideal") {
			n++
		}
	}
	if n != len(have) {
		o.Errorf("have %d stretches, want %d", len(have), n)
	}
}

// The observer of every request has its lane also where no watcher noticed, or there is none, in
// the same place as beside a watcher that did.
func TestBrowserIdealUnnoticed(t *testing.T) {
	ctx := start(t)
	ideal := func(r Report) (float64, box) {
		o := open(ctx, t, r)
		all := eval[[]box](o, fmt.Sprintf(`[...document.querySelectorAll("#lanes .lane")].filter(
			e => e.dataset.name === "ideal observer").map(%s)`, boxOf))
		if len(all) != 1 {
			t.Fatalf("the ideal observer has %d stretches, want 1", len(all))
		}
		return all[0].X, o.plot("lanes")
	}
	r := recorded(t, "primary-lost", "en")
	beside, _ := ideal(r)
	first := slices.MinFunc(r.Card.Outages, func(a, b sla.Outage) int {
		return cmp.Compare(a.Onset, b.Onset)
	})
	at := first.Onset + r.Card.Times.Ideal.Seconds
	unnoticed := recorded(t, "primary-lost", "en")
	unnoticed.Card.Watchers[0].Detect.Censored, unnoticed.Card.Watchers[0].Behind = true, nil
	unnoticed.Card.Picture.Marks = slices.DeleteFunc(unnoticed.Card.Picture.Marks,
		func(m sla.Point) bool { return m.What.Code == sla.MarkNoticed })
	none := recorded(t, "primary-lost", "en")
	none.Card.Watchers, none.Series.Watchers = nil, nil
	none.Card.Picture.Marks = unnoticed.Card.Picture.Marks
	for name, r := range map[string]Report{"nobody noticed": unnoticed, "nobody watched": none} {
		x, plot := ideal(r)
		want := plot.X + plot.Width*at/r.Series.End
		if math.Abs(x-want) > tolerance || math.Abs(x-beside) > tolerance {
			t.Errorf("%s: at pixel %.1f, want %.1f, and %.1f beside a watcher", name, x, want, beside)
		}
	}
}

func (o *tab) wantLabelsApart() {
	o.Helper()
	all := eval[[]box](o, `[...document.querySelectorAll(".mark span:not([hidden])")]
		.map(`+boxOf+`)`)
	frame := eval[box](o, boxOf+`(document.getElementById("success"))`)
	for i, a := range all {
		for _, b := range all[:i] {
			if a.X < b.X+b.Width && b.X < a.X+a.Width &&
				a.Y < b.Y+b.Height-1 && b.Y < a.Y+a.Height-1 {
				o.Errorf("one name covers another: %+v and %+v", a, b)
			}
		}
		if a.X < frame.X-1 || a.X+a.Width > frame.X+frame.Width+1 || a.Y < frame.Y-1 {
			o.Errorf("a name is cut off: %+v of %+v", a, frame)
		}
	}
}

func (o *tab) wantNoOverflow(width int) {
	o.Helper()
	if have := eval[int](o, `document.documentElement.scrollWidth`); have > width {
		wide := eval[[]string](o, fmt.Sprintf(`[...document.querySelectorAll("body *")].filter(e =>
			!e.closest(".wide, .chart") && e.getBoundingClientRect().right > %d).map(e =>
			e.tagName + "." + e.className)`, width+1))
		o.Errorf("the page is %d pixels wide, the screen %d: %v", have, width, wide)
	}
}

// keep leaves a picture of the whole page in the folder REPORT_SHOTS, to be looked at.
func (o *tab) keep(name string) {
	o.Helper()
	dir := os.Getenv("REPORT_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(o.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		o.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		o.Fatal(err)
	}
}

// scroll puts a chart into the middle of the window.
func (o *tab) scroll(chart string) {
	o.Helper()
	eval[bool](o, fmt.Sprintf(`(document.getElementById(%q).scrollIntoView({block: "center"}),
		true)`, chart))
	o.settle()
}

// hover puts the mouse into the middle of a step.
func (o *tab) hover(chart string, step int) {
	o.Helper()
	o.scroll(chart)
	s, plot := o.report.Series, o.plot(chart)
	o.do(chromedp.MouseEvent(chromedp.MouseMoved, o.at(plot, s.At[step]+s.Step/2),
		plot.Y+plot.Height/2))
	o.settle()
}

// legend are the values below a chart, by their names.
func (o *tab) legend(chart string) map[string]string {
	o.Helper()
	return eval[map[string]string](o, fmt.Sprintf(`Object.fromEntries(
		[...document.querySelectorAll("#%s .u-series")].map(e =>
		[e.querySelector(".u-label").textContent, e.querySelector(".u-value").textContent]))`,
		chart))
}

func shown(f float64, digits int) string {
	s := strconv.FormatFloat(f, 'f', digits, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

func percent(good, sent int) string {
	return words.Percent(float64(good) / float64(sent))
}

func perSecond(n int, seconds float64) string {
	v := float64(n) / seconds
	switch {
	case v < 1:
		return shown(v, 2) + "/s"
	case v < 100:
		return shown(v, 1) + "/s"
	}
	return shown(v, 0) + "/s"
}

// Under the mouse, each chart says what its step had, on whichever chart the mouse is.
func TestBrowserHover(t *testing.T) {
	ctx := start(t)
	o := open(ctx, t, recorded(t, "bad-lb-node-sibling", "en"))
	s := o.report.Series
	g := s.Groups[0]
	for name, v := range o.legend("success") {
		if v != "" {
			t.Errorf("before any hover, %s says %q", name, v)
		}
	}
	worst := slices.Index(g.Failed, slices.Max(g.Failed))
	for _, chart := range []string{"success", "latency"} {
		for _, step := range []int{worst, 3, len(s.At) - 2} {
			o.hover(chart, step)
			for chart, want := range map[string]map[string]string{
				"success": {"time": shown(s.At[step], 2) + " s",
					"success":                 percent(g.Sent[step]-g.Failed[step], g.Sent[step]),
					"worst quarter of a step": words.Percent(*g.Worst[step])},
				"failures": {s.Classes[0].Name: perSecond(s.Classes[0].Count[step], s.Step)},
				"sent": {"due": perSecond(g.Due[step], s.Step),
					"sent": perSecond(g.Sent[step], s.Step)},
				"nodes": {s.Nodes[0].Name: perSecond(s.Nodes[0].Count[step], s.Step),
					s.Nodes[2].Name: perSecond(s.Nodes[2].Count[step], s.Step)},
			} {
				have := o.legend(chart)
				for name, v := range want {
					if have[name] != v {
						t.Errorf("step %d of %s: %s: have %q, want %q", step, chart, name,
							have[name], v)
					}
				}
			}
			o.wantLatency(step)
		}
	}
}

func (o *tab) wantLatency(step int) {
	o.Helper()
	g, have := o.report.Series.Groups[0], o.legend("latency")
	for name, want := range map[string]*float64{"p50": g.P50[step], "p95": g.P95[step],
		"p99": g.P99[step], "slowest good one": g.Most[step]} {
		text := have[name]
		if want == nil {
			if text != "" {
				o.Errorf("step %d: %s: have %q, want none", step, name, text)
			}
			continue
		}
		d, err := time.ParseDuration(strings.ReplaceAll(text, " ", ""))
		if err != nil || math.Abs(d.Seconds()-*want) > 0.01**want {
			o.Errorf("step %d: %s: have %q, want %v s", step, name, text, *want)
		}
	}
}

// scales are the stretches that the charts show.
func (o *tab) scales() map[string][2]float64 {
	o.Helper()
	return eval[map[string][2]float64](o, `Object.fromEntries(Object.entries(stormdrill.charts).map(
		([id, u]) => [id, [u.scales.x.min, u.scales.x.max]]))`)
}

func (o *tab) wantStretch(when string, from, to, within float64) {
	o.Helper()
	o.settle()
	all := o.scales()
	if len(all) < 6 {
		o.Errorf("have charts %v", all)
	}
	for id, s := range all {
		if math.Abs(s[0]-from) > within || math.Abs(s[1]-to) > within {
			o.Errorf("%s: %s shows %v, want %.2f to %.2f", when, id, s, from, to)
		}
	}
}

// All charts zoom as one, by keys and by the mouse, and go back.
func TestBrowserZoom(t *testing.T) {
	ctx := start(t)
	o := open(ctx, t, recorded(t, "two-faults", "en"))
	end := o.report.Series.End
	o.wantStretch("at first", 0, end, 0)
	o.do(chromedp.Focus("#latency"), chromedp.KeyEvent("+"))
	o.wantStretch("+", end/4, 3*end/4, o.report.Series.Step)
	o.wantMarksZoomed()
	o.do(chromedp.KeyEvent("-"))
	o.wantStretch("-", 0, end, o.report.Series.Step)
	o.do(chromedp.KeyEvent("+"), chromedp.KeyEvent("0"))
	o.wantStretch("0", 0, end, 0)

	o.scroll("success")
	plot := o.plot("success")
	y := plot.Y + plot.Height/2
	drag := func() {
		o.do(chromedp.MouseEvent(chromedp.MouseMoved, o.at(plot, 20), y),
			chromedp.MouseEvent(chromedp.MousePressed, o.at(plot, 20), y, chromedp.ButtonLeft,
				chromedp.ClickCount(1)),
			chromedp.MouseEvent(chromedp.MouseMoved, o.at(plot, 25), y, chromedp.ButtonLeft),
			chromedp.MouseEvent(chromedp.MouseMoved, o.at(plot, 30), y, chromedp.ButtonLeft),
			chromedp.MouseEvent(chromedp.MouseReleased, o.at(plot, 30), y, chromedp.ButtonLeft,
				chromedp.ClickCount(1)))
	}
	pixel := end / plot.Width
	drag()
	o.wantStretch("a drag", 20, 30, 2*pixel)
	o.do(chromedp.Focus("#nodes"), chromedp.KeyEvent("0"))
	o.wantStretch("0 after a drag", 0, end, 0)
	drag()
	o.do(chromedp.Click("#reset"))
	o.wantStretch("the button", 0, end, 0)

	o.do(chromedp.Focus("#sent"), chromedp.KeyEvent(kb.Home))
	o.settle()
	if have := o.legend("success")["time"]; have == "" {
		t.Error("a key moves the cursor on one chart alone")
	}
}

// wantMarksZoomed holds that instants move with the stretch that is shown.
func (o *tab) wantMarksZoomed() {
	o.Helper()
	plot, s := o.plot("success"), o.scales()["success"]
	have := eval[[]struct {
		At float64
		X  float64
	}](o, `[...document.querySelectorAll("#success .mark")].map(e =>
		({At: +e.dataset.at, X: e.getBoundingClientRect().x}))`)
	for _, m := range have {
		if want := plot.X + plot.Width*(m.At-s[0])/(s[1]-s[0]); math.Abs(m.X-want) > tolerance {
			o.Errorf("zoomed: the mark of %v s at pixel %.1f, want %.1f", m.At, m.X, want)
		}
	}
	if len(have) == 0 {
		o.Error("zoomed: no marks")
	}
}

// A legend names what its chart shows, and nothing else: of requests that each had a connection of
// their own, no standing ones, and of all groups together, no time from which on one is bad.
func TestBrowserLegends(t *testing.T) {
	ctx := start(t)
	o := open(ctx, t, recorded(t, "dns-failure", "en"))
	listed := func(chart string) []string {
		return eval[[]string](o, fmt.Sprintf(`[...document.querySelectorAll("#%s .u-series")].filter(
			e => e.getClientRects().length).map(e => e.querySelector(".u-label").textContent)`, chart))
	}
	choose := func(group int) {
		eval[bool](o, fmt.Sprintf(`(document.getElementById("group").value = "%d",
			document.getElementById("group").dispatchEvent(new Event("change")))`, group))
		o.settle()
	}
	s := o.report.Series
	if sum(s.Standing.Sent) > 0 || s.Groups[0].Slow != 0 || s.Groups[1].Slow == 0 {
		t.Fatal("this record has another load")
	}
	all := []string{"time", "slowest good one", "p50", "p95", "p99"}
	for _, c := range []struct {
		chart string
		group int
		want  []string
	}{{"connections", 0, []string{"time", "new connections"}}, {"latency", 0, all},
		{"latency", 1, append(slices.Clone(all), "bad from here")}, {"latency", 0, all}} {
		choose(c.group)
		if have := listed(c.chart); !slices.Equal(have, c.want) {
			t.Errorf("%s of group %d: have %q, want %q", c.chart, c.group, have, c.want)
		}
	}
}

func sum(all []int) (n int) {
	for _, v := range all {
		n += v
	}
	return n
}

// The script writes shares as the reports do.
func TestBrowserPercent(t *testing.T) {
	o := open(start(t), t, recorded(t, "dns-failure", "en"))
	for _, share := range []float64{0, 1, 1.0 / 3, 0.5, 0.12345, 0.99994, 0.99996, 0.9999996, 1 - 1e-12,
		0.00004, 1e-12, 0.33335} {
		if have, want := eval[string](o, fmt.Sprintf("stormdrill.percent(%v)", share)),
			words.Percent(share); have != want {
			t.Errorf("%v: have %s, want %s", share, have, want)
		}
	}
}

// Who is chosen is shown by success, latency and load.
func TestBrowserGroups(t *testing.T) {
	ctx := start(t)
	o := open(ctx, t, recorded(t, "dns-failure", "en"))
	s := o.report.Series
	if len(s.Groups) < 3 {
		t.Fatalf("have %d groups", len(s.Groups))
	}
	for k := len(s.Groups) - 1; k >= 0; k-- {
		g := s.Groups[k]
		eval[bool](o, fmt.Sprintf(`(document.getElementById("group").value = "%d",
			document.getElementById("group").dispatchEvent(new Event("change")))`, k))
		step := slices.Index(s.Groups[0].Failed, slices.Max(s.Groups[0].Failed))
		o.hover("success", step)
		if have, want := o.legend("success")["success"],
			percent(g.Sent[step]-g.Failed[step], g.Sent[step]); have != want {
			t.Errorf("%q: success: have %s, want %s", g.Name, have, want)
		}
		if have, want := o.legend("sent")["sent"], perSecond(g.Sent[step], s.Step); have != want {
			t.Errorf("%q: sent: have %s, want %s", g.Name, have, want)
		}
		p50 := eval[[]*float64](o, `stormdrill.charts.latency.data[2]`)
		for i, v := range g.P50 {
			if (v == nil) != (p50[i] == nil) || v != nil && *v != *p50[i] {
				t.Errorf("%q: p50 of step %d is not its own", g.Name, i)
				break
			}
		}
	}
}

// On a phone nothing is wider than its screen.
func TestBrowserPhone(t *testing.T) {
	ctx := start(t)
	for _, name := range pages[:3] {
		t.Run(name, func(t *testing.T) {
			o := open(ctx, t, recorded(t, name, "en"),
				chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile))
			o.wantNoOverflow(390)
			o.wantDrawn()
			o.wantMarks()
			o.keep(name + "-phone")
		})
	}
}

// On a phone no Chinese head of a column is set letter by letter.
func TestBrowserPhoneChinese(t *testing.T) {
	ctx := start(t)
	for _, name := range pages[:3] {
		t.Run(name, func(t *testing.T) {
			o := open(ctx, t, recorded(t, name, "zh"),
				chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile))
			o.wantNoOverflow(390)
			heads := eval[map[string]int](o, `(document.querySelectorAll("details").forEach(
				e => e.open = true), Object.fromEntries([...document.querySelectorAll(
				"th[scope=col]")].filter(e => e.offsetWidth).map(e => {
					const all = document.createRange();
					all.selectNodeContents(e);
					return [e.textContent, new Set([...all.getClientRects()].map(r => r.top)).size];
				})))`)
			for head, lines := range heads {
				if n := len([]rune(head)); strings.ContainsFunc(head, chinese) && lines > (n+3)/4 {
					t.Errorf("%s takes %d lines", head, lines)
				}
			}
			if heads[words.Chinese.Line("page-false-alarms")] != 1 {
				t.Errorf("have heads %v", heads)
			}
			o.keep(name + "-zh-phone")
		})
	}
}

// In the dark, text can be read, and what is drawn is drawn in light colours.
func TestBrowserDark(t *testing.T) {
	ctx := start(t)
	for _, mode := range []string{"light", "dark"} {
		t.Run(mode, func(t *testing.T) {
			o := open(ctx, t, recorded(t, "two-faults", "en"), media(
				emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
					{Name: "prefers-color-scheme", Value: mode}}}))
			paper := o.color("body", "backgroundColor")
			if dark := luminance(paper) < 0.2; dark != (mode == "dark") {
				t.Errorf("the page is %v", paper)
			}
			for _, what := range []string{"h1", "h2", "h2 small", ".meta", ".tile h3", ".tile p",
				".tile.met .answer", "th", "td", ".why", ".tools span", ".key span", ".u-label"} {
				ink := o.color(what, "color")
				if c := contrast(ink, paper); c < 4.5 {
					t.Errorf("%s: %v on %v is a contrast of %.1f, want 4.5 (WCAG 2 AA)", what,
						ink, paper, c)
				}
			}
			o.wantDrawn()
			o.keep("two-faults-" + mode)
		})
	}
}

// color is an element's, red, green and blue.
func (o *tab) color(of, kind string) []float64 {
	o.Helper()
	return eval[[]float64](o, fmt.Sprintf(
		`getComputedStyle(document.querySelector(%q)).%s.match(/[\d.]+/g).map(Number)`, of, kind))
}

// luminance and contrast are WCAG's.
func luminance(rgb []float64) float64 {
	of := func(v float64) float64 {
		if v /= 255; v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*of(rgb[0]) + 0.7152*of(rgb[1]) + 0.0722*of(rgb[2])
}

func contrast(a, b []float64) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// On paper the charts are as wide as a page between its margins, also of a wide window, and
// afterwards as they were.
func TestBrowserPrint(t *testing.T) {
	ctx := start(t)
	o := open(ctx, t, recorded(t, "handbook-limits-sibling", "en"))
	pdf, err := chromedp.Run(o.ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize(),
		chromedp.PDFPrintBackground()))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(regexp.MustCompile(`/Type\s*/Page\b`).FindAll(pdf, -1)); n < 2 || n > 8 {
		t.Errorf("it takes %d pages", n)
	}
	if dir := os.Getenv("REPORT_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "print.pdf"), pdf, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const widths = `Object.values(stormdrill.charts).map(u => u.root.getBoundingClientRect().width)`
	before := eval[[]float64](o, widths)
	o.do(chromedp.EmulateViewport(703, 1000)) // A4 without 12 mm on either side, at 96 a inch
	o.do(media(emulation.SetEmulatedMediaParams{Media: "print"}))
	eval[bool](o, `dispatchEvent(new Event("beforeprint"))`)
	o.settle()
	for _, w := range eval[[]float64](o, widths) {
		if w > 703 {
			t.Errorf("a chart is %v pixels wide on paper", w)
		}
	}
	o.wantNoOverflow(703)
	o.keep("print")
	eval[bool](o, `dispatchEvent(new Event("afterprint"))`)
	o.do(chromedp.EmulateViewport(1100, 900), media(emulation.SetEmulatedMediaParams{}))
	o.settle()
	o.settle()
	if after := eval[[]float64](o, widths); !slices.Equal(before, after) {
		t.Errorf("after it, charts are %v wide, before it %v", after, before)
	}
}

var duration = regexp.MustCompile(`^\d[\d.,]* (s|ms)( ± [\d.]+ (s|ms))?$`)

// answered is how a protocol calls an answer, in any language.
var answered = regexp.MustCompile(`^(HTTP \d{3}|NXDOMAIN|SERVFAIL)$`)

func chinese(r rune) bool { return unicode.Is(unicode.Han, r) }

// In Chinese no label is left in English: what has no Chinese in it is a name, or has none.
func TestBrowserChinese(t *testing.T) {
	ctx := start(t)
	for _, name := range pages[1:5] {
		t.Run(name, func(t *testing.T) {
			o := open(ctx, t, recorded(t, name, "zh"))
			names := []string{"p50", "p95", "p99", "p50 / p95 / p99", "RPO", "RTO", "Stormdrill",
				o.report.Card.Scenario}
			var faults []string
			for _, f := range o.report.Card.Faults {
				faults = append(faults, lines{words.Chinese}.aimed(f))
			}
			names = append(names, words.Chinese.List(faults))
			for _, c := range o.report.Series.Classes {
				names = append(names, c.Name)
			}
			for _, c := range o.report.Series.Nodes {
				names = append(names, c.Name)
			}
			for _, g := range o.report.Series.Groups {
				names = append(names, g.Name)
			}
			for _, s := range eval[[]string](o, `[...document.querySelectorAll("h1, h2, h2 small, "
				+ "h3, th, .key span, .tools span, button, option, summary, .u-label, "
				+ ".mark span, .marks li, .tile .answer, .none")].map(e => [...e.childNodes]
					.filter(n => n.nodeType === 3).map(n => n.data).join("").trim())
				.concat([...document.querySelectorAll("[aria-label]")].map(e => e.ariaLabel))`) {
				if strings.ContainsFunc(s, unicode.IsLetter) && !slices.Contains(names, s) &&
					!strings.ContainsFunc(s, chinese) && !duration.MatchString(s) &&
					!answered.MatchString(s) {
					t.Errorf("%q is not Chinese", s)
				}
			}
			if lang := eval[string](o, `document.documentElement.lang`); lang != "zh" {
				t.Errorf("the page says that it is %q", lang)
			}
			o.wantLabelsApart()
			o.wantNoOverflow(1100)
			o.keep(name + "-zh")
		})
	}
}

// Names that would be a script, an element, an order to a terminal or turn text round are
// names, wherever they stand.
func TestBrowserHostile(t *testing.T) {
	ctx := start(t)
	for _, bad := range []string{"</script><script>window.hacked=1</script>",
		`"><img src=x onerror="window.hacked=1">`, "<!--<script>", "{{.}}${window.hacked=1}`",
		"\x1b[2J\x1b]0;x\x07", "\u202edlrow\u2066", "\xff\xfe\x00", "%s%d%!", "constructor",
		"__proto__", strings.Repeat("long", 300)} {
		t.Run(fmt.Sprintf("%.24q", bad), func(t *testing.T) {
			r := recorded(t, "two-faults", "en")
			named := func(s string) string {
				if s == "" {
					return s
				}
				return s + bad
			}
			verdict, objectives := r.Card.Verdict, r.Card.Objectives
			r.Series, r.Card = everyText(r.Series, named), everyText(r.Card, named)
			r.Card.Verdict = verdict
			for i := range r.Card.Objectives {
				r.Card.Objectives[i].Op, r.Card.Objectives[i].Result = objectives[i].Op,
					objectives[i].Result
			}
			o := open(ctx, t, r, chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile))
			o.hover("nodes", 30)
			if eval[bool](o, `"hacked" in window`) {
				t.Error("a name ran")
			}
			if n := eval[int](o, `document.scripts.length`); n != 4 {
				t.Errorf("have %d scripts", n)
			}
			if n := eval[int](o, `document.querySelectorAll(
				"img, iframe, object, embed, link, a, form").length`); n != 0 {
				t.Errorf("%d elements came out of a name", n)
			}
			if strings.ContainsFunc(eval[string](o, `document.body.innerText`), orders) {
				t.Error("a control character is shown as itself")
			}
			o.wantNoOverflow(390)
			if n := eval[int](o, `document.querySelectorAll("canvas").length`); n != 7 {
				t.Errorf("have %d charts, want 7", n)
			}
		})
	}
}

// orders reports whether a character is an order to whatever shows it.
func orders(r rune) bool {
	return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r))
}

// An hour with very many requests and nodes is drawn like any other, its time in minutes.
func TestBrowserHour(t *testing.T) {
	ctx := start(t)
	r := hour(3, 60)
	o := open(ctx, t, Of(r, sla.Score(r, r.Header.Objectives), words.English))
	o.wantDrawn()
	if have := eval[[]string](o, `stormdrill.charts.success.axes[0]._values`); !slices.Contains(
		have, "30:00") {
		t.Errorf("instants are %q", have)
	}
	o.wantNoOverflow(1100)
	o.keep("hour")
}

// A run that ended before anything happened has a page, too.
func TestBrowserNothing(t *testing.T) {
	ctx := start(t)
	o := open(ctx, t, Report{Card: sla.Scorecard{Scenario: "x", Verdict: sla.Error,
		Reasons: []sla.Said{sla.Say(sla.Harness, "the engine does not answer")}}})
	if text := eval[string](o, `document.body.innerText`); !strings.Contains(text,
		"the engine does not answer") {
		t.Errorf("have %s", text)
	}
}

// campaignTab opens a campaign's page.
func campaignTab(ctx context.Context, t *testing.T, in *words.Language, before ...step) (*tab,
	campaign.Card) {
	t.Helper()
	c, done := rehearsed(2)
	return openPage(ctx, t, func(w io.Writer) error { return CampaignHTML(w, c, done, "", in) },
		before...), c
}

// wantDots holds that each run's dot is drawn at its place on the first strip, large enough to
// be seen, between a limit and a bound that are lines over the whole of it.
func (o *tab) wantDots(c campaign.Card) {
	o.Helper()
	frame := eval[box](o, boxOf+`(document.querySelector(".dots"))`)
	dots := eval[[]box](o, `[...document.querySelector(".dots").querySelectorAll("use")].map(`+
		boxOf+`)`)
	limit := eval[box](o, boxOf+`(document.querySelector(".dots line.limit"))`)
	bound := eval[box](o, boxOf+`(document.querySelector(".dots line.bound"))`)
	values := c.Spreads[0].Values
	if len(dots) != len(values) {
		o.Fatalf("have %d dots, want %d", len(dots), len(values))
	}
	for _, l := range []box{limit, bound} {
		if l.Width < frame.Width-4 {
			o.Errorf("a line is %v pixels long, and its strip %v", l.Width, frame.Width)
		}
	}
	perSecond := (bound.Y - limit.Y) / (c.Spreads[0].Bounds[0].Value - *c.Spreads[0].Limit)
	for i, d := range dots {
		x, y := d.X+d.Width/2, d.Y+d.Height/2
		if want := frame.X + frame.Width*(float64(i)+0.5)/float64(len(values)); math.Abs(
			x-want) > tolerance {
			o.Errorf("the dot of run %d is at pixel %.1f, want %.1f", i+1, x, want)
		}
		if v := values[i]; v.Number != nil && !v.Censored {
			want := limit.Y + limit.Height/2 + perSecond*(*v.Number-*c.Spreads[0].Limit)
			if math.Abs(y-want) > 4*tolerance { // two lines' places are rounded in it
				o.Errorf("the dot of run %d is at a height of %.1f, want %.1f", i+1, y, want)
			}
		} else if y > frame.Y+frame.Height/10 {
			o.Errorf("the dot of run %d has no end, and is at %.1f of %+v", i+1, y, frame)
		}
		if d.Width < 5 || d.Height < 5 {
			o.Errorf("the dot of run %d is %v by %v pixels", i+1, d.Width, d.Height)
		}
	}
}

// A campaign's page has each run's dot in its place, in the light, in the dark, on a phone, on
// paper and in Chinese, and its links lead to the folders beside it.
func TestBrowserCampaign(t *testing.T) {
	ctx := start(t)
	mode := func(name string) step {
		return media(emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: name}}})
	}
	for _, x := range []struct {
		name   string
		in     *words.Language
		width  int
		before []step
	}{
		{"light", words.English, 1100, []step{mode("light")}},
		{"dark", words.English, 1100, []step{mode("dark")}},
		{"phone", words.English, 390, []step{chromedp.EmulateViewport(390, 844,
			chromedp.EmulateMobile)}},
		{"print", words.English, 703, []step{chromedp.EmulateViewport(703, 1000),
			media(emulation.SetEmulatedMediaParams{Media: "print"})}},
		{"zh", words.Chinese, 1100, nil},
	} {
		t.Run(x.name, func(t *testing.T) {
			o, c := campaignTab(ctx, t, x.in, x.before...)
			o.wantDots(c)
			o.wantNoOverflow(x.width)
			paper := o.color("body", "backgroundColor")
			for what, least := range map[string]float64{"use.met": 3, "use.missed": 3,
				"use.undecided": 3, "h1": 4.5, "td": 4.5, ".scale span": 4.5, ".key span": 4.5,
				"table a": 4.5, ".says li": 4.5} { // WCAG 2 AA, of graphics and of text
				if ink := o.color(what, "color"); contrast(ink, paper) < least {
					t.Errorf("%s: %v on %v is a contrast of %.1f, want %v", what, ink, paper,
						contrast(ink, paper), least)
				}
			}
			if have := eval[string](o, `document.querySelector(".dots a").href.baseVal`); have !=
				"001/report.html" {
				t.Errorf("the first dot leads to %q", have)
			}
			if n := eval[int](o, `document.scripts.length`); n != 0 {
				t.Errorf("have %d scripts", n)
			}
			o.keep("campaign-" + x.name)
		})
	}
}

// Who has no browser is told what to do.
func TestBrowserMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := browser(); err == nil ||
		!strings.Contains(err.Error(), "apt-get install chromium") {
		t.Errorf("have %v", err)
	}
}
