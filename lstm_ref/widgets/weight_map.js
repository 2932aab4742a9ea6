// WeightMap's view: the arrays of nn.LSTM beside those of the book, one number marked in both. See weight_map.py.

const CHOICES = ["hidden_size", "directions", "layer", "direction", "parameter", "row", "column"];
const PARAMETERS = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"];
const GATES = ["i", "f", "candidate", "o"]; // nn.LSTM's order
const LETTER = { i: "i", f: "f", candidate: "c", o: "o" };
const SYMBOL = { i: "i", f: "f", candidate: "\u0109", o: "o" };
const LAYERS = 2;

// ---- the same arithmetic as lstm_ref.where_is ---------------------------------------------------------------------

function widths({ hidden_size: H, directions, layer, inputs }) {
  const both = directions === "both" ? 2 : 1;
  return { weight_ih: layer ? both * H : inputs, weight_hh: H, bias_ih: 1, bias_hh: 1 };
}

function clamped(now) {
  const backward = now.directions === "both" && now.direction === "backward";
  const width = widths(now)[now.parameter];
  return { ...now, backward, row: Math.min(now.row, 4 * now.hidden_size - 1), column: Math.min(now.column, width - 1) };
}

function whereIs({ hidden_size: H, parameter, layer, row, column }) {
  const gate = GATES[Math.floor(row / H)];
  const unit = row % H;
  if (parameter.startsWith("bias")) return { gate, array: `b_${LETTER[gate]}`, index: [unit], reads: "1", source: null };
  const array = `W_${LETTER[gate]}`;
  if (parameter === "weight_hh") return { gate, array, index: [unit, column], reads: "h", source: column };
  return { gate, array, index: [unit, H + column], reads: layer ? "below" : "x", source: column };
}

function counts(now) {
  const rows = 4 * now.hidden_size;
  const sum = (layer) => Object.values(widths({ ...now, layer })).reduce((total, width) => total + width, 0);
  const directions = now.directions === "both" ? 2 : 1;
  let total = 0;
  for (let layer = 0; layer < LAYERS; layer++) total += directions * rows * sum(layer);
  return { size: rows * widths(now)[now.parameter], total };
}

// ---- the view -------------------------------------------------------------------------------------------------------

function render({ model, el }) {
  const labels = model.get("labels");
  const limits = model.get("limits");
  const { state: chosen, change: set } = settings(model, CHOICES);
  const raw = () => ({ ...chosen(), inputs: model.get("inputs") });
  const state = () => clamped(raw());

  function change(values) {
    // The choice is kept within the arrays as they are now, so that Python and the page say the same.
    const { row, column } = clamped({ ...raw(), ...values });
    set({ ...values, row, column });
  }

  function sameRow(H) {
    // The row, in a cell of another size, of the same gate and, if there is one, the same unit.
    const now = state();
    const unit = now.row % now.hidden_size;
    return Math.floor(now.row / now.hidden_size) * H + Math.min(unit, H - 1);
  }

  const presets = presetButtons({ legend: labels.presets, presets: model.get("presets"), onPick: change });
  const units = slider({
    name: "hidden_size", letter: "H", label: labels.hidden_size, min: limits.hidden_size[0], max: limits.hidden_size[1],
    step: 1, digits: 0, onInput: (value) => change({ hidden_size: value, row: sameRow(value) }),
  });
  const row = slider({ name: "row", letter: "", label: labels.row, min: 0, max: 1, step: 1, digits: 0, onInput: (value) => change({ row: value }) });
  const column = slider({ name: "column", letter: "", label: labels.column, min: 0, max: 1, step: 1, digits: 0, onInput: (value) => change({ column: value }) });
  const picks = {
    directions: choice({ name: "directions", legend: labels.directions, options: { one: labels.one, both: labels.both }, onChange: (directions) => change({ directions }) }),
    layer: choice({ name: "layer", legend: labels.layer, options: { 0: "0", 1: "1" }, onChange: (value) => change({ layer: Number(value) }) }),
    direction: choice({ name: "direction", legend: labels.direction, options: { forward: labels.forward, backward: labels.backward }, onChange: (direction) => change({ direction }) }),
    parameter: choice({ name: "parameter", legend: labels.parameter, options: Object.fromEntries(PARAMETERS.map((name) => [name, name])), onChange: (parameter) => change({ parameter }) }),
  };
  const gate = choice({
    name: "gate", legend: labels.gate, options: Object.fromEntries(GATES.map((name) => [name, labels[name]])),
    onChange: (name) => {
      const { hidden_size: H, row: now } = state();
      change({ row: GATES.indexOf(name) * H + (now % H) });
    },
  });
  const drawing = plot({
    title: labels.drawing, height: 240,
    draw: (width) => {
      const now = state();
      const { hidden_size: H } = now;
      return { ...drawBoth(width, now, labels, change), words: fill(labels.words, { H, rows: 4 * H, D: widths(now).weight_ih }) };
    },
  });
  const codes = { torch: html("code", { "data-code": "torch" }), book: html("code", { "data-code": "book" }) };
  const line = html("p", { class: "lstm-weight-line", "data-code": "line" });
  const voice = speaker();
  const root = html(
    "div", { class: "lstm lstm-weight-map", role: "group", "aria-label": labels.title },
    presets.node, drawing.node, html("p", { class: "lstm-note" }, labels.key),
    html("div", { class: "lstm-weight-codes" },
      html("p", {}, html("span", { class: "lstm-heading" }, labels.in_torch), " ", codes.torch),
      html("p", {}, html("span", { class: "lstm-heading" }, labels.in_book), " ", codes.book)),
    html("div", { class: "lstm-equations", role: "group", "aria-label": labels.equation }, line),
    voice.node,
    picks.parameter.node, gate.node,
    html("div", { class: "lstm-sliders", role: "group", "aria-label": labels.choose }, row.node, column.node, units.node),
    picks.layer.node, picks.directions.node, picks.direction.node,
  );

  function draw() {
    const now = state();
    const place = whereIs(now);
    drawing.draw();
    presets.mark((preset) => CHOICES.every((name) => preset[name] === now[name]));
    row.input.max = String(4 * now.hidden_size - 1);
    column.input.max = String(widths(now)[now.parameter] - 1);
    column.node.hidden = now.parameter.startsWith("bias");
    row.set(now.row);
    column.set(now.column);
    units.set(now.hidden_size);
    for (const name of ["directions", "direction", "parameter"]) picks[name].set(now[name]);
    picks.layer.set(String(now.layer));
    picks.direction.node.hidden = now.directions === "one";
    gate.set(place.gate);
    const name = `${now.parameter}_l${now.layer}${now.backward ? "_reverse" : ""}`;
    const at = `${name}[${place.source === null ? now.row : `${now.row}, ${now.column}`}]`;
    const entry = `${place.array}[${place.index.join(", ")}]`;
    const pair = now.directions === "both" ? `[${now.backward ? 1 : 0}]` : "";
    codes.torch.textContent = `lstm.${at}`;
    codes.book.textContent = `from_torch(lstm)[${now.layer}]${pair}.${entry}`;
    line.className = `lstm-weight-line lstm-${place.gate}`;
    line.replaceChildren(...equationOf(now, place));
    const said = {
      1: labels.said_bias,
      h: now.backward ? labels.said_h_after : labels.said_h,
      x: labels.said_x,
      below: now.directions === "both" ? labels.said_below_both : labels.said_below,
    }[place.reads];
    const there = place.source % now.hidden_size;
    const way = place.source < now.hidden_size ? labels.forward : labels.backward;
    const words = { torch: at, book: entry, unit: place.index[0], gate: labels[place.gate], source: place.source, there, way };
    voice.say(fill(said, words) + fill(labels.share, counts(now)));
  }

  const stop = live({ model, el, names: CHOICES, root, draw });
  return () => {
    stop();
    voice.stop();
  };
}

function equationOf(now, { gate, index, reads, source }) {
  // The step that h comes from: the backward direction reads from the end, so for it that is the step after.
  const before = now.backward ? "t+1" : "t\u22121";
  const part = (letter, subscript, place) => [html("i", {}, letter), html("sub", {}, subscript), `[${place}]`];
  const own = (letter) => part(letter, LETTER[gate], index.join(", "));
  const chosen = (nodes) => html("mark", {}, nodes);
  const outer = gate === "candidate" ? "tanh" : "\u03c3";
  const start = [part(SYMBOL[gate], "t", index[0]), ` = ${outer}( `];
  if (reads === "1") return [...start, "\u2026 + ", chosen(own("b")), " )"].flat(2);
  const read = reads === "h" ? part("h", before, source) : part("x", "t", source);
  return [...start, "\u2026 + ", chosen(own("W")), " \u00b7 ", read, " + \u2026 )"].flat(2);
}

// ---- the drawing ------------------------------------------------------------------------------------------------------

function drawBoth(width, now, labels, change) {
  const wide = width >= 520;
  const H = now.hidden_size;
  const columns = widths(now);
  const place = whereIs(now);
  const each = wide ? (width - 76) / 2 : width - 34;
  const [top, band, gap] = [44, 42, 12];
  const children = [];
  const marks = [];

  function block({ x, y, w, h, rows, cols, gate, name, choose, at, faint }) {
    const cell = svg("rect", {
      class: "lstm-weight-block", x, y, width: w, height: h, "data-block": name,
      onclick: (event) => {
        const box = event.currentTarget.getBoundingClientRect();
        const pick = (from, size, n) => Math.min(n - 1, Math.max(0, Math.floor(((from) / size) * n)));
        choose(pick(event.clientY - box.top, box.height, rows), pick(event.clientX - box.left, box.width, cols));
      },
    });
    const lines = [];
    for (let n = 1; n < cols && w / cols >= 5; n++) lines.push(svg("line", { x1: x + (n * w) / cols, x2: x + (n * w) / cols, y1: y, y2: y + h }));
    for (let n = 1; n < rows && h / rows >= 5; n++) lines.push(svg("line", { x1: x, x2: x + w, y1: y + (n * h) / rows, y2: y + (n * h) / rows }));
    children.push(svg("g", { class: `lstm-${gate}` }, cell, svg("g", { class: "lstm-weight-cells" }, lines)));
    if (!at) return null;
    const size = [Math.max(w / cols, 7), Math.max(h / rows, 7)];
    const centre = [x + ((at[1] + 0.5) * w) / cols, y + ((at[0] + 0.5) * h) / rows];
    marks.push(svg("rect", { class: faint ? "lstm-marked lstm-weight-second" : "lstm-marked", x: centre[0] - size[0] / 2, y: centre[1] - size[1] / 2, width: size[0], height: size[1], rx: 1.5 }));
    return centre;
  }

  function spread(parts, room) {
    // Widths go with the square root of the number of columns, so that 2 columns can be seen beside 64.
    const weight = parts.map(([, cols]) => Math.max(Math.sqrt(cols), 1.4));
    const free = room - 8 * (parts.length - 1);
    const unit = free / weight.reduce((sum, one) => sum + one, 0);
    let x = 0;
    return parts.map(([name, cols], n) => {
      const one = { name, cols, x, w: weight[n] * unit };
      x += one.w + 8;
      return one;
    });
  }

  const heading = (text, x, y) => children.push(svg("text", { class: "lstm-weight-side", x, y }, text));
  const foot = (text, x, y, anchor = "middle") => children.push(svg("text", { x, y, "text-anchor": anchor }, text));

  // nn.LSTM: four arrays of 4H rows each
  const left = 26;
  heading(labels.in_torch, left, 14);
  const short = { weight_ih: ["ih"], weight_hh: ["hh"], bias_ih: ["ih", "b"], bias_hh: ["hh", "b"] }; // from below
  let from = null;
  const there = spread(PARAMETERS.map((name) => [name, columns[name]]), each);
  for (const one of there) {
    short[one.name].forEach((text, n) => foot(text, left + one.x + one.w / 2, 34 - 14 * n));
    GATES.forEach((gate, n) => {
      const here = Math.floor(now.row / H) === n;
      const same = one.name === now.parameter;
      const other = place.reads === "1" && one.name.startsWith("bias");
      const centre = block({
        x: left + one.x, y: top + n * band, w: one.w, h: band, rows: H, cols: one.cols, gate, name: `${one.name}:${gate}`,
        choose: (row, column) => change({ parameter: one.name, row: n * H + row, column }),
        at: here && (same || other) ? [now.row % H, same ? now.column : 0] : null, faint: !same,
      });
      if (same && centre) from = centre;
    });
  }
  GATES.forEach((gate, n) => children.push(svg("g", { class: `lstm-${gate} lstm-weight-letter` }, svg("text", { x: left - 8, y: top + (n + 0.5) * band, "text-anchor": "end", "dominant-baseline": "central" }, SYMBOL[gate]))));

  // the book: for each gate [h, x] and one bias
  const right = wide ? left + each + 50 : left;
  const down = wide ? 0 : top + 4 * band + 16;
  heading(labels.in_book, right, down + 14);
  let to = null;
  const ours = spread([["h", H], ["x", columns.weight_ih], ["b", 1]], each);
  for (const one of ours) {
    foot(one.name, right + one.x + one.w / 2, down + 34);
    GATES.forEach((gate, n) => {
      const mine = place.gate === gate && { h: "h", x: "x", below: "x", 1: "b" }[place.reads] === one.name;
      const parameter = { h: "weight_hh", x: "weight_ih", b: "bias_ih" }[one.name];
      const centre = block({
        x: right + one.x, y: down + top + n * (band + gap), w: one.w, h: band, rows: H, cols: one.cols, gate, name: `${one.name}:${gate}`,
        choose: (row, column) => change({ parameter, row: n * H + row, column }),
        at: mine ? [place.index[0], place.source ?? 0] : null,
      });
      if (centre) to = centre;
    });
  }
  GATES.forEach((gate, n) => children.push(svg("g", { class: `lstm-${gate} lstm-weight-letter` }, svg("text", { x: right - 8, y: down + top + n * (band + gap) + band / 2, "text-anchor": "end", "dominant-baseline": "central" }, SYMBOL[gate]))));
  const link = svg("path", { class: "lstm-weight-link", d: `M${from[0]} ${from[1]}L${to[0]} ${to[1]}` });
  return { children: [children, link, marks], height: down + top + 4 * (band + gap) };
}

export default { render };
