// CellDiagram's view: the cell as wires that carry live numbers, in a wide or a tall layout. See cell_diagram.py.

const INPUTS = ["amplitude", "distance", "h_prev", "c_prev", "weights", "t", "shown"];
const GATES = { f: "f", i: "i", candidate: "\u0109", o: "o" };
const T1 = "t\u22121";
// How a number is written: runs of [letters, subscript], and the colour of its wire.
const SYMBOLS = {
  h_prev: { runs: [["h", T1]], colour: "h" },
  c_prev: { runs: [["c", T1]], colour: "c" },
  hx: { runs: [["[h"], [", x]"]], colour: "plain" },
  f: { runs: [["f"]], colour: "f" },
  i: { runs: [["i"]], colour: "i" },
  candidate: { runs: [["\u0109"]], colour: "candidate" },
  o: { runs: [["o"]], colour: "o" },
  keep: { runs: [["f\u2009c", T1]], colour: "c" },
  write: { runs: [["i\u2009\u0109"]], colour: "candidate" },
  c: { runs: [["c", "t"]], colour: "c" },
  tanh_c: { runs: [["tanh\u2009"], ["c", "t"]], colour: "c" },
  h: { runs: [["h", "t"]], colour: "h" },
};
const CHOICES = ["cell", "hx", "f", "i", "candidate", "o", "keep", "write", "c", "tanh_c", "h"];
const NEEDS = {
  hx: ["h_prev", "x"], f: ["hx"], i: ["hx"], candidate: ["hx"], o: ["hx"], keep: ["f", "c_prev"],
  write: ["i", "candidate"], c: ["keep", "write"], tanh_c: ["c"], h: ["o", "tanh_c"],
};

// Where everything lies. A point is [x, y] or [x, y, shift]: x is stretched to the picture's width; y and the shift are
// plain px, so that a wire ends where a box or a circle of fixed size begins. A label is [x, y, anchor, shift].
// Labels fit with any font: each is alone at its height, or far away from the other label there.
const WIDE = {
  width: 600, height: 376, box: [56, 44], outline: [82, 12, 446, 352],
  wires: {
    c_prev: { points: [[4, 64], [154, 64, -14]], label: [4, 46, "start"] },
    keep: { points: [[154, 64, 14], [300, 64, -14]], label: [227, 46, "middle"] },
    c: { points: [[300, 64, 14], [590, 64]], branch: [[460, 64], [460, 98]], label: [380, 46, "middle"], out: true },
    tanh_c: { points: [[460, 126], [460, 172]], label: [460, 141, "end", -10] },
    h: { points: [[460, 186, 14], [590, 186]], label: [600, 168, "end"], out: true },
    o: { points: [[460, 240], [460, 200]], label: [460, 225, "start", 12] },
    f: { points: [[154, 240], [154, 78]], label: [154, 130, "start", 10] },
    i: { points: [[246, 240], [246, 150], [300, 150, -14]], label: [246, 200, "end", -8] },
    candidate: { points: [[354, 240], [354, 150], [300, 150, 14]], label: [354, 200, "start", 10] },
    write: { points: [[300, 136], [300, 78]], label: [300, 112, "start", 10] },
  },
  times: { keep: [154, 64], write: [300, 150], h: [460, 186] },
  plus: [300, 64], tanh: [460, 112], dot: [460, 64],
  gates: { f: [154, 262], i: [246, 262], candidate: [354, 262], o: [460, 262] },
  bus: [[144, 322], [460, 322]],
  taps: [[[154, 322], [154, 284]], [[246, 322], [246, 284]], [[354, 322], [354, 284]], [[460, 322], [460, 284]]],
  busLabel: [204, 343, "middle"],
  cells: { size: [54, 24], at: [[90, 286], [90, 310], [90, 334]] },
  feeds: [[[4, 298], [90, 298]], [[4, 322], [90, 322]], [[4, 346], [90, 346]]],
  feedLabels: [[4, 287, "start"], [4, 315, "start"], [4, 339, "start"]],
};
const TALL = {
  width: 300, height: 588, box: [48, 44], outline: [8, 36, 284, 496],
  wires: {
    c_prev: { points: [[40, 4], [40, 142]], label: [40, 104, "start", 10] },
    keep: { points: [[40, 170], [40, 282]], label: [40, 204, "start", 10] },
    c: { points: [[40, 310], [40, 576]], branch: [[40, 424], [100, 424, -25]], label: [40, 398, "start", 10], out: true },
    tanh_c: { points: [[100, 438], [100, 482]], label: [100, 456, "start", 10] },
    h: { points: [[100, 510], [100, 576]], label: [100, 560, "start", 12], out: true },
    o: { points: [[214, 496, -24], [100, 496, 14]], label: [214, 481, "end", -28] },
    f: { points: [[214, 156, -24], [40, 156, 14]], label: [114, 144, "middle"] },
    i: { points: [[214, 246, -24], [160, 246], [160, 282]], label: [214, 232, "end", -28] },
    candidate: { points: [[214, 346, -24], [160, 346], [160, 310]], label: [214, 374, "end", -28] },
    write: { points: [[160, 296, -14], [40, 296, 14]], label: [100, 326, "middle"] },
  },
  times: { keep: [40, 156], write: [160, 296], h: [100, 496] },
  plus: [40, 296], tanh: [100, 424], dot: [40, 424],
  gates: { f: [214, 156], i: [214, 246], candidate: [214, 346], o: [214, 496] },
  bus: [[268, 74], [268, 496]],
  taps: [[[268, 156], [214, 156, 24]], [[268, 246], [214, 246, 24]], [[268, 346], [214, 346, 24]], [[268, 496], [214, 496, 24]]],
  busLabel: [258, 102, "end"],
  cells: { size: [62, 24], at: [[102, 50], [164, 50], [226, 50]] },
  feeds: [[[133, 24], [133, 50]], [[195, 24], [195, 50]], [[257, 24], [257, 50]]],
  feedLabels: [[133, 16, "middle"], [195, 16, "middle"], [257, 16, "middle"]],
};

function stepOfCell({ amplitude, distance, h_prev, c_prev, weights }) {
  const reads = [h_prev, amplitude, distance];
  const z = {};
  for (const gate of Object.keys(GATES)) {
    z[gate] = weights[gate].slice(0, 3).reduce((sum, weight, n) => sum + weight * reads[n], 0) + weights[gate][3];
  }
  const [f, i, candidate, o] = [sigmoid(z.f), sigmoid(z.i), Math.tanh(z.candidate), sigmoid(z.o)];
  const c = updateMemory(f, c_prev, i, candidate);
  const results = { f, i, candidate, o, keep: f * c_prev, write: i * candidate, c, tanh_c: Math.tanh(c), h: hiddenState(o, c) };
  return { z, reads, ...results };
}

function sources(name) {
  // The name itself and all that its number depends on.
  return new Set([name, ...(NEEDS[name] ?? []).flatMap((need) => [...sources(need)])]);
}

function render({ model, el }) {
  const labels = model.get("labels");
  const limits = model.get("limits");
  const xs = model.get("xs");
  const presets = model.get("presets");
  const { state, change } = settings(model, INPUTS);
  let pointedAt = null;

  function goTo(t, h_prev, c_prev) {
    change({ t, h_prev, c_prev, amplitude: xs[t - 1][0], distance: xs[t - 1][1] });
  }

  const buttons = presetButtons({ legend: labels.presets, presets, onPick: ({ weights }) => change({ weights }) });
  const note = html("p", { class: "lstm-note" });
  const letters = { h_prev: ["h", T1], c_prev: ["c", T1], amplitude: ["x", "1"], distance: ["x", "2"] };
  const sliders = Object.entries(letters).map(([name, [letter, subscript]]) => [name, slider({
    name, letter, subscript, label: labels[name], min: limits[name][0], max: limits[name][1], step: 0.01,
    onInput: (value) => change({ [name]: value }),
  })]);
  const next = html("button", {
    type: "button", "data-action": "next",
    onclick: () => {
      const now = state();
      const { h, c } = stepOfCell(now);
      goTo(now.t + 1, h, c);
    },
  }, labels.next);
  const restart = html("button", { type: "button", "data-action": "restart", onclick: () => goTo(1, 0, 0) }, labels.restart);
  const where = html("span", { class: "lstm-diagram-where" });
  const chips = chipsOf(labels, (shown) => change({ shown }));
  const panel = explanation(labels);
  const voice = speaker();

  const diagram = plot({
    title: labels.diagram,
    height: WIDE.height,
    draw(width) {
      const now = state();
      const layout = width >= 560 ? WIDE : TALL;
      const results = stepOfCell(now);
      const rounded = Object.fromEntries(Object.entries({ ...now, ...results })
        .filter(([, value]) => typeof value === "number").map(([name, value]) => [name, show(value)]));
      return {
        height: layout.height,
        words: fill(labels.words, rounded),
        children: drawCell(layout, width, { ...now, ...results }, labels),
      };
    },
  });
  const point = (name) => {
    if (pointedAt === name) return;
    pointedAt = name;
    highlight();
  };
  const explainedBy = (part) => {
    const name = part.closest("[data-wire]")?.dataset.wire ?? null;
    return name === null || CHOICES.includes(name) ? name : "hx";
  };
  diagram.picture.addEventListener("pointerover", ({ pointerType, target }) => { if (pointerType === "mouse") point(explainedBy(target)); });
  diagram.picture.addEventListener("pointerleave", () => point(null));
  // Not on a click: the browser sends none if the picture is redrawn while the button is down.
  let pressed = null;
  diagram.picture.addEventListener("pointerdown", ({ button, target }) => { pressed = button === 0 ? explainedBy(target) ?? "cell" : null; });
  diagram.picture.addEventListener("pointerup", ({ target }) => {
    if (pressed !== null && pressed === (explainedBy(target) ?? "cell")) change({ shown: pressed });
    pressed = null;
  });

  const root = html(
    "div", { class: "lstm lstm-cell-diagram", role: "group", "aria-label": labels.title },
    buttons.node, note, diagram.node, html("p", { class: "lstm-note" }, labels.key),
    html("div", { class: "lstm-diagram-carry" }, next, restart, where),
    chips.node, panel.node,
    html("div", { class: "lstm-sliders", role: "group", "aria-label": labels.inputs }, sliders.map(([, one]) => one.node)),
    voice.node,
  );

  function highlight() {
    const name = pointedAt ?? model.get("shown");
    const lit = name === "cell" ? null : sources(name);
    for (const part of diagram.picture.querySelectorAll("[data-wire]")) {
      part.classList.toggle("lstm-diagram-dim", lit !== null && !lit.has(part.dataset.wire));
    }
    panel.show(name);
  }

  function draw() {
    const now = state();
    const results = stepOfCell(now);
    const numbers = { ...now, ...results };
    diagram.draw();
    highlight();
    buttons.mark((preset) => sameWeights(preset.weights, now.weights));
    note.textContent = presets.find((preset) => sameWeights(preset.weights, now.weights))?.note ?? "";
    for (const [name, one] of sliders) one.set(now[name]);
    const ofRadar = xs[now.t - 1][0] === now.amplitude && xs[now.t - 1][1] === now.distance;
    where.textContent = fill(ofRadar ? labels.step : labels.own, { t: now.t, steps: xs.length });
    // A memory that Python would refuse may not be carried on.
    next.disabled = now.t === xs.length || Math.abs(results.c) > 100;
    chips.set(numbers);
    panel.set(numbers);
    voice.say(fill(labels.summary, {
      t: now.t, c_prev: show(now.c_prev, 2), keep: show(100 * results.f, 0), write: show(results.write, 2),
      c: show(results.c, 2), show: show(100 * results.o, 0), h: show(results.h, 2),
    }));
  }

  const stop = live({ model, el, names: INPUTS, root, draw });
  return () => {
    stop();
    voice.stop();
  };
}

function sameWeights(a, b) {
  return Object.keys(GATES).every((gate) => a[gate].every((value, n) => value === b[gate][n]));
}

// ---- the drawing -------------------------------------------------------------------------------------------------

function thickness(value) {
  // 1 px at 0, about 7 px at 1, never more than 9.
  return 1 + 8 * Math.tanh(Math.abs(value));
}

function svgSymbol(runs) {
  return runs.flatMap(([letter, subscript]) => [
    svg("tspan", { class: letter.startsWith("tanh") ? "lstm-diagram-function" : "lstm-letter" }, letter),
    subscript === undefined ? null : svg("tspan", { class: "lstm-diagram-index", dy: 4 }, subscript),
    subscript === undefined ? null : svg("tspan", { dy: -4 }, "\u200a"),
  ]).filter(Boolean);
}

function drawCell(layout, width, values, labels) {
  const x = scale([0, layout.width], [0, width]);
  const at = ([px, py, shift = 0]) => [x(px) + shift, py];
  const text = ([px, py, anchor, shift = 0], ...content) => svg("text", { x: x(px) + shift, y: py, "text-anchor": anchor }, ...content);
  const line = (points, value, extra = {}) => path(points.map(at), {
    class: "lstm-diagram-flow", "stroke-width": thickness(value).toFixed(2), "stroke-dasharray": value < 0 ? "7 4" : null, ...extra,
  });
  const part = (name, colour, ...children) => svg("g", { "data-wire": name, class: `lstm-diagram-wire lstm-${colour}` }, ...children);

  const wires = Object.entries(layout.wires).map(([name, { points, branch, label, out }]) => {
    const value = values[name];
    const lines = [points, branch].filter(Boolean);
    return part(name, SYMBOLS[name].colour,
      lines.map((one) => path(one.map(at), { class: "lstm-diagram-reach" })),
      lines.map((one) => line(one, value)),
      out ? arrowhead(at(points.at(-1)), layout === TALL) : null,
      text(label, svgSymbol(SYMBOLS[name].runs), svg("tspan", { class: "lstm-diagram-carried" }, `\u2002${show(value, 2)}`)));
  });
  const feeds = ["h_prev", "amplitude", "distance"].map((name, n) => part(name === "h_prev" ? name : "x", name === "h_prev" ? "h" : "plain",
    path(layout.feeds[n].map(at), { class: "lstm-diagram-reach" }), line(layout.feeds[n], values[name]),
    text(layout.feedLabels[n], name === "h_prev" ? svgSymbol(SYMBOLS.h_prev.runs) : labels[layout === TALL ? `${name}_short` : name])));
  const [cellWidth, cellHeight] = layout.cells.size;
  const joined = layout.cells.at.map(([px, py], n) => [
    svg("rect", { x: x(px), y: py, width: x(cellWidth), height: cellHeight, class: `lstm-diagram-joined ${n === 0 ? "lstm-h" : "lstm-plain"}` }),
    svg("text", { x: x(px + cellWidth / 2), y: py + 16.5, "text-anchor": "middle", class: "lstm-diagram-carried" }, show(values.reads[n], 2)),
  ]);
  const bus = part("hx", "plain",
    [layout.bus, ...layout.taps].map((points) => path(points.map(at), { class: "lstm-diagram-flow", "stroke-width": 2.5 })),
    joined, text(layout.busLabel, svgSymbol(SYMBOLS.hx.runs)));
  const gates = Object.keys(GATES).map((gate) => part(gate, gate, gateBox(at(layout.gates[gate]), layout.box, gate, values[gate])));
  const times = Object.entries(layout.times).map(([name, place]) => part(name, SYMBOLS[name].colour, operator(at(place), "\u00d7")));
  const [tanhX, tanhY] = at(layout.tanh);
  return [
    svg("rect", { class: "lstm-diagram-outline", x: x(layout.outline[0]), y: layout.outline[1], width: x(layout.outline[2]), height: layout.outline[3], rx: 14 }),
    bus, feeds, wires, gates, times,
    part("c", "c", operator(at(layout.plus), "+"), svg("circle", { cx: x(layout.dot[0]), cy: layout.dot[1], r: 4 })),
    part("tanh_c", "c",
      svg("rect", { class: "lstm-diagram-node", x: tanhX - 25, y: tanhY - 14, width: 50, height: 28, rx: 14 }),
      svg("text", { class: "lstm-diagram-sign", x: tanhX, y: tanhY + 4.5, "text-anchor": "middle" }, "tanh")),
  ];
}

function arrowhead([px, py], down) {
  // It starts where the wire ends.
  const corners = down ? [[px - 8, py], [px + 8, py], [px, py + 11]] : [[px, py - 8], [px, py + 8], [px + 11, py]];
  return svg("polygon", { class: "lstm-diagram-head", points: corners.map((corner) => corner.join(" ")).join(", ") });
}

function operator([cx, cy], sign) {
  return [
    svg("circle", { class: "lstm-diagram-node", cx, cy, r: 14 }),
    svg("text", { class: "lstm-diagram-operator-sign", x: cx, y: cy + 6.5, "text-anchor": "middle" }, sign),
  ];
}

function gateBox([cx, cy], [width, height], gate, value) {
  // A gate is filled from the bottom, the candidate from the middle, up or down.
  const [left, top] = [cx - width / 2, cy - height / 2];
  const full = gate === "candidate" ? height / 2 : height;
  const filled = full * Math.abs(value);
  const base = gate === "candidate" ? cy : top + height;
  return [
    svg("rect", { class: "lstm-diagram-node", x: left, y: top, width, height, rx: 5 }),
    svg("rect", { class: "lstm-diagram-vessel", x: left + 1, y: value < 0 ? base : base - filled, width: width - 2, height: filled }),
    svg("text", { class: "lstm-diagram-sign", x: cx, y: cy + 5, "text-anchor": "middle" }, gate === "candidate" ? "tanh" : "\u03c3"),
  ];
}

// ---- which number is explained, and how ----------------------------------------------------------------------------

function chipsOf(labels, onChange) {
  const group = freshId("shown");
  const numbers = {};
  const inputs = {};
  const boxes = CHOICES.map((name) => {
    inputs[name] = html("input", { type: "radio", name: group, value: name, onchange: () => onChange(name) });
    if (name === "cell") return html("label", {}, inputs[name], html("span", {}, labels.cell));
    const mark = html("span", { class: `lstm-symbol lstm-${SYMBOLS[name].colour}`, "aria-hidden": "true" },
      SYMBOLS[name].runs.map(([letter, subscript]) => (letter.startsWith("tanh") ? html("span", { class: "lstm-diagram-function" }, letter) : symbol(letter, subscript))));
    const spoken = html("span", { class: "lstm-spoken" }, labels[name]);
    if (name === "hx") return html("label", {}, inputs[name], mark, spoken);
    numbers[name] = quantity(name);
    return html("label", {}, inputs[name], mark, spoken, numbers[name].node);
  });
  return {
    node: html("fieldset", { class: "lstm-choice lstm-diagram-chips", "data-control": "shown" }, html("legend", {}, labels.explain), boxes),
    set(values) {
      inputs[values.shown].checked = true;
      for (const [name, number] of Object.entries(numbers)) number.set(values[name]);
    },
  };
}

function explanation(labels) {
  const word = html("p", { class: "lstm-diagram-about" });
  const term = (name) => ({ name, colour: SYMBOLS[name].colour, letter: SYMBOLS[name].runs[0][0], subscript: SYMBOLS[name].runs[0][1], digits: 3 });
  const result = (name) => ({ name, colour: SYMBOLS[name].colour, letter: "", digits: 3 });
  const equations = {
    keep: equation([term("f"), "\u00b7", term("c_prev"), "=", result("keep")]),
    write: equation([term("i"), "\u00b7", term("candidate"), "=", result("write")]),
    c: equation([term("c"), "=", term("f"), "\u00b7", term("c_prev"), "+", term("i"), "\u00b7", term("candidate")]),
    tanh_c: equation(["tanh", "(", term("c"), ")", "=", result("tanh_c")]),
    h: equation([term("h"), "=", term("o"), "\u00b7", "tanh", "(", term("c"), ")"]),
    hx: equation(["[", term("h_prev"), ",", { name: "amplitude", letter: "x", subscript: "1", digits: 2 }, ",",
      { name: "distance", letter: "x", subscript: "2", digits: 2 }, "]"]),
  };
  const names = { keep: ["f", "c_prev", "keep"], write: ["i", "candidate", "write"], c: ["c", "f", "c_prev", "i", "candidate"],
    tanh_c: ["c", "tanh_c"], h: ["h", "o", "c"], hx: ["h_prev", "amplitude", "distance"] };
  const sum = sumTable(labels);
  const lines = html("div", { class: "lstm-diagram-lines" }, Object.keys(GATES).slice(0, 3).map(gateLine),
    html("p", {}, symbol("c", "t"), " = ", symbol("f", "t"), " ", symbol("c", T1), " + ", symbol("i", "t"), " ", symbol(GATES.candidate, "t")),
    gateLine("o"),
    html("p", {}, symbol("h", "t"), " = ", symbol("o", "t"), " tanh(", symbol("c", "t"), ")"));
  const node = html("div", { class: "lstm-equations lstm-diagram-explained" }, word, lines, sum.node, Object.values(equations).map((one) => one.node));
  let shown = "cell";
  let last = null;
  return {
    node,
    show(name) {
      shown = name;
      word.textContent = labels[`about_${name}`];
      lines.hidden = name !== "cell";
      sum.node.hidden = !(name in GATES);
      for (const [other, one] of Object.entries(equations)) one.node.hidden = other !== name;
      if (last) sum.set(shown in GATES ? shown : "f", last);
    },
    set(values) {
      last = values;
      for (const [name, one] of Object.entries(equations)) one.set(Object.fromEntries(names[name].map((n) => [n, values[n]])));
      sum.set(shown in GATES ? shown : "f", values);
    },
  };
}

function gateLine(gate) {
  const squash = gate === "candidate" ? "tanh" : "\u03c3";
  const index = gate === "candidate" ? "c" : gate;
  return html("p", { class: `lstm-${gate}` }, symbol(GATES[gate], "t"), ` = ${squash}(`, symbol("W", index), " \u00b7 [", symbol("h", T1), ", ", symbol("x", "t"), "] + ",
    symbol("b", index), ")");
}

function sumTable(labels) {
  // The weighted sum of one gate: what it reads, times its weight, line by line; then the squashed sum.
  const rows = ["h_prev", "amplitude", "distance", "bias"].map((name, n) => {
    const numbers = Object.fromEntries(["value", "weight", "product"].map((column) => [column, quantity(`${column}[${n}]`, 2)]));
    const mark = name === "h_prev" ? html("span", { class: "lstm-symbol lstm-h" }, symbol("h", T1)) : labels[name];
    const cells = Object.entries(numbers).map(([column, number]) => html("td", {}, name === "bias" && column !== "product" ? "" : number.node));
    return { numbers, node: html("tr", {}, html("th", { scope: "row" }, mark), cells) };
  });
  const z = quantity("z", 2);
  const squashed = quantity("squashed");
  const squash = html("th", { scope: "row", colspan: 3 });
  const head = html("tr", {}, ["reads", "value", "weight", "product"].map((name) => html("th", { scope: "col" }, labels[name])));
  const line = html("div", { class: "lstm-diagram-lines" });
  const table = html("table", {}, html("thead", {}, head), html("tbody", {}, rows.map((row) => row.node),
    html("tr", {}, html("th", { scope: "row", colspan: 3 }, labels.sum), html("td", {}, z.node)),
    html("tr", { class: "lstm-sum-row" }, squash, html("td", {}, squashed.node))));
  const scroll = html("div", { class: "lstm-scroll", tabindex: 0, role: "region" }, table);
  return {
    node: html("div", {}, line, scroll),
    set(gate, values) {
      scroll.setAttribute("aria-label", `${labels[gate]}: ${labels.sum}`);
      line.replaceChildren(gateLine(gate));
      rows.forEach(({ numbers }, n) => {
        const [value, weight] = [n < 3 ? values.reads[n] : 1, values.weights[gate][n]];
        numbers.value.set(value);
        numbers.weight.set(weight);
        numbers.product.set(value * weight);
      });
      z.set(values.z[gate]);
      squashed.set(values[gate]);
      squash.replaceChildren(gate === "candidate" ? "tanh" : "\u03c3");
    },
  };
}

export default { render };
