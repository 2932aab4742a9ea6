// MemoryTrack's view: gates drawn in lanes, the memory above in layers, what is left of each write below.

const INPUTS = ["f", "i", "c_prev", "t", "source", "scope"];
const RIVER = { top: 8, bottom: 190, lane: 214, laneHeight: 26, height: 246 };
const PARTS = { top: 6, bottom: 66, height: 84 };
const HAT = "\u0109";

function memoryParts({ f, i, candidate }, cPrev) {
  // rows[t][k]: what is left after step t of the write of step k; k = 0 is the memory before the first step.
  const rows = [[cPrev]];
  for (let t = 0; t < f.length; t++) rows.push([...rows[t].map((part) => f[t] * part), i[t] * candidate[t]]);
  return rows;
}

function render({ model, el }) {
  const labels = model.get("labels");
  const limits = model.get("limits");
  const steps = limits.t[1];
  const candidates = model.get("candidates");
  const { state, change } = settings(model, INPUTS);
  const sequence = (now) => ({ f: now.f, i: now.i, candidate: candidates[now.source] });

  const presets = presetButtons({
    legend: labels.presets,
    presets: model.get("presets"),
    onPick: ({ source, f, i, c_prev, t }) => change({ source, f, i, c_prev, t }),
  });
  const source = choice({
    name: "source", legend: labels.source,
    options: { amplitude: labels.source_amplitude, change: labels.source_change, one: labels.source_one },
    onChange: (value) => change({ source: value }),
  });
  const { lanes, scope } = drawnGates({
    model, change, steps, names: ["i", "f"],
    scopes: { one: labels.scope_one, every: labels.scope_every },
  });
  const start = slider({
    name: "c_prev", letter: "c", subscript: 0, label: labels.c_prev, min: limits.c_prev[0], max: limits.c_prev[1], step: 0.1,
    onInput: (value) => change({ c_prev: value }),
  });
  const stepper = slider({
    name: "t", letter: "t", label: labels.step_slider, min: 1, max: steps, step: 1, digits: 0,
    onInput: (value) => change({ t: value }),
  });
  const update = equation([
    { name: "c_t", colour: "c", letter: "c" }, "=", { name: "f_t", colour: "f", letter: "f", digits: 2 }, "\u00b7",
    { name: "c_before", colour: "c", letter: "c" }, "+", { name: "i_t", colour: "i", letter: "i", digits: 2 }, "\u00b7",
    { name: "candidate", letter: HAT },
  ]);
  const equations = html("div", { class: "lstm-equations", role: "group" }, update.node);
  const partsHeading = html("p", { class: "lstm-heading lstm-indented", "aria-hidden": "true" });
  const voice = speaker();
  const table = numbersTable(labels, steps);

  const river = plot({
    title: labels.river,
    height: RIVER.height,
    draw(width) {
      const now = state();
      const gates = sequence(now);
      const c = memoryTrace(gates, now.c_prev);
      const at = columns(width, steps);
      for (const [, one] of lanes) one.place(at, width);
      // The slider of t lies under the steps: the middle of its thumb (16 px wide) is at the middle of a column.
      stepper.input.style.marginInlineStart = `${at.x(1) - 8}px`;
      stepper.input.style.width = `${at.x(steps) - at.x(1) + 16}px`;
      return {
        words: fill(labels.river_words, {
          first: show(c[0]), last: show(c[steps]), steps, low: show(Math.min(...c)), high: show(Math.max(...c)),
        }),
        children: [
          svg("rect", { class: "lstm-now", x: at.x(now.t) - at.column / 2, width: at.column, y: 0, height: RIVER.height, rx: 4 }),
          drawRiver(memoryParts(gates, now.c_prev), c, at, now.t),
          candidateLane(at, gates.candidate, RIVER.lane, RIVER.laneHeight, HAT),
          events(at, labels),
          Array.from({ length: steps }, (_, n) => svg("rect", {
            class: "lstm-column", x: at.x(n + 1) - at.column / 2, width: at.column, y: 0, height: RIVER.height,
            onclick: () => change({ t: n + 1 }),
          })),
        ],
      };
    },
  });
  const parts = plot({
    title: fill(labels.parts, { t: "t" }),
    height: PARTS.height,
    draw(width) {
      const now = state();
      const gates = sequence(now);
      const left = memoryParts(gates, now.c_prev)[now.t];
      return {
        words: fill(labels.parts_words, { parts: left.map((part) => show(part)).join(", ") }),
        children: drawParts(left, [now.c_prev, ...gates.i.map((gate, n) => gate * gates.candidate[n])], columns(width, steps), now.t, steps),
      };
    },
  });

  const root = html(
    "div", { class: "lstm lstm-memory-track", role: "group", "aria-label": labels.title },
    presets.node,
    html("p", { class: "lstm-heading lstm-indented", "aria-hidden": "true" }, labels.river),
    html("div", { class: "lstm-legend", "aria-hidden": "true" },
      swatch("lstm-memory-layer lstm-i", labels.fresh), swatch("lstm-memory-layer lstm-c", labels.kept)),
    river.node, lanes.map(([, one]) => one.node), stepper.node,
    partsHeading,
    html("div", { class: "lstm-legend", "aria-hidden": "true" },
      swatch("lstm-memory-whole lstm-i", labels.whole), swatch("lstm-memory-rest lstm-c", labels.left)),
    parts.node,
    html("p", { class: "lstm-note" }, labels.how),
    scope.node, source.node, html("div", { class: "lstm-sliders" }, start.node),
    equations, voice.node,
    html("details", {}, html("summary", {}, labels.table), table.node),
  );

  function draw() {
    const now = state();
    const gates = sequence(now);
    const c = memoryTrace(gates, now.c_prev);
    const left = memoryParts(gates, now.c_prev)[now.t];
    river.draw();
    parts.draw();
    presets.mark((preset) => preset.source === now.source && preset.c_prev === now.c_prev
      && JSON.stringify([preset.f, preset.i]) === JSON.stringify([now.f, now.i]));
    for (const [name, one] of lanes) one.set(now[name], now.t);
    source.set(now.source);
    scope.set(now.scope);
    start.set(now.c_prev);
    stepper.set(now.t);
    partsHeading.textContent = fill(labels.parts, { t: now.t });
    equations.setAttribute("aria-label", fill(labels.equations, { t: now.t }));
    update.index({ c_t: now.t, f_t: now.t, i_t: now.t, candidate: now.t, c_before: now.t - 1 });
    const n = now.t - 1;
    update.set({ c_t: c[now.t], f_t: now.f[n], c_before: c[n], i_t: now.i[n], candidate: gates.candidate[n] });
    table.set(gates, c, left);
    voice.say(`${fill(labels.summary, {
      t: now.t, keep: show(100 * now.f[n], 0), before: show(c[n]), write: show(now.i[n] * gates.candidate[n]), c: show(c[now.t]),
    })} ${largest(labels, left, gates, now.c_prev)}`);
  }

  const stop = live({ model, el, names: INPUTS, root, draw });
  return () => {
    stop();
    voice.stop();
  };
}

function largest(labels, left, { i, candidate }, cPrev) {
  const sizes = left.map(Math.abs);
  const k = sizes.indexOf(Math.max(...sizes));
  if (left[k] === 0) return labels.nothing;
  const whole = k ? i[k - 1] * candidate[k - 1] : cPrev;
  return fill(k ? labels.most : labels.most_start, { k, part: show(left[k]), left: show((100 * left[k]) / whole, 0) });
}

function swatch(kind, text) {
  return html("span", { class: kind }, svg("svg", { width: 18, height: 14 }, svg("rect", { x: 2, y: 1, width: 12, height: 12, rx: 2 })), text);
}

function events({ x, column }, labels) {
  // The names of the bump and of the spike, just above the candidate's lane.
  const y = RIVER.lane - 5;
  return [
    svg("text", { class: "lstm-memory-event", x: (x(5) + x(8)) / 2, y, "text-anchor": "middle" }, labels.bump),
    svg("text", { class: "lstm-memory-event", x: x(13), y, "text-anchor": "middle" }, labels.spike),
    path([[x(5) - column / 2 + 2, y + 2.5], [x(8) + column / 2 - 2, y + 2.5]], { class: "lstm-memory-bracket" }),
    path([[x(13) - column / 2 + 2, y + 2.5], [x(13) + column / 2 - 2, y + 2.5]], { class: "lstm-memory-bracket" }),
  ];
}

function stacked(row) {
  // Where each part lies: positive ones grow upwards from 0, negative ones downwards.
  let [up, down] = [0, 0];
  return row.map((part) => {
    if (part >= 0) return [up, (up += part)];
    return [down, (down += part)];
  });
}

function drawRiver(rows, c, { x, column, left, right }, now) {
  const layers = rows.map(stacked);
  const ends = layers.flat(2);
  const low = Math.floor(2 * Math.min(0, ...ends)) / 2;
  const high = Math.ceil(2 * Math.max(1, ...ends)) / 2;
  const y = scale([low, high], [RIVER.bottom, RIVER.top]);
  const half = column * 0.32;
  const marks = ticks(low, high);
  const links = [];
  const bars = [];
  layers.forEach((layer, t) => layer.forEach(([from, to], k) => {
    if (from === to) return;
    const box = { x: x(t) - half, width: 2 * half, y: Math.min(y(from), y(to)), height: Math.abs(y(from) - y(to)) };
    bars.push(svg("rect", { class: t === k && k ? "lstm-memory-layer lstm-i" : "lstm-memory-layer lstm-c", ...box }));
    if (t === 0 || k === t) return;
    // A link from a layer at the step before to what is left of it.
    const [fromBefore, toBefore] = layers[t - 1][k];
    const corners = [[x(t - 1) + half, y(fromBefore)], [x(t - 1) + half, y(toBefore)], [x(t) - half, y(to)], [x(t) - half, y(from)]];
    links.push(path(corners, { class: k % 2 ? "lstm-memory-link lstm-c" : "lstm-memory-link lstm-memory-link-even lstm-c" }));
  }));
  return [
    horizontalGrid(y, marks, left, right, marks.every(Number.isInteger) ? 0 : 1),
    links, bars,
    svg("g", { class: "lstm-total" }, c.map((value, t) => svg("line", {
      x1: x(t) - half - 2, x2: x(t) + half + 2, y1: y(value), y2: y(value), class: t === now ? "lstm-memory-total-now" : null,
    }))),
  ];
}

function drawParts(left, written, at, now, steps) {
  const all = written.slice(0, now + 1);
  const [low, high] = [Math.min(0, ...all), Math.max(0, ...all)];
  const y = scale([low, low === high ? 1 : high], [PARTS.bottom, PARTS.top]);
  const bar = Math.max(at.column * 0.64, 3);
  const box = (k, value) => ({ x: at.x(k) - bar / 2, width: bar, y: Math.min(y(0), y(value)), height: Math.abs(y(value) - y(0)) });
  return [
    svg("line", { class: "lstm-memory-base", x1: at.x(0) - bar / 2, x2: at.x(steps) + bar / 2, y1: y(0), y2: y(0) }),
    left.map((part, k) => [
      svg("rect", { class: k ? "lstm-memory-whole lstm-i" : "lstm-memory-whole lstm-c", ...box(k, written[k]) }),
      svg("rect", { class: "lstm-memory-rest lstm-c", ...box(k, part) }),
    ]),
    stepNumbers(at, steps, now, PARTS.height - 3),
  ];
}

function numbersTable(labels, steps) {
  const letters = { f: "f", i: "i", candidate: HAT, c: "c" };
  const head = html("tr", {}, html("th", { scope: "col" }, labels.step),
    Object.entries(letters).map(([name, letter]) => html("th", { scope: "col", class: `lstm-${name}` }, html("i", {}, letter))),
    html("th", { scope: "col" }, labels.left));
  const cells = [];
  const body = Array.from({ length: steps + 1 }, (_, t) => {
    cells.push({});
    return html("tr", {}, html("th", { scope: "row" }, String(t)), [...Object.keys(letters), "part"].map((name) => {
      if (t === 0 && name !== "c" && name !== "part") return html("td");
      cells[t][name] = quantity(`${name}[${t}]`);
      return html("td", {}, cells[t][name].node);
    }));
  });
  return {
    node: html("div", { class: "lstm-scroll", tabindex: 0, role: "region", "aria-label": labels.table },
      html("table", {}, html("thead", {}, head), html("tbody", {}, body))),
    set(gates, c, left) {
      for (let t = 0; t <= steps; t++) {
        cells[t].c.set(c[t]);
        cells[t].part.set(left[t] ?? 0);
        if (t) for (const name of Object.keys(gates)) cells[t][name].set(gates[name][t - 1]);
      }
    },
  };
}

export default { render };
