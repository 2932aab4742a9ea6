// GradientFlow's view: gates drawn in lanes, and what is left of a gradient at each step on its way back.
// See gradient_flow.py.

const INPUTS = ["f", "i", "o", "candidate", "w", "t", "scope"];
const BOX = { top: 10, bottom: 200, height: 222 };
const SERIES = { along: "c", through: "h", total: "total", rnn: "rnn" };

function gradientFlow({ f, i, o, candidate, w }) {
  const steps = f.length;
  const c = memoryTrace({ f, i, candidate: f.map(() => candidate) }, 0);
  const shown = c.map(Math.tanh);
  const h = [0, ...o.map((gate, n) => hiddenState(gate, c[n + 1]))];
  const flow = { along: [], through: [], total: [], rnn: [] };
  let [dh, dc, along, rnn] = [0, 1, 1, 1];
  for (let t = steps; t >= 0; t--) {
    // The memory was used twice, for h and for the next step: its two gradients add up.
    const total = t ? dc + dh * o[t - 1] * (1 - shown[t] ** 2) : dc;
    flow.along[t] = along;
    flow.total[t] = total;
    flow.through[t] = total - along;
    flow.rnn[t] = rnn;
    if (t === 0) break;
    const n = t - 1;
    const forget = total * c[t - 1] * f[n] * (1 - f[n]);
    const input = total * candidate * i[n] * (1 - i[n]);
    const write = total * i[n] * (1 - candidate ** 2);
    const output = dh * shown[t] * o[n] * (1 - o[n]);
    dh = w * (forget + input + write + output);
    dc = total * f[n];
    along *= f[n];
    rnn *= (1 - h[t] ** 2) * w;
  }
  return flow;
}

function render({ model, el }) {
  const labels = model.get("labels");
  const limits = model.get("limits");
  const floor = model.get("floor");
  const steps = limits.t[1];
  const { state, change } = settings(model, INPUTS);

  const presets = presetButtons({
    legend: labels.presets,
    presets: model.get("presets"),
    onPick: ({ f, i, o, candidate, w, t }) => change({ f, i, o, candidate, w, t }),
  });
  const { lanes, scope } = drawnGates({
    model, change, steps, names: ["f", "i", "o"],
    scopes: { every: labels.scope_every, one: labels.scope_one },
  });
  const sliders = [["w", "w", 0.1], ["candidate", "\u0109", 0.05]].map(([name, letter, step]) => [name, slider({
    name, letter, label: labels[name], min: limits[name][0], max: limits[name][1], step,
    onInput: (value) => change({ [name]: value }),
  })]);
  const stepper = slider({
    name: "t", letter: "c", label: labels.step_slider, min: 0, max: steps, step: 1, digits: 0,
    onInput: (value) => change({ t: value }),
  });
  const ways = equation([
    { name: "total", letter: "dc", digits: showSize }, "=", { name: "along", colour: "c", letter: "\u220ff", digits: showSize }, "+",
    { name: "through", colour: "h", letter: labels.via, digits: showSize },
  ]);
  const plain = equation([{ name: "rnn", letter: labels.rnn, digits: showSize }]);
  const equations = html("div", { class: "lstm-equations", role: "group" }, ways.node, plain.node);
  const voice = speaker();
  const table = numbersTable(labels, steps);

  const chart = plot({
    title: labels.plot,
    height: BOX.height,
    draw(width) {
      const now = state();
      const flow = gradientFlow(now);
      const at = columns(width, steps);
      for (const [, one] of lanes) one.place(at, width);
      // The slider of t lies under the steps: the middle of its thumb (16 px wide) is at the middle of a column.
      stepper.input.style.marginInlineStart = `${at.x(0) - 8}px`;
      stepper.input.style.width = `${at.x(steps) - at.x(0) + 16}px`;
      return {
        words: fill(labels.plot_words, sizes(flow, 0)),
        children: [
          svg("rect", { class: "lstm-now", x: at.x(now.t) - at.column / 2, width: at.column, y: 0, height: BOX.height, rx: 4 }),
          drawFlow(flow, at, now.t, floor, labels),
          stepNumbers(at, steps, now.t, BOX.height - 4),
          Array.from({ length: steps + 1 }, (_, t) => svg("rect", {
            class: "lstm-column", x: at.x(t) - at.column / 2, width: at.column, y: 0, height: BOX.height,
            onclick: () => change({ t }),
          })),
        ],
      };
    },
  });

  const root = html(
    "div", { class: "lstm lstm-gradient-flow", role: "group", "aria-label": labels.title },
    presets.node,
    html("p", { class: "lstm-heading lstm-indented", "aria-hidden": "true" }, labels.plot),
    html("div", { class: "lstm-legend", "aria-hidden": "true" },
      Object.entries(SERIES).map(([name, kind]) => legendEntry(kind, labels[name]))),
    chart.node, stepper.node, lanes.map(([, one]) => one.node),
    html("p", { class: "lstm-note" }, labels.how),
    scope.node,
    html("div", { class: "lstm-sliders", role: "group", "aria-label": labels.numbers }, sliders.map(([, one]) => one.node)),
    equations, voice.node,
    html("details", {}, html("summary", {}, labels.table), table.node),
  );

  function draw() {
    const now = state();
    const flow = gradientFlow(now);
    chart.draw();
    presets.mark((preset) => ["f", "i", "o", "candidate", "w"].every(
      (name) => JSON.stringify(preset[name]) === JSON.stringify(now[name])));
    for (const [name, one] of lanes) one.set(now[name], Math.max(now.t, 1));
    for (const [name, one] of sliders) one.set(now[name]);
    scope.set(now.scope);
    stepper.set(now.t);
    equations.setAttribute("aria-label", fill(labels.equations, { t: now.t }));
    ways.index({ total: now.t });
    ways.set({ total: flow.total[now.t], along: flow.along[now.t], through: flow.through[now.t] });
    plain.set({ rnn: flow.rnn[now.t] });
    table.set(flow);
    voice.say(fill(labels.summary, { t: now.t, back: steps - now.t, ...sizes(flow, now.t) }));
  }

  const stop = live({ model, el, names: INPUTS, root, draw });
  return () => {
    stop();
    voice.stop();
  };
}

function sizes(flow, t) {
  return Object.fromEntries(Object.keys(SERIES).map((name) => [name, showSize(flow[name][t])]));
}

function legendEntry(kind, text) {
  const marks = {
    c: svg("rect", { class: "lstm-flow-reaching", x: 9, y: 1, width: 9, height: 12 }),
    h: svg("rect", { class: "lstm-flow-reaching", x: 9, y: 1, width: 9, height: 12 }),
    total: svg("line", { x1: 4, x2: 22, y1: 7, y2: 7 }),
    rnn: [path([[2, 7], [26, 7]], { class: "lstm-guide" }), svg("circle", { class: "lstm-hollow", cx: 14, cy: 7, r: 3.5 })],
  };
  return html("span", {}, svg("svg", { width: 28, height: 14, class: `lstm-${kind}` }, marks[kind]), text);
}

function drawFlow(flow, { x, column, left, right }, now, floor, labels) {
  const all = Object.values(flow).flat().map(Math.abs).filter((value) => value > 0);
  const lowest = Math.max(Math.log10(floor), Math.min(-2, Math.floor(Math.log10(Math.min(...all)))));
  const highest = Math.max(1, Math.ceil(Math.log10(Math.max(...all))));
  const y = scale([lowest, highest], [BOX.bottom, BOX.top]);
  const level = (value) => y(value === 0 ? lowest : Math.max(Math.log10(Math.abs(value)), lowest));
  const every = Math.max(1, Math.ceil((highest - lowest) / 6));
  const marks = [];
  for (let n = highest; n >= lowest; n--) if (n % every === 0) marks.push(n);
  const bar = Math.max(column * 0.34, 2.5);
  const paths = flow.rnn.map((value, t) => [x(t), level(value)]);
  const bars = flow.total.map((total, t) => {
    const kind = t < now ? "lstm-flow-ahead" : null; // the gradient has not come so far yet
    const pair = [["along", "c", -bar], ["through", "h", 0]].map(([name, letter, shift]) => {
      const value = flow[name][t];
      if (Math.abs(value) < floor) return null;
      return svg("g", { class: `lstm-${letter}` }, svg("rect", {
        class: value > 0 ? "lstm-flow-reaching" : "lstm-flow-reaching lstm-flow-negative", x: x(t) + shift, width: bar, y: level(value),
        height: BOX.bottom - level(value),
      }));
    }).filter(Boolean);
    const together = Math.abs(total) < floor ? [] : [svg("line", {
      x1: x(t) - bar - 2, x2: x(t) + bar + 2, y1: level(total), y2: level(total),
    })];
    return svg("g", { class: kind }, pair, svg("g", { class: "lstm-total" }, together));
  });
  return [
    marks.map((n) => svg("g", { class: "lstm-grid" },
      svg("line", { x1: left, x2: right, y1: y(n), y2: y(n), class: n === 0 ? "lstm-zero" : null }),
      svg("text", { x: left - 5, y: y(n), "text-anchor": "end", "dominant-baseline": "central" }, n === 0 ? "1" : powerOfTen(n)))),
    bars,
    svg("g", { class: "lstm-rnn" }, path(paths.slice(now), { class: "lstm-guide" }),
      paths.slice(now).map(([cx, cy], n) => (Math.abs(flow.rnn[now + n]) < floor ? null : svg("circle", { class: "lstm-hollow", cx, cy, r: 3 })))
        .filter(Boolean)),
  ];
}

function numbersTable(labels, steps) {
  const head = html("tr", {}, html("th", { scope: "col" }, labels.step),
    Object.keys(SERIES).map((name) => html("th", { scope: "col" }, labels[name])));
  const cells = [];
  const body = Array.from({ length: steps + 1 }, (_, t) => {
    cells.push(Object.fromEntries(Object.keys(SERIES).map((name) => [name, quantity(`${name}[${t}]`, showSize)])));
    return html("tr", {}, html("th", { scope: "row" }, String(t)),
      Object.values(cells[t]).map((one) => html("td", {}, one.node)));
  });
  return {
    node: html("div", { class: "lstm-scroll", tabindex: 0, role: "region", "aria-label": labels.table },
      html("table", {}, html("thead", {}, head), html("tbody", {}, body))),
    set(flow) {
      cells.forEach((row, t) => Object.entries(row).forEach(([name, one]) => one.set(flow[name][t])));
    },
  };
}

export default { render };
