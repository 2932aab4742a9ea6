// CellStepper's view: c and h over the steps, the six lines of the step on show, every product on request. See cell_stepper.py.

const LINES = { f: "f", i: "i", candidate: "\u0109", o: "o" };
const WEIGHTS_OF = { f: "f", i: "i", candidate: "c", o: "o" };
const NAMES = ["t", "unit", "params", "xs", "state"];
const INPUTS = ["amplitude", "distance"];
const LEFT = 40;
const RIGHT = 10;
const MEMORY = { top: 10, bottom: 170 };
const LANE = { top: 190, height: 26, gap: 8 };
const HEIGHT = LANE.top + 2 * (LANE.height + LANE.gap) + 18;
const PACE = 900; // milliseconds for a step while playing

function lineOfCell(params, letter, unit, read) {
  // z = W · [h, x] + b of one unit, and each product on the way.
  const weights = params[`W_${letter}`][unit];
  const bias = params[`b_${letter}`][unit];
  const products = read.map((value, n) => weights[n] * value);
  return { weights, bias, products, z: products.reduce((sum, product) => sum + product, 0) + bias };
}

function stepOfCell(params, x, h, c) {
  const read = [...h, ...x];
  return h.map((_, unit) => {
    const lines = Object.fromEntries(Object.keys(LINES).map((name) => [name, lineOfCell(params, WEIGHTS_OF[name], unit, read)]));
    const f = sigmoid(lines.f.z);
    const i = sigmoid(lines.i.z);
    const candidate = Math.tanh(lines.candidate.z);
    const o = sigmoid(lines.o.z);
    const memory = updateMemory(f, c[unit], i, candidate);
    return { lines, read, f, i, candidate, o, c_before: c[unit], c: memory, h: hiddenState(o, memory) };
  });
}

function runCell({ params, xs, state }) {
  // One entry per step, each with one per unit.
  const steps = [];
  let { h, c } = state;
  for (const x of xs) {
    steps.push(stepOfCell(params, x, h, c));
    h = steps.at(-1).map((unit) => unit.h);
    c = steps.at(-1).map((unit) => unit.c);
  }
  return steps;
}

function render({ model, el }) {
  const labels = model.get("labels");
  const limits = model.get("limits");
  const last = limits.t[1];
  const { state, change: set } = settings(model, NAMES);

  // Every change keeps the model consistent: the state has as many units as the weights, and the unit on show exists.
  function change(values) {
    const next = { ...state(), ...values };
    const units = next.params.b_f.length;
    if (next.state.h.length !== units) next.state = { h: Array(units).fill(0), c: Array(units).fill(0) };
    next.unit = Math.min(next.unit, units);
    set(next);
  }
  const goTo = (t) => change({ t: Math.min(Math.max(t, 1), last) });

  const presets = presetButtons({
    legend: labels.presets, presets: model.get("presets"), onPick: ({ params }) => change({ params }),
  });
  const unitChoice = choice({
    name: "unit", legend: labels.unit, options: { 1: fill(labels.unit_n, { n: 1 }), 2: fill(labels.unit_n, { n: 2 }) },
    onChange: (value) => change({ unit: Number(value) }),
  });
  const stepper = slider({
    name: "t", letter: "t", label: labels.step_slider, min: 1, max: last, step: 1, digits: 0, onInput: goTo,
  });
  const walk = transport(labels, { now: () => model.get("t"), last, goTo });
  const inputs = INPUTS.map((name, n) => slider({
    name, letter: "x", subscript: n + 1, label: labels[name], min: 0, max: 2, step: 0.05,
    onInput: (value) => {
      const { xs, t } = state();
      change({ xs: xs.map((x, at) => (at === t - 1 ? x.map((old, which) => (which === n ? value : old)) : x)) });
    },
  }));
  const lines = sixLines(labels);
  const inputGroup = html("div", { class: "lstm-sliders", role: "group" }, inputs.map((one) => one.node));
  const voice = speaker();
  const table = stepTable(labels, last);

  const chart = plot({
    title: labels.plot,
    height: HEIGHT,
    draw(width) {
      const now = state();
      const steps = runCell(now);
      const unit = now.unit - 1;
      const column = (width - LEFT - RIGHT) / (last + 1);
      const x = (t) => LEFT + column * (t + 0.5);
      stepper.input.style.marginInlineStart = `${x(1) - 8}px`;
      stepper.input.style.width = `${x(last) - x(1) + 16}px`;
      const memory = [now.state.c[unit], ...steps.map((step) => step[unit].c)];
      return {
        words: fill(labels.plot_words, {
          unit: now.unit, steps: last, first: show(memory[0]), last: show(memory[last]), low: show(Math.min(...memory)),
          high: show(Math.max(...memory)), h: show(steps[last - 1][unit].h),
        }),
        children: [
          svg("rect", { class: "lstm-now", x: x(now.t) - column / 2, width: column, y: 0, height: HEIGHT, rx: 4 }),
          drawTimeline(now, steps, memory, x, width),
          drawInputs(now, x, column, labels),
          Array.from({ length: last }, (_, n) => svg("rect", {
            class: "lstm-column", x: x(n + 1) - column / 2, width: column, y: 0, height: HEIGHT, onclick: () => goTo(n + 1),
          })),
        ],
      };
    },
  });

  const otherMark = plainMark(labels.other);

  const root = html(
    "div", {
      class: "lstm lstm-cell-stepper", role: "group", "aria-label": labels.title,
      onkeydown: (event) => {
        const to = { ArrowLeft: -1, ArrowRight: 1, Home: -last, End: last }[event.key];
        // Sliders and choices use these keys themselves, and so does the table, to scroll.
        if (to === undefined || event.target.closest("input, .lstm-scroll")) return;
        event.preventDefault();
        walk.stop();
        goTo(model.get("t") + to);
      },
    },
    presets.node, unitChoice.node,
    html("div", { class: "lstm-legend", "aria-hidden": "true" }, mark("c", labels.c), mark("h", labels.h), otherMark),
    chart.node, stepper.node, walk.node,
    // Above the six lines, whose height changes: so the sliders stay where they are.
    inputGroup, lines.node, voice.node,
    html("details", {}, html("summary", {}, labels.table), table.node),
  );

  function draw() {
    const now = state();
    const steps = runCell(now);
    const unit = now.unit - 1;
    const step = steps[now.t - 1][unit];
    chart.draw();
    presets.mark((preset) => JSON.stringify(preset.params) === JSON.stringify(now.params) || samePart(preset.params, now.params));
    unitChoice.node.hidden = otherMark.hidden = now.params.b_f.length === 1;
    unitChoice.set(now.unit);
    stepper.set(now.t);
    walk.set(now.t);
    lines.set(step, now);
    inputGroup.setAttribute("aria-label", fill(labels.input, { t: now.t }));
    inputs.forEach((one, n) => one.set(now.xs[now.t - 1][n]));
    table.set(steps.map((row) => row[unit]));
    voice.say(fill(labels.summary, {
      t: now.t, steps: last, unit: now.unit, amplitude: show(now.xs[now.t - 1][0], 2), keep: show(100 * step.f, 0),
      before: show(step.c_before), write: show(100 * step.i, 0), candidate: show(step.candidate), c: show(step.c),
      show: show(100 * step.o, 0), h: show(step.h),
    }));
  }

  const stop = live({ model, el, names: NAMES, root, draw });
  return () => {
    stop();
    walk.end();
    voice.stop();
  };
}

function samePart(one, other) {
  return Object.keys(one).every((name) => JSON.stringify(one[name]) === JSON.stringify(other[name]));
}

function mark(name, text) {
  const sign = name === "c" ? svg("circle", { cx: 16, cy: 7, r: 4 }) : svg("rect", { x: 12.5, y: 3.5, width: 7, height: 7 });
  return html("span", { class: `lstm-${name}` },
    svg("svg", { width: 32, height: 14 }, path([[1, 7], [31, 7]], { class: "lstm-line" }), sign),
    html("span", { class: "lstm-symbol" }, symbol(name, "t")), " ", html("span", {}, text));
}

function plainMark(text) {
  return html("span", { class: "lstm-c lstm-stepper-other" },
    svg("svg", { width: 32, height: 14 }, path([[1, 7], [31, 7]], { class: "lstm-line" })), " ", html("span", {}, text));
}

// ---- first, previous, play, next, last ----------------------------------------------------------------------------

const ICONS = {
  first: "M4 3v10M13 3L6 8l7 5z", previous: "M11 3L4 8l7 5z", play: "M4 3l9 5-9 5z", pause: "M5 3v10M11 3v10",
  next: "M5 3l7 5-7 5z", last: "M12 3v10M3 3l7 5-7 5z",
};

function transport(labels, { now, last, goTo }) {
  const icon = (name) => svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
  const button = (name, onclick) => html("button", { type: "button", "data-walk": name, "aria-label": labels[name], title: labels[name], onclick }, icon(name));
  let timer = 0;
  const play = button("play", () => (timer ? stop() : start()));
  const jump = (to) => () => { stop(); goTo(to()); };
  const buttons = {
    first: button("first", jump(() => 1)), previous: button("previous", jump(() => now() - 1)), play,
    next: button("next", jump(() => now() + 1)), last: button("last", jump(() => last)),
  };
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");

  function show(name) {
    play.replaceChildren(icon(name));
    play.setAttribute("aria-label", labels[name]);
    play.title = labels[name];
  }
  function start() {
    if (now() === last) goTo(1);
    timer = setInterval(() => {
      goTo(now() + 1);
      if (now() === last) stop();
    }, PACE);
    show("pause");
  }
  function stop() {
    clearInterval(timer);
    timer = 0;
    show("play");
  }
  function asAsked() {
    // Readers who prefer reduced motion get no play button; the other four stay.
    if (still.matches) stop();
    play.hidden = still.matches;
  }
  asAsked();
  still.addEventListener("change", asAsked);
  return {
    node: html("div", { class: "lstm-presets lstm-stepper-walk", role: "group", "aria-label": labels.transport }, Object.values(buttons)),
    stop,
    end() {
      stop();
      still.removeEventListener("change", asAsked);
    },
    set(t) {
      // Not `disabled`: a focused button must keep the focus when the end is reached.
      for (const name of ["first", "previous"]) buttons[name].setAttribute("aria-disabled", t === 1);
      for (const name of ["next", "last"]) buttons[name].setAttribute("aria-disabled", t === last);
    },
  };
}

// ---- the six lines ----------------------------------------------------------------------------------------------------

function sixLines(labels) {
  const gate = (name) => {
    const squash = name === "candidate" ? "tanh" : "\u03c3";
    const row = equation([
      { name, letter: LINES[name] }, "=", squash, "(", { name: `z_${name}`, letter: "z", colour: name }, ")",
    ]);
    const sum = sumTable(name, labels);
    const more = html("details", {}, html("summary", {}, labels.sum), sum.node);
    return { row, sum, node: html("div", { class: `lstm-stepper-six-line lstm-${name}` }, words(name), row.node, more) };
  };
  const words = (name) => html("p", { class: "lstm-note" }, labels[`does_${name}`]);
  const gates = Object.fromEntries(Object.keys(LINES).map((name) => [name, gate(name)]));
  const memory = equation([
    { name: "c", letter: "c" }, "=", { name: "f", letter: "f" }, "\u00b7", { name: "c_before", colour: "c", letter: "c" }, "+",
    { name: "i", letter: "i" }, "\u00b7", { name: "candidate", letter: LINES.candidate },
  ]);
  const output = equation([
    { name: "h", letter: "h" }, "=", { name: "o", letter: "o" }, "\u00b7", "tanh", "(", { name: "c", letter: "c" }, ")",
  ]);
  const plain = (name, row) => html("div", { class: `lstm-stepper-six-line lstm-${name}` }, words(name), row.node);
  const node = html("div", { class: "lstm-stepper-six", role: "group" },
    gates.f.node, gates.i.node, gates.candidate.node, plain("c", memory), gates.o.node, plain("h", output));
  return {
    node,
    set(step, { t, unit }) {
      node.setAttribute("aria-label", fill(labels.six, { t, unit }));
      for (const [name, { row, sum }] of Object.entries(gates)) {
        row.index({ [name]: t, [`z_${name}`]: undefined });
        row.set({ [name]: step[name], [`z_${name}`]: step.lines[name].z });
        sum.set(step.lines[name], step.read, t);
      }
      const index = { c: t, f: t, i: t, candidate: t, o: t, h: t, c_before: t - 1 };
      memory.index(index);
      output.index(index);
      memory.set({ c: step.c, f: step.f, c_before: step.c_before, i: step.i, candidate: step.candidate });
      output.set({ h: step.h, o: step.o, c: step.c });
    },
  };
}

function sumTable(name, labels) {
  const head = html("tr", {}, ["reads", "value", "weight", "product"].map((key) => html("th", { scope: "col" }, labels[key])));
  const body = html("tbody");
  return {
    node: html("div", { class: "lstm-scroll", tabindex: 0, role: "region", "aria-label": `${labels[name]}: ${labels.sum}` },
      html("table", {}, html("thead", {}, head), body)),
    set({ weights, bias, products, z }, read, t) {
      const units = read.length - INPUTS.length;
      const cell = (key, number) => {
        const made = quantity(`z_${name}.${key}`);
        made.set(number);
        return html("td", {}, made.node);
      };
      const rows = read.map((value, n) => {
        const key = n < units ? `h${n + 1}` : INPUTS[n - units];
        const title = n < units ? [html("i", {}, "h"), html("sub", {}, `${t - 1}`), units > 1 ? ` (${fill(labels.unit_n, { n: n + 1 })})` : ""] : labels[key];
        return html("tr", {}, html("th", { scope: "row" }, title),
          cell(`${key}.value`, value), cell(`${key}.weight`, weights[n]), cell(`${key}.product`, products[n]));
      });
      body.replaceChildren(...rows,
        html("tr", {}, html("th", { scope: "row" }, labels.bias), html("td"), html("td"), cell("bias", bias)),
        html("tr", { class: "lstm-stepper-total-row" }, html("th", { scope: "row" }, html("i", {}, "z"), ` = ${labels.total}`), html("td"), html("td"), cell("total", z)));
    },
  };
}

// ---- the timeline ----------------------------------------------------------------------------------------------------

function drawTimeline(now, steps, memory, x, width) {
  const unit = now.unit - 1;
  const h = steps.map((step) => step[unit].h);
  const other = now.params.b_f.length === 2 ? [now.state.c[1 - unit], ...steps.map((step) => step[1 - unit].c)] : [];
  const all = [...memory, ...h, ...other];
  const low = Math.floor(2 * Math.min(0, ...all)) / 2;
  const high = Math.ceil(2 * Math.max(1, ...all)) / 2;
  const y = scale([low, high], [MEMORY.bottom, MEMORY.top]);
  const marks = ticks(low, high);
  const at = memory.map((value, n) => [x(n), y(value)]);
  const shownAt = h.map((value, n) => [x(n + 1), y(value)]);
  return [
    horizontalGrid(y, marks, LEFT, width - RIGHT, marks.every(Number.isInteger) ? 0 : 1),
    other.length ? svg("g", { class: "lstm-c lstm-stepper-other" }, path(other.map((value, n) => [x(n), y(value)]), { class: "lstm-line" })) : null,
    svg("g", { class: "lstm-h" }, path(shownAt, { class: "lstm-line" }), shownAt.map(([px, py], n) => {
      const size = n + 1 === now.t ? 13 : 9;
      return svg("rect", { x: px - size / 2, y: py - size / 2, width: size, height: size });
    })),
    svg("g", { class: "lstm-c" }, path(at, { class: "lstm-line" }),
      at.map(([px, py], n) => svg("circle", { cx: px, cy: py, r: n === now.t ? 6 : 4 }))),
  ];
}

function drawInputs(now, x, column, labels) {
  const bar = Math.min(column - 3, 30);
  const every = column < 19 ? 2 : 1;
  return [
    INPUTS.map((name, lane) => {
      const bottom = LANE.top + lane * (LANE.height + LANE.gap) + LANE.height;
      return svg("g", { class: "lstm-stepper-in" },
        svg("text", { x: LEFT - 8, y: bottom - LANE.height / 2, "text-anchor": "end", "dominant-baseline": "central" }, "x", svg("tspan", { "font-size": "10", dy: "4" }, String(lane + 1))),
        now.xs.map((row, n) => svg("rect", {
          x: x(n + 1) - bar / 2, width: bar, y: bottom - (row[lane] / 2) * LANE.height, height: Math.max((row[lane] / 2) * LANE.height, 1), rx: 2,
        }, svg("title", {}, `${labels[name]} ${show(row[lane], 2)}`))));
    }),
    Array.from({ length: now.xs.length + 1 }, (_, t) => (t % every && t !== now.t) ? null : svg(
      "text", { class: t === now.t ? "lstm-tick lstm-tick-now" : "lstm-tick", x: x(t), y: HEIGHT - 4, "text-anchor": "middle" }, String(t))),
  ];
}

function stepTable(labels, steps) {
  const columns = { f: "f", i: "i", candidate: LINES.candidate, c: "c", o: "o", h: "h" };
  const cells = [];
  const head = html("tr", {}, html("th", { scope: "col" }, labels.step),
    Object.entries(columns).map(([name, letter]) => html("th", { scope: "col", class: `lstm-${name}` }, html("i", {}, letter))));
  const body = Array.from({ length: steps }, (_, n) => {
    cells.push({});
    return html("tr", {}, html("th", { scope: "row" }, String(n + 1)), Object.keys(columns).map((name) => {
      cells[n][name] = quantity(`${name}[${n + 1}]`);
      return html("td", {}, cells[n][name].node);
    }));
  });
  return {
    node: html("div", { class: "lstm-scroll lstm-stepper-steps", tabindex: 0, role: "region", "aria-label": labels.table },
      html("table", {}, html("thead", {}, head), html("tbody", {}, body))),
    set(rows) {
      rows.forEach((row, n) => Object.keys(columns).forEach((name) => cells[n][name].set(row[name])));
    },
  };
}

export default { render };
