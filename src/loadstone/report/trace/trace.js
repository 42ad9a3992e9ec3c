"use strict";
const trace = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const ms = (seconds) => (seconds * 1000).toFixed(seconds < 0.00995 ? 2 : 1);
const ROW = 22;
const SHOWN = 10;

const imports = trace.imports;
const byNumber = new Map(imports.map((each) => [each.number, each]));
const roots = [];
for (const each of imports) { each.children = []; each.depth = 0; }
for (const each of imports) {
  const parent = byNumber.get(each.parent);
  if (parent) { parent.children.push(each); each.up = parent; } else { roots.push(each); }
}
// Only the time of imports is drawn. As they happened: the outermost ones stand side by side, those within at
// their own time. Or the biggest first, each at the beginning of what is left of the one that it is in.
let total = roots.reduce((sum, each) => sum + each.cumulative, 0);
function arrange(inOrder) {
  const waiting = [];
  const place = (group, start, moved) => {
    const sorted = inOrder ? group : [...group].sort((a, b) => b.cumulative - a.cumulative || a.number - b.number);
    for (const each of sorted) {
      each.left = moved ? start : start + each.started;
      each.depth = each.up ? each.up.depth + 1 : 0;
      if (moved) start += each.cumulative;
      waiting.push(each);
    }
  };
  place(roots, 0, true);
  while (waiting.length) {
    const each = waiting.pop();
    if (inOrder) place(each.children, each.left - each.started, false); else place(each.children, each.left, true);
  }
}
const own = imports.reduce((sum, each) => sum + each.own, 0);
const slowest = imports.reduce((most, each) => Math.max(most, each.own), 0);

const distributions = [];
for (const each of imports) {
  const name = each.distribution || "";
  let found = distributions.find((one) => one.name === name);
  if (!found) distributions.push(found = { name, own: 0, count: 0, first: each });
  found.own += each.own;
  found.count += 1;
}
distributions.sort((a, b) => b.own - a.own);

function element(tag, text, properties) {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = text;
  return Object.assign(made, properties);
}
function hue(name) {
  let hash = 7;
  for (const letter of name.split(".")[0]) hash = (hash * 31 + letter.codePointAt(0)) % 3600;
  return (hash * 47) % 360;
}
function share(seconds) { return `${(own ? (seconds / own) * 100 : 0).toFixed(1)} %`; }
// Below its package, a module is called by what is not the package's name.
function label(each) {
  const above = each.up && `${each.up.name}.`;
  return above && each.name.startsWith(above) ? each.name.slice(above.length - 1) : each.name;
}
function place(each) {
  return each.file === null ? "?" : each.line === null ? each.file : `${each.file}:${each.line}`;
}

// What is shown stands in the fragment of the address: it can be linked to, and "back" works.
const view = { zoom: null, sort: "-own", search: "", order: "" };
function read() {
  const given = new URLSearchParams(location.hash.slice(1));
  const zoomed = given.get("zoom");
  view.zoom = imports.find((each) => each.name === zoomed) || null;
  view.sort = given.get("sort") || "-own";
  view.search = given.get("search") || "";
  view.order = given.get("order") === "time" ? "time" : "";
  draw();
}
function go(changes) {
  const wanted = { zoom: view.zoom ? view.zoom.name : "", sort: view.sort, search: view.search, order: view.order, ...changes };
  const given = new URLSearchParams();
  for (const [key, value] of Object.entries(wanted)) {
    if (value && !(key === "sort" && value === "-own")) given.set(key, value);
  }
  const fragment = `#${given}`;
  if (fragment === (location.hash || "#")) return;
  if ("search" in changes) { history.replaceState(null, "", fragment); read(); } else { location.hash = fragment; }
}

function matches(each) {
  return view.search !== "" && each.name.toLowerCase().includes(view.search.toLowerCase());
}
function describe(each) {
  const box = $("detail");
  box.replaceChildren();
  if (!each) { box.append(element("span", "Point at an import to see its facts; click it to zoom, Escape to go back.", { className: "dim" })); return; }
  const lines = [
    `${ms(each.cumulative)} ms with what it imports (${share(each.cumulative)} of all), ${ms(each.own)} ms without (${share(each.own)}): finding ${ms(each.finding)}, loading ${ms(each.loading)}, executing ${ms(each.executing)}`,
    `imported by ${each.importer || "?"} at ${place(each)}`,
    each.lazy && `lazy: declared by ${each.lazy.importer || "?"} at ${place(each.lazy)}, used first where it is imported`,
    [each.kind, each.origin, each.finder && `found by ${each.finder}`, each.loader && `loaded by ${each.loader}`,
      each.size !== null && `${each.size.toLocaleString("en")} bytes`, each.compiled === true && "compiled", each.compiled === false && "cached",
      each.reload && "reload", each.thread && `thread ${each.thread}`].filter(Boolean).join(" · "),
  ];
  box.append(element("b", each.name));
  for (const line of lines.filter(Boolean)) box.append(element("div", line, { className: "dim" }));
  if (each.error !== null) {
    const outcome = each.swallowed === null ? "" : each.swallowed ? " (swallowed)" : " (raised)";
    box.append(element("div", `${each.error}: ${each.message}${outcome}`, { className: "bad" }));
  }
  if (!each.finished) box.append(element("div", "unfinished when the trace ended", { className: "bad" }));
}

function shownBars(width) {
  const from = view.zoom ? view.zoom.left : 0;
  const span = (view.zoom ? view.zoom.cumulative : total) || 1e-9;
  const above = new Set();
  for (let each = view.zoom && view.zoom.up; each; each = each.up) above.add(each);
  const bars = [];
  for (const each of imports) {
    let left = ((each.left - from) / span) * width;
    let right = ((each.left + each.cumulative - from) / span) * width;
    if (above.has(each)) { left = 0; right = width; }
    if (right < 0 || left > width || right - left < 0.4 || (view.zoom && each.depth < view.zoom.depth && !above.has(each))) continue;
    if (view.zoom && each.depth === view.zoom.depth && each !== view.zoom) continue;
    left = Math.max(left, 0);
    right = Math.min(right, width);
    bars.push({ each, left, width: Math.max(right - left, 0.6), isAbove: above.has(each), text: right - left > 30 ? `${label(each)} ${ms(each.cumulative)}` : "" });
  }
  return bars;
}
function drawChart() {
  const chart = $("chart");
  arrange(view.order === "time");
  const shown = shownBars(chart.clientWidth || 1000);
  chart.replaceChildren(...shown.map(({ each, left, width, isAbove, text }) => {
    const bar = element("button", text);
    bar.style.cssText = `left:${left}px;width:${width}px;top:${each.depth * ROW}px;--hue:${hue(each.name)}`;
    if (width < 12) bar.style.padding = 0;
    bar.setAttribute("aria-label", `${each.name}, ${ms(each.cumulative)} milliseconds`);
    if (each.error !== null) bar.classList.add("failed");
    if (isAbove) bar.classList.add("above");
    if (matches(each)) bar.classList.add("match");
    bar.onclick = () => go({ zoom: each === view.zoom ? "" : each.name });
    bar.onmouseenter = bar.onfocus = () => describe(each);
    return bar;
  }));
  chart.style.height = `${(Math.max(0, ...shown.map((bar) => bar.each.depth)) + 1) * ROW}px`;
  chart.classList.toggle("searching", view.search !== "");
  $("order").textContent = view.order === "time" ? "as they happened" : "biggest first";
  const trail = [];
  for (let each = view.zoom; each; each = each.up) {
    const name = each.name;
    trail.unshift(element("span", "›"), element("button", name, { onclick: () => go({ zoom: name }) }));
  }
  trail.unshift(element("button", `all imports ${ms(total)} ms`, { onclick: () => go({ zoom: "" }) }));
  $("trail").replaceChildren(...trail);
}

// The chart as it is shown, as a picture: the same bars in a file.
function picture() {
  const width = Math.max($("chart").clientWidth, 600);
  const bars = shownBars(width);
  const height = (Math.max(0, ...bars.map((bar) => bar.each.depth)) + 1) * ROW;
  return { width, height, bars: bars.map((bar) => ({ ...bar, top: bar.each.depth * ROW, colour: bar.each.error === null ? `hsl(${hue(bar.each.name)}, 52%, 78%)` : "#e57373" })) };
}
function svg() {
  const { width, height, bars } = picture();
  // The parser knows the name of this namespace, which looks like an address.
  const space = new DOMParser().parseFromString("<svg></svg>", "text/html").querySelector("svg").namespaceURI;
  // What no XML may hold, not even as a number, is left out.
  const safe = (text) => text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd").replace(/[^ -;=?-~]|&/gu, (one) => `&#${one.codePointAt(0)};`);
  const drawn = bars.map((bar, number) =>
    `<g><title>${safe(`${bar.each.name} ${ms(bar.each.cumulative)} ms, own ${ms(bar.each.own)} ms`)}</title>` +
    `<clipPath id="c${number}"><rect x="${bar.left}" y="${bar.top}" width="${bar.width}" height="${ROW - 2}"/></clipPath>` +
    `<rect x="${bar.left}" y="${bar.top}" width="${bar.width}" height="${ROW - 2}" rx="3" fill="${bar.colour}"/>` +
    `<text x="${bar.left + 5}" y="${bar.top + 14}" clip-path="url(#c${number})">${safe(bar.text)}</text></g>`);
  return `<svg xmlns="${space}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="monospace" font-size="12"><rect width="100%" height="100%" fill="#fff"/>\n${drawn.join("\n")}\n</svg>\n`;
}
function png(done) {
  const { width, height, bars } = picture();
  const canvas = element("canvas", null, { width: width * 2, height: height * 2 });
  const pen = canvas.getContext("2d");
  pen.scale(2, 2);
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, width, height);
  pen.font = "12px monospace";
  for (const bar of bars) {
    pen.save();
    pen.beginPath();
    pen.rect(bar.left, bar.top, bar.width, ROW - 2);
    pen.clip();
    pen.fillStyle = bar.colour;
    pen.fillRect(bar.left, bar.top, bar.width, ROW - 2);
    pen.fillStyle = "#1d1f24";
    pen.fillText(bar.text, bar.left + 5, bar.top + 14);
    pen.restore();
  }
  canvas.toBlob(done, "image/png");
}
function save(blob, name) {
  const link = element("a", null, { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const COLUMNS = [
  ["name", "module", (each) => each.name],
  ["own", "own ms", (each) => each.own, ms],
  ["share", "share", (each) => each.own, share],
  ["cumulative", "with imports", (each) => each.cumulative, ms],
  ["finding", "finding", (each) => each.finding, ms],
  ["loading", "loading", (each) => each.loading, ms],
  ["executing", "executing", (each) => each.executing, ms],
  ["size", "bytes", (each) => each.size, (size) => (size === null ? "" : size.toLocaleString("en"))],
  ["distribution", "distribution", (each) => each.distribution || ""],
  ["kind", "kind", (each) => (each.compiled === true ? `${each.kind}, compiled` : each.kind)],
  ["place", "imported at", place],
  ["declared", "declared lazy at", (each) => (each.lazy ? place(each.lazy) : "")],
  ["finder", "finder", (each) => (each.finder || "").split(".").pop()],
  ["loader", "loader", (each) => (each.loader || "").split(".").pop()],
  ["error", "failure", (each) => (each.error === null ? "" : `${each.error}: ${each.message}${each.swallowed ? " (swallowed)" : ""}`)],
  ["number", "order", (each) => each.number, String],
].filter(([name]) => (name !== "declared" || imports.some((each) => each.lazy)) && (name !== "distribution" || distributions.length > 1));
function drawTable() {
  const isDown = view.sort.startsWith("-");
  const key = view.sort.replace("-", "");
  const column = COLUMNS.find(([name]) => name === key) || COLUMNS[1];
  const shown = imports.filter((each) => view.search === "" || matches(each));
  const order = (a, b) => {
    const [one, other] = [column[2](a), column[2](b)];
    if (one === other) return a.number - b.number;
    if (one === null || other === null) return one === null ? 1 : -1;
    return (one < other ? -1 : 1) * (isDown ? -1 : 1);
  };
  $("table").tBodies[0].replaceChildren(...shown.sort(order).map((each) => {
    const row = element("tr");
    for (const [name, , value, text] of COLUMNS) {
      const cell = element("td", name === "name" ? null : text ? text(value(each)) : value(each));
      if (name === "name") {
        cell.append(element("button", each.name, { onclick: () => { go({ zoom: each.name }); describe(each); $("chart").scrollIntoView({ block: "center" }); } }));
        cell.className = "name";
      } else if (text) { cell.className = "number"; }
      if (name === "own" && slowest) { cell.classList.add("heat"); cell.style.setProperty("--share", `${(each.own / slowest) * 100}%`); }
      if (name === "place" || name === "declared") {
        cell.textContent = value(each).split(/[\\/]/).slice(-2).join("/");
        cell.title = value(each);
      }
      if (["place", "declared", "finder", "loader"].includes(name)) cell.className = "dim";
      if (name === "error") cell.className = "bad";
      row.append(cell);
    }
    return row;
  }));
  $("table").tHead.rows[0].replaceChildren(...COLUMNS.map(([name, title, , text]) => {
    const cell = element("th", null, { className: text ? "number" : "" });
    cell.append(element("button", title, { onclick: () => go({ sort: key === name ? (isDown ? name : `-${name}`) : text ? `-${name}` : name }) }));
    if (column[0] === name) cell.setAttribute("aria-sort", isDown ? "descending" : "ascending");
    return cell;
  }));
}
function draw() {
  if (document.activeElement !== $("search")) $("search").value = view.search;
  const found = imports.filter(matches);
  $("matches").textContent = view.search === "" ? "" : `${found.length} found, ${ms(found.reduce((sum, each) => sum + each.own, 0))} ms own`;
  drawChart();
  drawTable();
  describe(view.zoom);
}

$("command").textContent = trace.program.length ? `python ${trace.program.join(" ")}` : "";
const facts = [
  [`${ms(own)} ms`, "importing"], [imports.length, "imports"], [`${ms(trace.seconds)} ms`, "in all"],
  [imports.filter((each) => each.compiled === true).length, "compiled"],
  [imports.filter((each) => each.error !== null).length, "failed"],
  [trace.reentries.length, "circular"], [trace.python, "Python"],
];
const lazy = imports.filter((each) => each.lazy).length;
if (lazy || trace.unused.length) facts.push([lazy, "lazy"], [trace.unused.length, "lazy, never used"]);
if (trace.startup_seconds) facts.push([`${ms(trace.startup_seconds)} ms`, "before the program"]);
$("facts").append(...facts.map(([value, name]) => {
  const pair = element("div");
  pair.append(element("dt", name), element("dd", value));
  return pair;
}));
const DISTRIBUTION = ["distribution", "own ms", "share", "modules", "first imported at"];
if (distributions.length > 1) {
  $("distributions").hidden = false;
  $("distributions").querySelector("thead tr").append(...DISTRIBUTION.map((title, at) => element("th", title, { className: at > 0 && at < 4 ? "number" : "" })));
  $("distributions").querySelector("tbody").append(...distributions.map(({ name, own: seconds, count, first }) => {
    const row = element("tr");
    const at = `${first.importer || "?"} at ${place(first).split(/[\\/]/).slice(-2).join("/")}`;
    row.append(element("td", name || "no distribution", { className: "name" }), element("td", ms(seconds), { className: "number" }),
      element("td", share(seconds), { className: "number" }), element("td", count, { className: "number" }), element("td", at, { className: "dim", title: place(first) }));
    return row;
  }));
}
if (trace.startup.length) {
  $("startup").hidden = false;
  const dearest = [...trace.startup].sort((a, b) => b.own - a.own).slice(0, SHOWN);
  $("startup").querySelector("ul").append(...dearest.map((each) => {
    const item = element("li");
    item.append(element("b", each.name), element("span", ` ${ms(each.own)} ms `), element("span", place(each), { className: "dim" }));
    return item;
  }));
}
for (const each of trace.reentries) {
  const item = element("li");
  item.append(element("b", each.cycle.join(" → ")), element("div", `half executed when it was imported at ${place(each)}`, { className: "dim" }));
  $("cycles").querySelector("ul").append(item);
  $("cycles").hidden = false;
}
for (const each of trace.unused) {
  const item = element("li");
  const facts = `declared by ${each.importer || "?"} at ${place(each)}${each.loaded ? ", imported all the same" : ""}`;
  item.append(element("b", each.attribute === null ? each.name : `${each.name}.${each.attribute}`), element("div", facts, { className: "dim" }));
  $("unused").querySelector("ul").append(item);
  $("unused").hidden = false;
}
$("order").onclick = () => go({ order: view.order === "time" ? "" : "time" });
$("svg").onclick = () => save(new Blob([svg()], { type: "image/svg+xml" }), "imports.svg");
$("png").onclick = () => png((blob) => save(blob, "imports.png"));
$("search").oninput = (event) => go({ search: event.target.value });
addEventListener("keydown", (event) => { if (event.key === "Escape") go({ zoom: view.zoom && view.zoom.up ? view.zoom.up.name : "", search: "" }); });
addEventListener("hashchange", read);
addEventListener("resize", drawChart);
read();
