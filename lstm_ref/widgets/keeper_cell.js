// KeeperCell's view: two units set by hand, the amplitude that the input gate needs to open, and the memory.
// See keeper_cell.py.

const SETTINGS = ["threshold", "k", "w_h", "b_f", "spike"];
const INPUTS = [...SETTINGS, "t"];
const BOX = { top: 22, middle: 118, says: 134, lane: 30, gate: 174, memory: 226, bottom: 318, height: 342 };
const ROWS = ["amplitude", "needed", "h", "i", "f", "c", "calm"];

function runKeeper({ threshold, k, w_h, b_f, spike }, xs, events, constants) {
  const { quiet, steep, says, shut, write } = constants;
  const pass = (amplitudes) => {
    const found = { h: [], i: [], f: [], c: [], needed: [] };
    let [c, c1, h1] = [0, 0, 0];
    for (const amplitude of amplitudes) {
      const i = sigmoid(w_h * h1 + k * amplitude - k * threshold - w_h * says);
      found.h.push(h1);
      found.needed.push(threshold + (w_h * (says - h1)) / k);
      found.i.push(i);
      found.f.push(sigmoid(b_f));
      c = updateMemory(sigmoid(b_f), c, i, Math.tanh(write));
      found.c.push(c);
      c1 = updateMemory(sigmoid(-shut), c1, sigmoid(shut), Math.tanh(steep * amplitude - steep * threshold));
      h1 = hiddenState(sigmoid(shut), c1);
    }
    return found;
  };
  const at = (value) => xs.map((amplitude, n) => (n + 1 === events.spike ? value : amplitude));
  const [real, calm] = [pass(at(spike)), pass(at(quiet)).c];
  const moved = Math.max(...real.c.map((c, n) => Math.abs(c - calm[n])));
  return { ...real, amplitude: at(spike), calm, kept: calm.at(-1), moved };
}

function render({ model, el }) {
  const labels = model.get("labels");
  const limits = model.get("limits");
  const xs = model.get("xs");
  const events = model.get("events");
  const constants = model.get("constants");
  const steps = xs.length;
  const { state, change } = settings(model, INPUTS);
  const run = () => runKeeper(state(), xs, events, constants);

  const presets = presetButtons({
    legend: labels.presets,
    presets: model.get("presets"),
    onPick: (preset) => change(Object.fromEntries(SETTINGS.map((name) => [name, preset[name]]))),
  });
  const looks = {
    threshold: ["\u03b8", undefined, 0.05, 2], k: ["w", "a", 0.5, 1], w_h: ["w", "h", 1, 0], b_f: ["b", "f", 0.5, 1],
    spike: ["a", events.spike, 0.1, 1],
  };
  const sliders = SETTINGS.map((name) => {
    const [letter, subscript, step, digits] = looks[name];
    return [name, slider({
      name, letter, subscript, label: labels[name], min: limits[name][0], max: limits[name][1], step, digits,
      onInput: (value) => change({ [name]: value }),
    })];
  });
  const stepper = slider({
    name: "t", letter: "t", label: labels.step_slider, min: 1, max: steps, step: 1, digits: 0,
    onInput: (value) => change({ t: value }),
  });
  const gate = equation([
    { name: "i_t", colour: "i", letter: "i" }, "=", "\u03c3(", { name: "weight_h", colour: "left", letter: () => symbol("w", "h"), digits: 0 }, "\u00b7",
    { name: "h_1", colour: "h", letter: "h", digits: 2 }, "+", { name: "weight_a", colour: "left", letter: () => symbol("w", "a"), digits: 1 }, "\u00b7",
    { name: "a_t", colour: "left", letter: "a", digits: 2 }, "+", { name: "bias", colour: "left", letter: () => symbol("b"), digits: 1 }, ")",
  ]);
  const equations = html("div", { class: "lstm-equations", role: "group" }, gate.node);
  const verdicts = ["kept", "dropped"].map((name) => {
    const mark = html("span", { class: "lstm-keeper-mark", "aria-hidden": "true" });
    const voice = speaker();
    return { name, mark, voice, node: html("div", { class: "lstm-keeper-verdict", "data-verdict": name }, mark, voice.node) };
  });
  const voice = speaker();
  const table = numbersTable(labels, steps);

  const chart = plot({
    title: labels.plot,
    height: BOX.height,
    draw(width) {
      const now = state();
      const found = run();
      const at = columns(width, steps);
      stepper.input.style.marginInlineStart = `${at.x(1) - 8}px`;
      stepper.input.style.width = `${at.x(steps) - at.x(1) + 16}px`;
      const open = found.i.flatMap((value, n) => (value > 0.5 ? [n + 1] : []));
      return {
        words: fill(labels.plot_words, {
          open: open.join(", ") || labels.none, before: show(found.c[events.bump[0] - 2], 2),
          after: show(found.c[events.bump[1] - 1], 2), last: show(found.c.at(-1), 2), calm: show(found.calm.at(-1), 2),
        }),
        children: [
          svg("rect", { class: "lstm-now", x: at.x(now.t) - at.column / 2, width: at.column, y: 0, height: BOX.height, rx: 4 }),
          drawAmplitude(found, at, events, labels, constants.highest),
          drawLane(found.h, at, BOX.says, "h", "h", true), drawLane(found.i, at, BOX.gate, "i", "i", false),
          drawMemory(found, at),
          stepNumbers(at, steps, now.t, BOX.height - 4).slice(1),
          Array.from({ length: steps }, (_, n) => svg("rect", {
            class: "lstm-column", x: at.x(n + 1) - at.column / 2, width: at.column, y: 0, height: BOX.height,
            onclick: () => change({ t: n + 1 }),
          })),
        ],
      };
    },
  });

  const root = html(
    "div", { class: "lstm lstm-keeper", role: "group", "aria-label": labels.title },
    presets.node,
    html("p", { class: "lstm-heading lstm-indented", "aria-hidden": "true" }, labels.plot),
    html("div", { class: "lstm-legend", "aria-hidden": "true" },
      entry("lstm-keeper-bar", labels.amplitude, "bar"), entry("lstm-keeper-needed lstm-i", labels.needed, "line"),
      entry("lstm-keeper-said lstm-h", labels.says, "bar"), entry("lstm-keeper-open lstm-i", labels.i, "bar"),
      entry("lstm-line lstm-keeper-memory lstm-c", labels.c, "line"), entry("lstm-guide", labels.calm, "line")),
    chart.node, stepper.node,
    verdicts.map((one) => one.node),
    html("div", { class: "lstm-sliders", role: "group", "aria-label": labels.weights }, sliders.map(([, one]) => one.node)),
    equations, voice.node,
    html("details", {}, html("summary", {}, labels.table), table.node),
  );

  function draw() {
    const now = state();
    const found = run();
    const n = now.t - 1;
    chart.draw();
    presets.mark((preset) => SETTINGS.every((name) => preset[name] === now[name]));
    for (const [name, one] of sliders) one.set(now[name]);
    stepper.set(now.t);
    const said = { kept: found.kept >= constants.least, dropped: found.moved <= constants.most };
    const words = [
      fill(said.kept ? labels.kept : labels.lost, { c: show(found.kept, 2) }),
      fill(said.dropped ? labels.dropped : labels.entered, { by: show(found.moved, 2) }),
    ];
    verdicts.forEach((one, index) => {
      one.mark.textContent = said[one.name] ? "\u2713" : "\u2717";
      one.node.dataset.good = said[one.name];
      one.voice.say(words[index]);
    });
    equations.setAttribute("aria-label", fill(labels.equations, { t: now.t }));
    gate.index({ i_t: now.t, h_1: now.t - 1, a_t: now.t });
    gate.set({
      i_t: found.i[n], weight_h: now.w_h, h_1: found.h[n], weight_a: now.k, a_t: found.amplitude[n],
      bias: -now.k * now.threshold - now.w_h * constants.says,
    });
    table.set(found);
    voice.say(fill(labels.summary, {
      t: now.t, amplitude: show(found.amplitude[n], 2), needed: show(found.needed[n], 2), i: show(100 * found.i[n], 0),
    }));
  }

  const stop = live({ model, el, names: INPUTS, root, draw });
  return () => {
    stop();
    for (const one of [voice, ...verdicts.map((verdict) => verdict.voice)]) one.stop();
  };
}

function entry(kind, text, shape) {
  const mark = shape === "bar"
    ? svg("rect", { class: kind, x: 6, y: 1, width: 10, height: 12 })
    : svg("path", { class: kind, d: "M0 7L22 7" });
  return html("span", {}, svg("svg", { width: 22, height: 14, "aria-hidden": "true" }, mark), text);
}

function drawAmplitude({ amplitude, needed }, at, events, labels, highest) {
  const { left, right, column, x } = at;
  const top = Math.max(2, Math.max(...amplitude) * 1.1, Math.min(Math.max(...needed) * 1.1, highest));
  const y = scale([0, top], [BOX.middle, BOX.top]);
  const bar = Math.max(column - 4, 3);
  // Values too high for the picture are drawn along its upper edge.
  const points = needed.flatMap((value, n) => [[x(n + 1) - column / 2, y(Math.min(value, top))], [x(n + 1) + column / 2, y(Math.min(value, top))]]);
  const [first, last] = events.bump;
  return [
    horizontalGrid(y, ticks(0, top, 3), left, right, top > 3 ? 0 : 1),
    amplitude.map((value, n) => svg("rect", {
      class: "lstm-keeper-bar", x: x(n + 1) - bar / 2, y: y(value), width: bar, height: y(0) - y(value), rx: 1,
    })),
    path(points, { class: "lstm-keeper-needed lstm-i" }),
    letterAt(x(0), (BOX.top + BOX.middle) / 2, "a", ""),
    svg("text", { x: (x(first) + x(last)) / 2, y: 12, "text-anchor": "middle" }, labels.bump_name),
    svg("text", { x: x(events.spike), y: 12, "text-anchor": "middle" }, labels.spike_name),
  ];
}

function letterAt(x, y, letter, colour) {
  return svg("g", { class: colour },
    svg("text", { class: "lstm-letter", x, y, "text-anchor": "middle", "dominant-baseline": "central" }, letter));
}

function drawLane(values, { left, right, column, x }, top, colour, letter, signed) {
  const bar = Math.max(column - 4, 3);
  const zero = signed ? top + BOX.lane / 2 : top + BOX.lane;
  const size = (value) => Math.abs(value) * (signed ? BOX.lane / 2 : BOX.lane);
  return svg("g", { class: `lstm-lane lstm-${colour}` },
    svg("text", { x: left - 8, y: top + BOX.lane / 2, "text-anchor": "end", "dominant-baseline": "central" }, letter),
    values.map((value, n) => svg("rect", {
      class: colour === "h" ? "lstm-keeper-said" : "lstm-keeper-open", x: x(n + 1) - bar / 2, width: bar, rx: 1,
      y: value > 0 ? zero - size(value) : zero, height: size(value),
    })),
    svg("line", { class: "lstm-middle", x1: left, x2: right, y1: zero, y2: zero }));
}

function drawMemory({ c, calm }, { left, right, x }) {
  const all = [...c, ...calm, 0, 1];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const y = scale([low, high], [BOX.bottom, BOX.memory]);
  const points = (values) => values.map((value, n) => [x(n + 1), y(value)]);
  return [
    horizontalGrid(y, ticks(low, high, 3), left, right, high - low > 2.5 ? 0 : 1),
    path(points(c), { class: "lstm-line lstm-keeper-memory lstm-c" }),
    path(points(calm), { class: "lstm-guide" }),
    letterAt(x(0), (BOX.memory + BOX.bottom) / 2, "c", "lstm-c"),
    svg("g", { class: "lstm-c" }, points(c).map(([cx, cy]) => svg("circle", { cx, cy, r: 2.6 }))),
  ];
}

function numbersTable(labels, steps) {
  const names = { amplitude: labels.amplitude, needed: labels.needed, h: labels.says, i: labels.i, f: labels.f, c: labels.c, calm: labels.calm };
  const head = html("tr", {}, html("th", { scope: "col" }, labels.step),
    ROWS.map((name) => html("th", { scope: "col", class: `lstm-${name}` }, names[name])));
  const cells = [];
  const body = Array.from({ length: steps }, (_, n) => {
    cells.push(Object.fromEntries(ROWS.map((name) => [name, quantity(`${name}[${n + 1}]`)])));
    return html("tr", {}, html("th", { scope: "row" }, String(n + 1)), ROWS.map((name) => html("td", {}, cells[n][name].node)));
  });
  return {
    node: html("div", { class: "lstm-scroll", tabindex: 0, role: "region", "aria-label": labels.table },
      html("table", {}, html("thead", {}, head), html("tbody", {}, body))),
    set: (found) => cells.forEach((row, n) => ROWS.forEach((name) => row[name].set(found[name][n]))),
  };
}

export default { render };
