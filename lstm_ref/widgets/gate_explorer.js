// GateExplorer's view: gates to move, the memory above, the step's equations in numbers. See gate_explorer.py.

const GATES = { f: "f", i: "i", candidate: "\u0109", o: "o" };
const INPUTS = ["f", "i", "candidate", "o", "t", "scope", "c_prev", "sequence"];
const LEFT = 40;
const RIGHT = 10;
const MEMORY = { top: 10, bottom: 180 };
const LANE = { top: 200, height: 24, gap: 7 };
const HEIGHT = LANE.top + 4 * (LANE.height + LANE.gap) + 18;

function render({ model, el }) {
  const labels = model.get("labels");
  const limits = model.get("limits");
  const steps = limits.t[1];
  const { state, change: set } = settings(model, INPUTS);

  // Every change keeps the model consistent: the gates on show agree with the sequence, so Python sends nothing back.
  function change(values) {
    const next = { ...state(), ...values };
    for (const gate of Object.keys(GATES)) next[gate] = next.sequence[gate][next.t - 1];
    set(next);
  }

  function setGate(gate, value) {
    const { sequence, scope, t } = state();
    const row = sequence[gate].map((old, n) => (scope === "every" || n === t - 1 ? value : old));
    change({ sequence: { ...sequence, [gate]: row } });
  }

  const presets = presetButtons({
    legend: labels.presets,
    presets: model.get("presets"),
    onPick: ({ c_prev, t, scope, sequence }) => change({ c_prev, t, scope, sequence }),
  });
  const gates = Object.entries(GATES).map(([name, letter]) => [name, letter, slider({
    name, letter, label: labels[name], min: limits[name][0], max: limits[name][1], step: 0.01,
    onInput: (value) => setGate(name, value),
  })]);
  const start = slider({
    name: "c_prev", letter: "c", subscript: 0, label: labels.c_prev, min: limits.c_prev[0], max: limits.c_prev[1],
    step: 0.1, onInput: (value) => change({ c_prev: value }),
  });
  const stepper = slider({
    name: "t", letter: "t", label: labels.step_slider, min: limits.t[0], max: steps, step: 1, digits: 0,
    onInput: (value) => change({ t: value }),
  });
  const scope = choice({
    name: "scope", legend: labels.scope, options: { every: labels.scope_every, one: "" },
    onChange: (value) => change({ scope: value }),
  });
  const memory = equation([
    { name: "c_t", colour: "c", letter: "c" }, "=", { name: "f", letter: "f", digits: 2 }, "\u00b7",
    { name: "c_before", colour: "c", letter: "c" }, "+", { name: "i", letter: "i", digits: 2 }, "\u00b7",
    { name: "candidate", letter: GATES.candidate, digits: 2 },
  ]);
  const output = equation([
    { name: "h_t", colour: "h", letter: "h" }, "=", { name: "o", letter: "o", digits: 2 }, "\u00b7", "tanh", "(",
    { name: "c_t", colour: "c", letter: "c" }, ")",
  ]);
  const fading = html("p", { class: "lstm-note" });
  const voice = speaker();
  const table = numbersTable(labels, steps);
  const equations = html("div", { class: "lstm-equations", role: "group" }, memory.node, output.node);
  const controls = html("div", { class: "lstm-sliders", role: "group", "aria-label": labels.gates }, gates.map(([, , one]) => one.node), start.node);

  const chart = plot({
    title: labels.plot,
    height: HEIGHT,
    draw(width) {
      const now = state();
      const trace = runMemory(now.sequence, now.c_prev);
      const column = (width - LEFT - RIGHT) / (steps + 1);
      const x = (t) => LEFT + column * (t + 0.5);
      // The slider of t lies under the steps: the middle of its thumb (16 px wide) is at the middle of a column.
      stepper.input.style.marginInlineStart = `${x(1) - 8}px`;
      stepper.input.style.width = `${x(steps) - x(1) + 16}px`;
      return {
        words: fill(labels.plot_words, {
          steps, first: show(trace.c[0]), last: show(trace.c[steps]), h: show(trace.h[steps - 1]),
          low: show(Math.min(...trace.c)), high: show(Math.max(...trace.c)),
        }),
        children: [
          svg("rect", { class: "lstm-now", x: x(now.t) - column / 2, width: column, y: 0, height: HEIGHT, rx: 4 }),
          drawTrace(trace, x, width, now.t),
          drawLanes(now, x, column),
          Array.from({ length: steps }, (_, n) => svg("rect", {
            class: "lstm-column", x: x(n + 1) - column / 2, width: column, y: 0, height: HEIGHT,
            onclick: () => change({ t: n + 1 }),
          })),
        ],
      };
    },
  });

  const root = html(
    "div", { class: "lstm lstm-gate-explorer", role: "group", "aria-label": labels.title },
    presets.node,
    html("div", { class: "lstm-legend", "aria-hidden": "true" }, legendEntry("c", labels.c), legendEntry("h", labels.h)),
    chart.node, stepper.node,
    scope.node, controls,
    equations, voice.node, fading,
    html("details", {}, html("summary", {}, labels.table), table.node),
  );

  function draw() {
    const now = state();
    const trace = runMemory(now.sequence, now.c_prev);
    const [before, c, h] = [trace.c[now.t - 1], trace.c[now.t], trace.h[now.t - 1]];
    chart.draw();
    presets.mark((preset) => preset.c_prev === now.c_prev && JSON.stringify(rows(preset.sequence)) === JSON.stringify(rows(now.sequence)));
    for (const [name, , one] of gates) {
      one.set(now[name]);
      one.relabel(labels[name], now.scope === "one" ? now.t : undefined);
    }
    start.set(now.c_prev);
    stepper.set(now.t);
    scope.relabel("one", fill(labels.scope_one, { t: now.t }));
    scope.set(now.scope);
    controls.setAttribute("aria-label", fill(now.scope === "one" ? labels.gates_one : labels.gates_every, { t: now.t }));
    equations.setAttribute("aria-label", fill(labels.equations, { t: now.t }));
    const index = { c_t: now.t, h_t: now.t, f: now.t, i: now.t, candidate: now.t, o: now.t, c_before: now.t - 1 };
    memory.index(index);
    output.index(index);
    memory.set({ c_t: c, f: now.f, c_before: before, i: now.i, candidate: now.candidate });
    output.set({ h_t: h, o: now.o, c_t: c });
    fading.textContent = fill(fadingTemplate(labels, now.f), { f: show(now.f, 2), n: showSteps(halfLife(now.f)) });
    table.set(now.sequence, trace);
    voice.say(fill(labels.summary, {
      t: now.t, steps, keep: show(100 * now.f, 0), c_prev: show(before), write: show(100 * now.i, 0),
      candidate: show(now.candidate, 2), c: show(c), h: show(h),
    }));
  }

  const stop = live({ model, el, names: INPUTS, root, draw });
  return () => {
    stop();
    voice.stop();
  };
}

function fadingTemplate(labels, f) {
  if (f === 1) return labels.never;
  if (f === 0) return labels.at_once;
  return f < 0.5 ? labels.fast : labels.half_life;
}

function rows(sequence) {
  return Object.keys(GATES).map((gate) => sequence[gate]);
}

function legendEntry(name, text) {
  const mark = name === "c" ? svg("circle", { cx: 16, cy: 7, r: 4 }) : svg("rect", { x: 12.5, y: 3.5, width: 7, height: 7 });
  return html("span", { class: `lstm-${name}` },
    svg("svg", { width: 32, height: 14 }, path([[1, 7], [31, 7]], { class: "lstm-line" }), mark),
    html("span", { class: "lstm-symbol" }, symbol(name, "t")), " ", html("span", { class: "lstm-words" }, text));
}

function drawTrace({ c, h }, x, width, now) {
  const low = Math.floor(2 * Math.min(0, ...c, ...h)) / 2;
  const high = Math.ceil(2 * Math.max(1, ...c, ...h)) / 2;
  const y = scale([low, high], [MEMORY.bottom, MEMORY.top]);
  const marks = ticks(low, high);
  const digits = marks.every(Number.isInteger) ? 0 : 1;
  const shownAt = h.map((value, n) => [x(n + 1), y(value)]);
  const memoryAt = c.map((value, n) => [x(n), y(value)]);
  return [
    horizontalGrid(y, marks, LEFT, width - RIGHT, digits),
    svg("g", { class: "lstm-h" }, path(shownAt, { class: "lstm-line" }), shownAt.map(([px, py], n) => {
      const size = n + 1 === now ? 13 : 9; // a little wider than the dot, so that both show where they meet
      return svg("rect", { x: px - size / 2, y: py - size / 2, width: size, height: size });
    })),
    svg("g", { class: "lstm-c" }, path(memoryAt, { class: "lstm-line" }),
      memoryAt.map(([px, py], n) => svg("circle", { cx: px, cy: py, r: n === now ? 6 : 4 }))),
  ];
}

function drawLanes(now, x, column) {
  const bar = Math.min(column - 4, 34);
  const lanes = Object.entries(GATES).map(([name, letter], lane) => {
    const top = LANE.top + lane * (LANE.height + LANE.gap);
    const signed = name === "candidate";
    const zero = top + (signed ? LANE.height / 2 : LANE.height);
    return svg("g", { class: `lstm-lane lstm-${name}` },
      svg("text", { x: LEFT - 8, y: top + LANE.height / 2, "text-anchor": "end", "dominant-baseline": "central" }, letter),
      now.sequence[name].map((value, n) => {
        const height = Math.abs(value) * (signed ? LANE.height / 2 : LANE.height);
        return svg("g", {},
          svg("rect", { class: "lstm-track", x: x(n + 1) - bar / 2, y: top, width: bar, height: LANE.height, rx: 2 }),
          svg("rect", { class: "lstm-level", x: x(n + 1) - bar / 2, y: value > 0 ? zero - height : zero, width: bar, height, rx: 2 }));
      }),
      signed ? svg("line", { class: "lstm-middle", x1: x(1) - bar / 2, x2: x(now.sequence.f.length) + bar / 2, y1: zero, y2: zero }) : null);
  });
  const every = column < 19 ? 2 : 1; // narrow screens number every other step, and always the one on show
  const numbers = Array.from({ length: now.sequence.f.length + 1 }, (_, t) => (t % every && t !== now.t) ? null : svg(
    "text", { class: t === now.t ? "lstm-tick lstm-tick-now" : "lstm-tick", x: x(t), y: HEIGHT - 4, "text-anchor": "middle" }, String(t)));
  return [...lanes, ...numbers];
}

function numbersTable(labels, steps) {
  const columns = { ...GATES, c: "c", h: "h" };
  const head = html("tr", {}, html("th", { scope: "col" }, labels.step),
    Object.entries(columns).map(([name, letter]) => html("th", { scope: "col", class: `lstm-${name}` }, html("i", {}, letter))));
  const cells = [];
  const body = Array.from({ length: steps + 1 }, (_, t) => {
    cells.push({});
    return html("tr", {}, html("th", { scope: "row" }, String(t)), Object.keys(columns).map((name) => {
      if (t === 0 && name !== "c") return html("td");
      cells[t][name] = quantity(`${name}[${t}]`);
      return html("td", {}, cells[t][name].node);
    }));
  });
  return {
    node: html("div", { class: "lstm-scroll", tabindex: 0, role: "region", "aria-label": labels.table },
      html("table", {}, html("thead", {}, head), html("tbody", {}, body))),
    set(sequence, { c, h }) {
      for (let t = 0; t <= steps; t++) cells[t].c.set(c[t]);
      for (let t = 1; t <= steps; t++) {
        cells[t].h.set(h[t - 1]);
        for (const gate of Object.keys(GATES)) cells[t][gate].set(sequence[gate][t - 1]);
      }
    },
  };
}

export default { render };
