"use strict";
const trace = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const ms = (seconds) => (seconds * 1000).toFixed(seconds < 0.00995 ? 2 : 1);
const ROW = 22;

const imports = trace.imports;
const byNumber = new Map(imports.map((each) => [each.number, each]));
const roots = [];
for (const each of imports) { each.children = []; each.depth = 0; }
for (const each of imports) {
  const parent = byNumber.get(each.parent);
  if (parent) { parent.children.push(each); each.up = parent; } else { roots.push(each); }
}
// Only the time of imports is drawn: the outermost ones stand side by side, those within at their own time.
let total = 0;
for (const root of roots) {
  const shift = total - root.started;
  const waiting = [root];
  while (waiting.length) {
    const each = waiting.pop();
    each.left = each.started + shift;
    each.depth = each.up ? each.up.depth + 1 : 0;
    waiting.push(...each.children);
  }
  total += root.cumulative;
}
const own = imports.reduce((sum, each) => sum + each.own, 0);
const slowest = imports.reduce((most, each) => Math.max(most, each.own), 0);

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
function place(each) {
  return each.file === null ? "?" : each.line === null ? each.file : `${each.file}:${each.line}`;
}

// What is shown stands in the fragment of the address: it can be linked to, and "back" works.
const view = { zoom: null, sort: "own", search: "" };
function read() {
  const given = new URLSearchParams(location.hash.slice(1));
  const zoomed = given.get("zoom");
  view.zoom = imports.find((each) => each.name === zoomed) || null;
  view.sort = given.get("sort") || "-own";
  view.search = given.get("search") || "";
  draw();
}
function go(changes) {
  const wanted = { zoom: view.zoom ? view.zoom.name : "", sort: view.sort, search: view.search, ...changes };
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
    `${ms(each.cumulative)} ms with what it imports, ${ms(each.own)} ms without: finding ${ms(each.finding)}, loading ${ms(each.loading)}, executing ${ms(each.executing)}`,
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

function drawChart() {
  const chart = $("chart");
  const width = chart.clientWidth || 1000;
  const from = view.zoom ? view.zoom.left : 0;
  const span = (view.zoom ? view.zoom.cumulative : total) || 1e-9;
  const above = new Set();
  for (let each = view.zoom && view.zoom.up; each; each = each.up) above.add(each);
  let deepest = 0;
  const bars = [];
  for (const each of imports) {
    let left = ((each.left - from) / span) * width;
    let right = ((each.left + each.cumulative - from) / span) * width;
    if (above.has(each)) { left = 0; right = width; }
    if (right < 0 || left > width || right - left < 0.4 || (view.zoom && each.depth < view.zoom.depth && !above.has(each))) continue;
    if (view.zoom && each.depth === view.zoom.depth && each !== view.zoom) continue;
    left = Math.max(left, 0);
    right = Math.min(right, width);
    deepest = Math.max(deepest, each.depth);
    const bar = element("button", right - left > 30 ? `${each.name} ${ms(each.cumulative)}` : "");
    bar.style.cssText = `left:${left}px;width:${Math.max(right - left, 0.6)}px;top:${each.depth * ROW}px;--hue:${hue(each.name)}`;
    if (right - left < 12) bar.style.padding = 0;
    bar.setAttribute("aria-label", `${each.name}, ${ms(each.cumulative)} milliseconds`);
    if (each.error !== null) bar.classList.add("failed");
    if (above.has(each)) bar.classList.add("above");
    if (matches(each)) bar.classList.add("match");
    bar.onclick = () => go({ zoom: each === view.zoom ? "" : each.name });
    bar.onmouseenter = bar.onfocus = () => describe(each);
    bars.push(bar);
  }
  chart.replaceChildren(...bars);
  chart.style.height = `${(deepest + 1) * ROW}px`;
  chart.classList.toggle("searching", view.search !== "");
  const trail = [];
  for (let each = view.zoom; each; each = each.up) {
    const name = each.name;
    trail.unshift(element("span", "›"), element("button", name, { onclick: () => go({ zoom: name }) }));
  }
  trail.unshift(element("button", `all imports ${ms(total)} ms`, { onclick: () => go({ zoom: "" }) }));
  $("trail").replaceChildren(...trail);
}

const COLUMNS = [
  ["name", "module", (each) => each.name],
  ["own", "own ms", (each) => each.own, ms],
  ["cumulative", "with imports", (each) => each.cumulative, ms],
  ["finding", "finding", (each) => each.finding, ms],
  ["loading", "loading", (each) => each.loading, ms],
  ["executing", "executing", (each) => each.executing, ms],
  ["size", "bytes", (each) => each.size, (size) => (size === null ? "" : size.toLocaleString("en"))],
  ["kind", "kind", (each) => (each.compiled === true ? `${each.kind}, compiled` : each.kind)],
  ["place", "imported at", place],
  ["declared", "declared lazy at", (each) => (each.lazy ? place(each.lazy) : "")],
  ["finder", "finder", (each) => (each.finder || "").split(".").pop()],
  ["loader", "loader", (each) => (each.loader || "").split(".").pop()],
  ["error", "failure", (each) => (each.error === null ? "" : `${each.error}: ${each.message}${each.swallowed ? " (swallowed)" : ""}`)],
  ["number", "order", (each) => each.number, String],
].filter(([name]) => name !== "declared" || imports.some((each) => each.lazy));
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
$("facts").append(...facts.map(([value, name]) => {
  const pair = element("div");
  pair.append(element("dt", name), element("dd", value));
  return pair;
}));
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
$("search").oninput = (event) => go({ search: event.target.value });
addEventListener("keydown", (event) => { if (event.key === "Escape") go({ zoom: view.zoom && view.zoom.up ? view.zoom.up.name : "", search: "" }); });
addEventListener("hashchange", read);
addEventListener("resize", drawChart);
read();
