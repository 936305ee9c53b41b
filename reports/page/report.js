"use strict";
(() => {
const {series, card, words} = JSON.parse(document.getElementById("data").textContent);
const ink = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const say = (key, ...values) => values.reduce((s, v) => s.replace("%", v), words[key]);

// Numbers, as people read them.
const digits = (n, d) => n.toLocaleString("en", {maximumFractionDigits: d});
const whole = v => v == null ? "–" : digits(v, 0);
const percent = v => v == null ? "–" : digits(Math.floor(v * 1e4) / 100, 2) + " %"; // cut, never rounded up
const lasting = v => v == null ? "–" : v < 0.001 ? digits(v * 1e6, 0) + " µs" : v < 1 ? digits(v * 1e3, v < 0.01 ? 2 : 1) + " ms" : digits(v, 2) + " s";
const clock = v => v == null ? "–" : digits(v, v < 100 ? 1 : 0) + " s";

// What is shown on every chart: when faults were on, and when users had an outage.
const known = v => v != null && v >= 0;
const bands = [];
for (const f of card.faults) {
  if (known(f.inject)) {
    bands.push({kind: "fault", from: f.inject, to: known(f.clear) ? f.clear : known(f.lift) ? f.lift : Infinity, name: f.name});
  }
}
const outages = card.outages.map(o => ({kind: "outage", from: o.onset, to: o.censored ? Infinity : o.recovery, give: o.resolution_seconds, name: o.group}));
const marks = card.picture.marks.filter(m => !/^(onset|recovered)/.test(m.name));

const charts = {};
let zoomed = null;

// place puts what stands for an instant or a stretch onto a chart.
function place(u, full) {
  u.over.querySelectorAll(".band, .mark, .lane").forEach(e => e.remove());
  const x = s => Math.max(-1, Math.min(u.over.clientWidth + 1, u.valToPos(Math.min(s, u.data[0].at(-1) + series.step_seconds), "x")));
  const within = (a, b) => b >= u.scales.x.min && a <= u.scales.x.max;
  const put = (cls, from, to, title) => {
    const e = document.createElement("div");
    e.className = cls;
    e.title = title || "";
    e.style.left = x(from) + "px";
    if (to != null) e.style.width = Math.max(1, x(to) - x(from)) + "px";
    u.over.prepend(e);
    return e;
  };
  for (const b of full ? [...bands, ...outages] : bands) {
    if (within(b.from, b.to)) put("band " + b.kind, b.from, b.to, b.name);
  }
  let last = -Infinity, row = 0;
  for (const m of marks) {
    if (!within(m.at, m.at)) continue;
    const e = put("mark", m.at, null, `${m.name} ${clock(m.at)}`);
    e.dataset.at = m.at;
    if (!full) continue;
    const label = document.createElement("span");
    label.textContent = m.name;
    row = x(m.at) - last < 70 ? (row + 1) % 5 : 0;
    last = x(m.at);
    label.style.top = 1 + 14 * row + "px";
    if (x(m.at) > u.over.clientWidth - 90) { label.style.left = "auto"; label.style.right = "3px"; }
    e.append(label);
  }
}

const axis = (more = {}) => ({stroke: () => ink("--soft"), grid: {stroke: () => ink("--line"), width: 1}, ticks: {stroke: () => ink("--line"), width: 1}, font: "12px system-ui, sans-serif", ...more});

// zoom shows the same stretch on all charts.
function zoom(min, max) {
  if (zoomed) return;
  zoomed = true;
  for (const u of Object.values(charts)) u.setScale("x", {min, max});
  zoomed = null;
}
const ends = () => [series.at[0], series.at.at(-1) + series.step_seconds];

// room is what the names beside the charts have, the same for all: instants stand below each other.
const room = () => document.body.clientWidth < 640 ? 84 : 150;

function chart(id, height, y, columns, more = {}) {
  const at = document.getElementById(id);
  if (!at) return;
  const opts = {
    width: Math.max(200, at.clientWidth), height, padding: [8, 12, 0, 0],
    scales: {x: {time: false, range: (u, min, max) => min == null ? ends() : [min, max]}, y: more.scale || {}},
    axes: [axis({values: (u, all) => all.map(clock)}), axis({size: room(), ...y})],
    series: [{label: words.time, value: (u, v) => clock(v)}, ...columns.map(c => c.series)],
    cursor: {sync: {key: "run"}, drag: {x: true, y: false}, focus: {prox: 30}},
    legend: {show: !more.bare, live: true},
    bands: more.bands,
    hooks: {
      draw: [u => (more.place || place)(u, !!more.full)],
      setScale: [(u, key) => { if (key === "x" && !zoomed) zoom(u.scales.x.min, u.scales.x.max); }],
    },
  };
  const u = new uPlot(opts, [series.at, ...columns.map(c => c.data)], at);
  u.over.addEventListener("dblclick", () => zoom(...ends()));
  charts[id] = u;
  new ResizeObserver(() => { if (Math.abs(at.clientWidth - u.width) > 1) u.setSize({width: Math.max(200, at.clientWidth), height}); }).observe(at);
  at.tabIndex = 0;
  at.addEventListener("keydown", e => keys(u, e));
  return u;
}

// keys move the cursor, and zoom.
function keys(u, e) {
  const {min, max} = u.scales.x, [first, last] = ends(), n = series.at.length;
  const i = u.cursor.idx ?? u.valToIdx((min + max) / 2);
  const go = k => {
    k = Math.max(0, Math.min(n - 1, k));
    u.setCursor({left: u.valToPos(series.at[k], "x"), top: u.over.clientHeight / 2});
  };
  const at = series.at[Math.max(0, Math.min(n - 1, i))];
  const to = {
    ArrowLeft: () => go(i - (e.shiftKey ? 10 : 1)), ArrowRight: () => go(i + (e.shiftKey ? 10 : 1)),
    Home: () => go(0), End: () => go(n - 1),
    "+": () => zoom(Math.max(first, at - (max - min) / 4), Math.min(last, at + (max - min) / 4)),
    "-": () => zoom(Math.max(first, min - (max - min) / 2), Math.min(last, max + (max - min) / 2)),
    "0": () => zoom(first, last), Escape: () => zoom(first, last),
  }[e.key];
  if (to) { to(); e.preventDefault(); }
}

const line = (label, data, color, value, more = {}) => ({data, series: {label, value: (u, v) => value(v), stroke: () => ink(color), width: 1.5, points: {show: series.at.length < 40}, spanGaps: false, ...more}});

// The users, all of them or a group.
const share = g => g.sent.map((n, i) => n ? (n - g.failed[i]) / n : null);
function group(g) {
  const c = [share(g), g.worst], l = [g.p50, g.p95, g.p99, g.max], d = [g.due, g.sent];
  charts.success?.setData([series.at, ...c], false);
  charts.latency?.setData([series.at, ...l, series.at.map(() => g.slow_seconds || null)], false);
  charts.sent?.setData([series.at, ...d], false);
  for (const id of ["success", "latency", "sent"]) charts[id]?.redraw(true, true);
  zoom(...ends());
}

// stacked gives columns that stand on each other, and what each is by itself.
const colors = ["--red", "--blue", "--orange", "--purple", "--green", "--sky", "--ink", "--unsure", "--good", "--soft"];
function stacked(all, value) {
  const sums = series.at.map(() => 0);
  return all.map((c, k) => {
    const data = c.count.map((n, i) => (sums[i] += n) || null);
    return {data, series: {label: c.name || words.others, stroke: () => ink(colors[k % colors.length]), fill: () => ink(colors[k % colors.length]), width: 0,
      paths: uPlot.paths.bars({size: [1, Infinity], align: 1}), points: {show: false}, value: (u, v, s, i) => i == null ? "–" : value(c.count[i] || 0)}};
  }).reverse();
}

// lanes are who knew what when: the faults, the users' outages, and the watchers below.
function lanes() {
  const rows = [
    ...card.faults.filter(f => known(f.inject)).map(f => ({name: f.name, color: "--red", spans: [{from: [f.inject, f.inject], to: known(f.clear) ? [known(f.lift) ? f.lift : f.clear, f.clear] : null}]})),
    ...[...new Set(card.outages.map(o => o.group))].map(g => ({name: say("outage_of", g), color: "--soft",
      spans: card.outages.filter(o => o.group === g).map(o => ({from: [o.onset - o.resolution_seconds, o.onset + o.resolution_seconds], to: o.censored ? null : [o.recovery - o.resolution_seconds, o.recovery + o.resolution_seconds]}))})),
    ...ideal(),
    ...series.watchers.map((w, i) => ({name: w.name, color: ["--blue", "--purple", "--green"][i % 3], spans: w.alarms.map(a => ({from: a.raised, to: a.content}))})),
  ];
  if (!rows.length) return;
  const high = 26, names = rows.map(r => r.name).reverse();
  chart("lanes", rows.length * high + 44, {splits: () => names.map((_, i) => i + 0.5), values: () => names.map(n => [...n].length > room() / 7.5 ? [...n].slice(0, room() / 7.5 - 1).join("") + "…" : n), grid: {show: false}},
    [{data: series.at.map(() => null), series: {label: "", show: true}}],
    {bare: true, scale: {range: [0, rows.length]}, place: u => {
      place(u, false);
      const x = s => Math.max(0, Math.min(u.over.clientWidth, u.valToPos(s, "x"))), end = ends()[1];
      rows.forEach((r, k) => r.spans.forEach(s => {
        const e = document.createElement("div"), to = s.to ? s.to[1] : end;
        if (to < u.scales.x.min || s.from[0] > u.scales.x.max) return;
        e.className = "lane" + (s.to ? "" : " open");
        e.dataset.name = r.name;
        e.title = `${r.name}: ${clock(s.from[1])} – ${s.to ? clock(s.to[1]) : words.not_over}`;
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

// ideal is the observer of every request, from when the watchers were behind it.
function ideal() {
  for (const w of card.watchers) {
    const m = card.picture.marks.find(m => m.name === w.name + " noticed");
    if (m && w.detection_lag && !w.detection_lag.censored) {
      const at = m.at - w.detection_lag.seconds;
      return [{name: words.ideal, color: "--ink", spans: [{from: [at, at], to: [at, at]}]}];
    }
  }
  return [];
}

function draw() {
  const all = series.groups[0];
  if (!all || !series.at.length) return;
  chart("success", 220, {values: (u, v) => v.map(percent)}, [
    line(words.success, share(all), "--blue", percent, {width: 2}),
    line(words.worst, all.worst, "--red", percent, {dash: [3, 3], width: 1}),
  ], {full: true, scale: {range: (u, min) => [min == null || min > 0.9 ? Math.max(0, Math.min(0.99, min ?? 0) - 0.005) : 0, 1.002]}});
  lanes();
  chart("latency", 220, {values: (u, v) => v.map(n => n == null ? "" : lasting(n))}, [
    line("p50", all.p50, "--green", lasting), line("p95", all.p95, "--blue", lasting, {dash: [8, 3]}),
    line("p99", all.p99, "--purple", lasting, {dash: [2, 3]}), line(words.max, all.max, "--soft", lasting, {width: 1}),
    line(words.slow, series.at.map(() => all.slow_seconds || null), "--orange", lasting, {width: 1, dash: [12, 6]}),
  ], {scale: {distr: 3}});
  if (series.classes.length) chart("failures", 180, {values: (u, v) => v.map(whole)}, stacked(series.classes, whole), {scale: {range: (u, min, max) => [0, Math.max(1, max || 1)]}});
  chart("sent", 150, {values: (u, v) => v.map(whole)}, [
    line(words.due, all.due, "--orange", whole, {dash: [6, 4]}), line(words.sent, all.sent, "--blue", whole),
  ], {scale: {range: (u, min, max) => [0, Math.max(1, (max || 1) * 1.05)]}});
  if (series.nodes.length) chart("nodes", 170, {values: (u, v) => v.map(whole)}, stacked(series.nodes, whole), {scale: {range: (u, min, max) => [0, Math.max(1, max || 1)]}});
  chart("connections", 170, {values: (u, v) => v.map(percent)}, [
    line(words.fresh, share(series.new), "--orange", percent), line(words.standing, share(series.standing), "--blue", percent, {dash: [8, 3]}),
  ], {scale: {range: [0, 1.002]}});
}

draw();
const choice = document.getElementById("group");
if (choice) choice.addEventListener("change", () => group(series.groups[choice.value]));
document.getElementById("reset")?.addEventListener("click", () => zoom(...ends()));
const redraw = () => Object.values(charts).forEach(u => u.redraw(false, true));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
addEventListener("beforeprint", () => { document.documentElement.dataset.theme = "light"; redraw(); });
addEventListener("afterprint", () => { delete document.documentElement.dataset.theme; redraw(); });
window.stormdrill = {charts, series, card, zoom};
})();
