"use strict";
(() => {
const {series, card, marks, words} = JSON.parse(document.getElementById("data").textContent);
for (const key of ["at", "groups", "classes", "nodes", "watchers", "parts"]) series[key] ??= []; // of a run that did not begin
for (const key of ["faults", "outages", "watchers"]) card[key] ??= [];
const ink = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const say = (key, ...values) => values.reduce((s, v) => s.replace("%", () => v), words[key]);

// Numbers, as people read them; where there is none, nothing.
const digits = (n, d) => n.toLocaleString("en", {maximumFractionDigits: d});
// As words.Percent: rounded, and what is not all and not none never reads so.
function percent(v) {
  if (v == null) return "";
  const nines = v > 0 && v < 1 ? Math.min(Math.max(Math.round(v * 1e9), 1), 1e9 - 1) : Math.round(v * 1e9);
  for (let d = 2; ; d++) {
    const scale = 10 ** (7 - d), shown = Math.round(nines / scale) * scale;
    if (d === 7 || shown === nines || shown !== 0 && shown !== 1e9) return digits(shown / 1e7, d) + "%";
  }
}
const lasting = v => v == null ? "" : v < 0.001 ? digits(v * 1e6, 0) + " µs" : v < 1 ? digits(v * 1e3, v < 0.01 ? 2 : 1) + " ms" : digits(v, 2) + " s";
const rate = v => v == null ? "" : digits(v, v < 1 ? 2 : v < 100 ? 1 : 0) + words["a-second"];
const clock = (v, d = 1) => v == null ? "" : v < 300 ? digits(v, d) + " s"
  : (v >= 3600 ? Math.floor(v / 3600) + ":" + String(Math.floor(v / 60) % 60).padStart(2, "0") : Math.floor(v / 60)) + ":" + String(digits(v % 60, d)).padStart(2, "0");

// A column is drawn to the end of its last step, so the last value stands there as well.
const steps = series.at.length, xs = [...series.at, series.end];
const toEnd = col => [...col, col.at(-1)];
const lasts = series.at.map((t, i) => xs[i + 1] - t);
const aSecond = col => col.map((n, i) => n / lasts[i]);
const ends = () => [0, series.end];
// stepAt is the step that an instant lies in; the point that is next to it is i.
const stepAt = (x, i) => Math.max(0, Math.min(steps - 1, xs[i] > x ? i - 1 : i));

// What is shown on every chart: when faults were on, and when users had an outage.
const known = v => v != null && v >= 0;
const partsOf = f => series.parts.find(p => p.fault === f.name)?.on;
const warm = series.steady > 0 ? [{kind: "warm", from: 0, to: series.steady}] : [];
const bands = [...warm, ...card.faults.filter(f => known(f.inject)).flatMap(f =>
  partsOf(f)?.map(([from, to]) => ({kind: "fault", from, to})) ??
  [{kind: "fault", from: f.inject, to: known(f.clear) ? f.clear : known(f.lift) ? f.lift : Infinity}])];
const outages = card.outages.map(o => ({kind: "outage", from: o.onset, to: o.censored ? Infinity : o.recovery}));

// How finely an instant is known: a watcher's by its answers, the users' by the outage's.
for (const m of marks) {
  for (const w of series.watchers) for (const a of w.alarms) for (const [what, span] of [["noticed", a.raised], ["content", a.content]]) {
    if (span && m.what === what && m.of === w.name && span[0] <= m.at + 1e-3 && m.at <= span[1] + 1e-3) m.give = span;
  }
  for (const o of card.outages) for (const [what, at] of [["onset", o.onset], ["recovered", o.recovery]]) {
    if (m.what === what && Math.abs(m.at - at) < 1e-3) m.give = [at - o.resolution_seconds, at + o.resolution_seconds];
  }
}
const users = m => m.what === "onset" || m.what === "recovered";

const charts = {};
let zooming = false;

// place puts what stands for an instant or a stretch onto a chart: stretches below its
// lines, instants above.
function place(u, full) {
  for (const at of [u.over, u.under]) at.querySelectorAll(".band, .mark, .lane").forEach(e => e.remove());
  const wide = u.over.clientWidth;
  const x = s => Math.max(-1, Math.min(wide + 1, u.valToPos(Math.min(s, series.end), "x")));
  const within = (a, b) => b >= u.scales.x.min && a <= u.scales.x.max;
  const put = (into, cls, left, width) => {
    const e = document.createElement("div");
    e.className = cls;
    e.style.left = left + "px";
    if (width != null) e.style.width = Math.max(1, width) + "px";
    into.append(e);
    return e;
  };
  for (const b of full ? [...bands, ...outages] : bands) {
    if (within(b.from, b.to)) put(u.under, "band " + b.kind, x(b.from), x(b.to) - x(b.from));
  }
  for (const m of marks) {
    if (!within(m.at, m.at) || !full && users(m)) continue;
    const e = put(u.over, "mark", x(m.at));
    e.dataset.at = m.at;
    e.dataset.name = `${m.what} ${m.of}`;
    if (!full) continue;
    if (m.give) put(e, "give", x(m.give[0]) - x(m.at), x(m.give[1]) - x(m.give[0]));
    m.label = document.createElement("span");
    m.label.textContent = m.text;
    e.append(m.label);
  }
  if (full) tell(u);
}

// tell puts the names of instants into rows above the plot, so that none covers another: of those
// that are close, the earlier stands above, and has a pole down to the plot.
const high = 15, mostRows = 12;
function tell(u) {
  const rows = [], wide = u.over.clientWidth;
  for (const m of marks) {
    if (!m.label?.isConnected) continue;
    const at = m.label.parentNode.offsetLeft, long = m.label.offsetWidth;
    const left = at + long > wide + 10 && at - long >= -room();
    m.label.classList.toggle("left", left);
    const from = left ? at - long : at, to = left ? at : at + long;
    let row = rows.findIndex(taken => taken.every(([a, b]) => to + 4 <= a || from >= b + 4));
    if (row < 0) row = rows.length;
    (rows[row] ??= []).push([from, to]);
    m.label.hidden = row >= mostRows;
    m.label.dataset.row = row;
    m.label.parentNode.style.top = 0;
  }
  const lowest = Math.min(mostRows, rows.length);
  for (const {label} of marks) {
    if (!label?.isConnected) continue;
    label.style.top = -high * (lowest - label.dataset.row) + "px";
    label.style.setProperty("--pole", high * (lowest - 1 - label.dataset.row) + "px");
  }
  const needs = high * Math.min(mostRows, rows.length) + 4;
  const whole = u.scales.x.max - u.scales.x.min >= series.end * 0.999;
  if (needs > (u.above || 0) || whole && needs !== u.above) { // zooming in, the page does not jump
    u.above = needs;
    queueMicrotask(() => u.setSize({width: u.width, height: u.plot + needs}));
  }
}

const axis = (more = {}) => ({stroke: () => ink("--soft"), grid: {stroke: () => ink("--line"), width: 1}, ticks: {stroke: () => ink("--line"), width: 1}, font: "12px system-ui, sans-serif", ...more});
const increments = [.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400, 604800, 2592000];
const instants = (u, all, i, space, by) => all.map(v => clock(v, by < 1 ? Math.ceil(-Math.log10(by)) : 0));

// zoom shows the same stretch on all charts.
function zoom(min, max) {
  if (zooming) return;
  zooming = true;
  for (const u of Object.values(charts)) u.setScale("x", {min, max});
  zooming = false;
}

// room is what the names beside the charts have, the same for all: instants stand below each other.
const room = () => document.body.clientWidth < 640 ? 88 : 140;
const width = at => Math.max(200, at.clientWidth);

function chart(id, height, y, columns, more = {}) {
  const at = document.getElementById(id);
  if (!at) return;
  const stroke = (u, i) => u.series[i].dash ? u.series[i].dash[0] > 4 ? "dashed" : "dotted" : "solid";
  const opts = {
    width: width(at), height, padding: [u => 8 + (u.above || 0), 24, 0, 0],
    scales: {x: {time: false, range: (u, min, max) => min == null ? ends() : [min, max]}, y: more.scale || {}},
    axes: [axis({values: instants, incrs: increments, space: 60}), axis({size: room, ...y})],
    series: [{label: words.time, value: (u, v, s, i) => i == null ? "" : clock(xs[i], 2)}, ...columns.map(c => c.series)],
    cursor: {sync: {key: "run"}, drag: {x: true, y: false}, focus: {prox: 30}, dataIdx: (u, s, i, x) => stepAt(x, i)},
    legend: {show: !more.bare, live: true, markers: {width: 2, dash: stroke, fill: (u, i) => u.series[i].sample?.() ?? "transparent"}},
    hooks: {
      drawClear: more.below ? [more.below] : [],
      draw: [u => (more.place || place)(u, !!more.full)],
      ready: [present], setData: [present],
      setScale: [(u, key) => { if (key === "x" && !zooming) zoom(u.scales.x.min, u.scales.x.max); }],
    },
  };
  const u = new uPlot(opts, [xs, ...columns.map(c => toEnd(c.data))], at);
  u.plot = height;
  u.over.addEventListener("dblclick", () => zoom(...ends()));
  charts[id] = u;
  new ResizeObserver(() => { if (Math.abs(at.clientWidth - u.width) > 1) resize(u, width(at)); }).observe(at);
  at.tabIndex = 0;
  at.addEventListener("keydown", e => keys(u, e));
  return u;
}
const resize = (u, wide) => u.setSize({width: wide, height: u.plot + (u.above || 0)});

// present leaves out of a legend what its chart has nothing of, as standing connections where each
// request has its own. It may have some of another group.
function present(u) {
  u.root.querySelectorAll(".u-legend .u-series").forEach((row, i) => {
    row.style.display = i === 0 || u.data[i].some(v => v != null) ? "" : "none";
  });
}

// keys move the cursor, and zoom.
function keys(u, e) {
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  const {min, max} = u.scales.x, [first, last] = ends();
  const mid = u.cursor.idx == null ? (min + max) / 2 : u.posToVal(u.cursor.left, "x");
  const i = stepAt(mid, u.valToIdx(mid)), far = e.shiftKey ? 10 : 1;
  const go = k => {
    k = Math.max(0, Math.min(steps - 1, k));
    u.setCursor({left: u.valToPos(xs[k] + lasts[k] / 2, "x"), top: u.over.clientHeight / 2}, true, true);
  };
  const at = xs[i];
  const closer = () => zoom(Math.max(first, at - (max - min) / 4), Math.min(last, at + (max - min) / 4));
  const back = () => zoom(first, last);
  const to = {
    ArrowLeft: () => go(i - far), ArrowRight: () => go(i + far), Home: () => go(0), End: () => go(steps - 1),
    "+": closer, "=": closer, "0": back, Escape: back,
    "-": () => zoom(Math.max(first, min - (max - min) / 2), Math.min(last, max + (max - min) / 2)),
  }[e.key];
  if (to) { to(); e.preventDefault(); }
}

// What a step had holds for all of it: a slope would begin before what it shows.
const stepped = {paths: uPlot.paths.stepped({align: 1}), points: {show: false}};
const line = (label, data, color, value, more = {}) => ({data, series: {label, class: "thin", value: (u, v) => value(v), stroke: () => ink(color), width: 1.5, spanGaps: false, ...stepped, ...more}});

// The users, all of them or a group.
const share = g => g.sent.map((n, i) => n ? (n - g.failed[i]) / n : null);
let chosen = series.groups[0];
function group(g) {
  chosen = g;
  const set = (id, ...columns) => charts[id]?.setData([xs, ...columns.map(toEnd)]);
  set("success", share(g), g.worst);
  set("latency", g.max, g.p50, g.p95, g.p99, slow(g));
  set("sent", aSecond(g.due), aSecond(g.sent));
  zoom(...ends());
}
const slow = g => series.at.map(() => g.slow_seconds || null);

// failed marks, at the foot of a chart, each step in which a request failed: one in an hour
// is seen.
function failed(u) {
  const {ctx, bbox} = u, tall = 4 * devicePixelRatio;
  ctx.save();
  ctx.fillStyle = ink("--red");
  chosen.failed.forEach((n, i) => {
    const a = u.valToPos(xs[i], "x", true), b = u.valToPos(xs[i + 1], "x", true);
    if (n && b > bbox.left && a < bbox.left + bbox.width) {
      const from = Math.max(a, bbox.left);
      ctx.fillRect(from, bbox.top + bbox.height - tall, Math.max(2, Math.min(b, bbox.left + bbox.width) - from), tall);
    }
  });
  ctx.restore();
}

// What is stacked is told apart by a pattern as well as by a colour. Who answers has none of the
// colours of what failed: those two are told apart by everybody, whatever colours they see, and
// so many patterns are for so many colours that no two of fifteen are alike.
const failing = ["--red", "--ink", "--orange"], answering = ["--blue", "--green", "--purple"];
const angles = [null, 45, 135, 0, 90];
function pattern(name, k) {
  const color = ink(name), angle = angles[k % angles.length];
  if (angle == null) return color;
  const tile = document.createElement("canvas"), n = 8, c = tile.getContext("2d");
  tile.width = tile.height = n;
  c.fillStyle = color;
  c.fillRect(0, 0, n, n);
  c.strokeStyle = ink("--paper");
  c.lineWidth = 1.2;
  c.beginPath();
  for (const d of [-n, 0, n]) {
    if (angle === 45) { c.moveTo(d, n); c.lineTo(d + n, 0); }
    if (angle === 135) { c.moveTo(d, 0); c.lineTo(d + n, n); }
  }
  if (angle === 0) { c.moveTo(0, n / 2); c.lineTo(n, n / 2); }
  if (angle === 90) { c.moveTo(n / 2, 0); c.lineTo(n / 2, n); }
  c.stroke();
  return c.createPattern(tile, "repeat");
}
function sample(name, k) {
  const color = `var(${name})`, angle = angles[k % angles.length];
  return angle == null ? color : `repeating-linear-gradient(${angle === 45 ? 135 : angle === 135 ? 45 : angle}deg, ${color} 0 4px, var(--paper) 4px 5.2px)`;
}

// stacked gives columns that stand on each other, and what each is by itself.
function stacked(all, colors) {
  const sums = series.at.map(() => 0);
  return all.map((c, k) => {
    const own = aSecond(c.count), sum = own.map((n, i) => sums[i] += n);
    // A step is drawn to the next value, which has to be one: after the last of a burst it is 0.
    const data = sum.map((n, i) => n || (sum[i - 1] ? 0 : null));
    const name = colors[k % colors.length];
    return {data, series: {label: c.name || words.others, stroke: () => ink(name), fill: () => pattern(name, k), sample: () => sample(name, k), width: 1, ...stepped,
      value: (u, v, s, i) => i == null ? "" : rate(toEnd(own)[i])}};
  }).reverse();
}
const fromZero = more => ({range: (u, min, max) => [0, Math.max(1, (max || 1) * more)]});

// lanes are who knew what when: the faults, the users' outages, and the watchers below.
function lanes() {
  const about = (at, give) => [at - give, at + give];
  const rows = [
    ...card.faults.filter(f => known(f.inject)).map(f => ({name: f.name, color: "--red", spans: partsOf(f)?.map(([a, b]) => ({from: [a, a], to: [b, b]})) ??
      [{from: [f.inject, f.inject], to: known(f.clear) ? [known(f.lift) ? f.lift : f.clear, f.clear] : null}]})),
    ...[...new Set(card.outages.map(o => o.group))].map(g => ({name: say("outage-of", g), color: "--soft",
      spans: card.outages.filter(o => o.group === g).map(o => ({from: about(o.onset, o.resolution_seconds), to: o.censored ? null : about(o.recovery, o.resolution_seconds)}))})),
    ...ideal(),
    ...series.watchers.map((w, i) => ({name: w.name, color: ["--blue", "--purple", "--green"][i % 3], spans: w.alarms.map(a => ({from: a.raised, to: a.content}))})),
  ];
  if (!rows.length) return;
  const tall = document.body.clientWidth < 640 ? 38 : 26, names = rows.map(r => r.name).reverse();
  // A name that is too long has two lines where they fit, and is cut only then.
  const short = n => {
    const all = [...n], fits = Math.floor((room() - 12) / 7);
    if (all.length <= fits) return n;
    if (tall < 38) return all.slice(0, fits - 1).join("") + "…";
    const cut = all.slice(0, fits).findLastIndex(c => /[-\s/:.]/.test(c)) + 1 || fits;
    const rest = all.slice(cut);
    return all.slice(0, cut).join("") + "\n" + (rest.length > fits ? rest.slice(0, fits - 1).join("") + "…" : rest.join(""));
  };
  chart("lanes", rows.length * tall + 44, {splits: () => names.map((_, i) => i + 0.5), values: () => names.map(short), grid: {show: false}},
    [{data: series.at.map(() => null), series: {label: "", show: true}}],
    {bare: true, scale: {range: [0, rows.length]}, place: u => {
      place(u, false);
      const x = s => Math.max(0, Math.min(u.over.clientWidth, u.valToPos(s, "x"))), end = series.end;
      rows.forEach((r, k) => r.spans.forEach(s => {
        const e = document.createElement("div"), to = s.to ? s.to[1] : end;
        if (to < u.scales.x.min || s.from[0] > u.scales.x.max) return;
        e.className = "lane" + (s.to ? "" : " open");
        e.dataset.name = r.name;
        e.title = `${r.name}: ${clock(s.from[1], 2)} – ${s.to ? clock(s.to[1], 2) : words["not-over"]}`;
        e.style.cssText = `color: var(${r.color}); left: ${x(s.from[0])}px; width: ${Math.max(2, x(to) - x(s.from[0]))}px; top: ${k * u.over.clientHeight / rows.length + 4}px; height: ${u.over.clientHeight / rows.length - 8}px`;
        for (const [a, b] of [s.from, s.to || [0, 0]]) { // the doubt about each end is lighter
          if (x(b) - x(a) < 1.5) continue;
          const g = document.createElement("div");
          g.className = "give";
          g.style.left = x(a) - x(s.from[0]) + "px";
          g.style.width = x(b) - x(a) + "px";
          e.append(g);
        }
        u.over.append(e);
      }));
    }});
}

// ideal is the observer of every request: a watcher that noticed was so far behind it. Where
// none did, it counts from the first effect on users, or from their outage if that came before.
function ideal() {
  let at = null;
  for (const w of card.watchers) {
    const m = marks.find(m => m.what === "noticed" && m.of === w.name);
    if (at == null && m && w.detection_lag && !w.detection_lag.censored) at = m.at - w.detection_lag.seconds;
  }
  if (at == null && card.times.ideal) {
    const from = [...card.outages.filter(o => o.by?.length).map(o => o.onset),
      ...card.faults.filter(f => known(f.effect) && !f.proof.own).map(f => f.effect)];
    const injected = Math.min(...card.faults.filter(f => known(f.inject)).map(f => f.inject));
    at = Math.max(injected, Math.min(...from)) + card.times.ideal.seconds;
  }
  return Number.isFinite(at ?? NaN) ? [{name: words.ideal, color: "--ink", spans: [{from: [at, at], to: [at, at]}]}] : [];
}

function draw() {
  const all = series.groups[0];
  if (!all || !steps) return;
  const shares = {values: (u, v) => v.map(percent)}, rates = {values: (u, v) => v.map(rate)};
  chart("success", 210, shares, [
    line(words.success, share(all), "--blue", percent, {width: 2}),
    line(words.worst, all.worst, "--red", percent, {dash: [3, 3], width: 1}),
  ], {full: true, below: failed, scale: {range: (u, min) => [min == null || min > 0.9 ? Math.max(0, Math.min(0.99, min ?? 0) - 0.005) : 0, 1.002]}});
  lanes();
  chart("latency", 220, {values: (u, v) => v.map(n => n == null ? "" : lasting(n))}, [
    line(words.max, all.max, "--soft", lasting, {width: 1}), // below what it would cover
    line("p50", all.p50, "--green", lasting), line("p95", all.p95, "--blue", lasting, {dash: [8, 3]}),
    line("p99", all.p99, "--purple", lasting, {dash: [3, 3], width: 2}),
    line(words.slow, slow(all), "--orange", lasting, {width: 2, dash: [12, 6]}),
  ], {scale: {distr: 3}});
  if (series.classes.length) chart("failures", 180, rates, stacked(series.classes, failing), {scale: fromZero(1.05)});
  chart("sent", 150, rates, [
    line(words.due, aSecond(all.due), "--soft", rate, {width: 3, dash: [6, 4]}), line(words.sent, aSecond(all.sent), "--blue", rate),
  ], {scale: fromZero(1.1)});
  if (series.nodes.length) chart("nodes", 170, rates, stacked(series.nodes, answering), {scale: fromZero(1.02)});
  chart("connections", 170, shares, [
    line(words.fresh, share(series.new), "--purple", percent), line(words.standing, share(series.standing), "--blue", percent, {dash: [8, 3]}),
  ], {scale: {range: [0, 1.02]}});
}

draw();
const choice = document.getElementById("group");
if (choice) choice.addEventListener("change", () => group(series.groups[choice.value]));
document.getElementById("reset").addEventListener("click", () => zoom(...ends()));
const redraw = () => Object.values(charts).forEach(u => u.redraw(false, true));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
// On paper: light, and as wide as an A4 page between its margins, whatever the window is.
const onPaper = 700;
addEventListener("beforeprint", () => {
  document.documentElement.dataset.theme = "light";
  for (const more of document.querySelectorAll("details")) more.open = true;
  for (const u of Object.values(charts)) { resize(u, onPaper); u.redraw(false, true); }
});
addEventListener("afterprint", () => {
  delete document.documentElement.dataset.theme;
  for (const u of Object.values(charts)) { resize(u, width(document.getElementById(u.root.parentNode.id))); u.redraw(false, true); }
});
window.stormdrill = {charts, series, card, marks, zoom, percent};
})();
