// OutputGate's view: the memory inside, the gate to draw, the output outside, and tanh. See output_gate.py.

const INPUTS = ["o", "memory", "t", "scope", "line", "gate"];
const LEFT = 40;
const RIGHT = 10;
const INSIDE = { top: 68, bottom: 164 };
const LANE = { top: 198, bottom: 238 };
const OUTSIDE = { top: 272, bottom: 368 };
const HEIGHT = OUTSIDE.bottom + 26;
const CURVE = { left: 40, right: 12, top: 16, bottom: 190, height: 222, reach: 5 };
const BUMP = [5, 8];
const SPIKE = 13;
// How the output is made of a gate and a memory. Only the first is right; the others show what goes wrong.
const LINES = {
  whole: hiddenState,
  no_tanh: (o, c) => o * c,
  no_gate: (o, c) => Math.tanh(c),
};

function render({ model, el }) {
  const labels = model.get("labels");
  const limits = model.get("limits");
  const share = model.get("share");
  const amplitude = model.get("amplitude");
  const steps = share.length;
  const { state, change: set } = settings(model, INPUTS);

  // Every change keeps the model consistent: the gate on show agrees with the list, so Python sends nothing back.
  function change(values) {
    const next = { ...state(), ...values };
    next.o = next.gate[next.t - 1];
    set(next);
  }

  function setGate(value, t, every = false) {
    change({ t, gate: state().gate.map((old, n) => (every || n === t - 1 ? value : old)) });
  }

  function trace() {
    const { gate, memory, line } = state();
    const c = share.map((part) => memory * part);
    return { c, h: c.map((value, n) => LINES[line](gate[n], value)) };
  }

  const presets = presetButtons({
    legend: labels.presets,
    presets: model.get("presets"),
    onPick: ({ gate, memory, t }) => change({ gate, memory, t, line: "whole" }),
  });
  const stepper = slider({
    name: "t", letter: "t", label: labels.step_slider, min: limits.t[0], max: steps, step: 1, digits: 0,
    onInput: (value) => change({ t: value }),
  });
  const line = choice({
    name: "line", legend: labels.line,
    options: { whole: labels.line_whole, no_tanh: labels.line_no_tanh, no_gate: labels.line_no_gate },
    onChange: (value) => change({ line: value }),
  });
  const gate = slider({
    name: "o", letter: "o", label: labels.o, min: limits.o[0], max: limits.o[1], step: 0.01,
    onInput: (value) => setGate(value, state().t, state().scope === "every"),
  });
  const scope = choice({
    name: "scope", legend: labels.scope, options: { one: "", every: labels.scope_every },
    onChange: (value) => change({ scope: value }),
  });
  const memory = slider({
    name: "memory", letter: "c", subscript: steps, label: labels.memory, min: limits.memory[0], max: limits.memory[1], step: 0.1,
    onInput: (value) => change({ memory: value }),
  });
  const term = { h: { name: "h_t", colour: "h", letter: "h" }, o: { name: "o", letter: "o", digits: 2 }, c: { name: "c_t", colour: "c", letter: "c" } };
  const equationsOf = {
    whole: equation([term.h, "=", term.o, "\u00b7", "tanh", "(", term.c, ")"]),
    no_tanh: equation([term.h, "=", term.o, "\u00b7", term.c]),
    no_gate: equation([term.h, "=", "tanh", "(", term.c, ")"]),
  };
  const equations = html("div", { class: "lstm-equations", role: "group" });
  const voice = speaker();
  const table = numbersTable(labels, steps);

  let dragging = false;
  function drag(event, x, column) {
    // From the pointer's place to a step and a gate value, in hundredths.
    const box = chart.picture.getBoundingClientRect();
    const t = Math.round(scale([x(1), x(steps)], [1, steps])(event.clientX - box.left));
    const value = scale([LANE.bottom, LANE.top], [0, 1])(event.clientY - box.top);
    setGate(Math.round(100 * Math.min(Math.max(value, 0), 1)) / 100, Math.min(Math.max(t, 1), steps));
  }

  const chart = plot({
    title: labels.plot,
    height: HEIGHT,
    draw(width) {
      const now = state();
      const { c, h } = trace();
      const column = (width - LEFT - RIGHT) / steps;
      const x = (t) => LEFT + column * (t - 0.5);
      // The slider of t lies under the steps: the middle of its thumb (16 px wide) is at the middle of a column.
      stepper.input.style.marginInlineStart = `${x(1) - 8}px`;
      stepper.input.style.width = `${x(steps) - x(1) + 16}px`;
      return {
        words: fill(labels.plot_words, {
          steps, c: show(c[steps - 1]), opened: now.gate.filter((value) => value > 0.5).length,
          low: show(Math.min(...h)), high: show(Math.max(...h)), h: show(h[steps - 1]),
        }),
        children: [
          svg("rect", { class: "lstm-now", x: x(now.t) - column / 2, width: column, y: 0, height: HEIGHT, rx: 4 }),
          drawSignal(labels, amplitude, x, column),
          drawMemory(labels, c, x, width, now),
          drawGate(labels, now.gate, x, column),
          drawOutput(labels, c, h, x, column, width, now),
          drawSteps(now.t, steps, x, column),
          Array.from({ length: steps }, (_, n) => svg("rect", {
            class: "lstm-column", x: x(n + 1) - column / 2, width: column, y: 0, height: HEIGHT,
            onclick: () => change({ t: n + 1 }),
          })),
        ],
      };
    },
  });
  // The lane to draw in lies over the picture and is not redrawn with it, so that a drag is not interrupted.
  const lane = html("div", { class: "lstm-output-drag", "aria-hidden": "true", style: `top: ${LANE.top - 6}px; height: ${LANE.bottom - LANE.top + 12}px` });
  const place = () => {
    const column = (chart.node.clientWidth - LEFT - RIGHT) / steps;
    return [(t) => LEFT + column * (t - 0.5), column];
  };
  lane.addEventListener("pointerdown", (event) => {
    dragging = true;
    lane.setPointerCapture(event.pointerId);
    drag(event, ...place());
  });
  lane.addEventListener("pointermove", (event) => { if (dragging) drag(event, ...place()); });
  for (const end of ["pointerup", "pointercancel"]) lane.addEventListener(end, () => { dragging = false; });
  chart.node.append(lane);

  const curve = plot({
    title: labels.curve, height: CURVE.height,
    draw: (width) => drawCurve(width, state(), trace(), labels),
  });

  const root = html(
    "div", { class: "lstm lstm-output-gate", role: "group", "aria-label": labels.title },
    presets.node, chart.node, stepper.node, line.node,
    html("div", { class: "lstm-pair" },
      html("div", {}, html("p", { class: "lstm-heading", "aria-hidden": "true" }, labels.curve), curve.node),
      html("div", { class: "lstm-output-stack", role: "group", "aria-label": labels.controls }, gate.node, scope.node, memory.node, equations)),
    voice.node,
    html("details", {}, html("summary", {}, labels.table), table.node),
  );

  function draw() {
    const now = state();
    const { c, h } = trace();
    const [c_t, h_t] = [c[now.t - 1], h[now.t - 1]];
    chart.draw();
    curve.draw();
    presets.mark((preset) => now.line === "whole" && preset.memory === now.memory && preset.gate.every((value, n) => value === now.gate[n]));
    gate.set(now.o);
    gate.relabel(labels.o, now.scope === "one" ? now.t : undefined);
    memory.set(now.memory);
    stepper.set(now.t);
    scope.relabel("one", fill(labels.scope_one, { t: now.t }));
    scope.set(now.scope);
    line.set(now.line);
    equations.setAttribute("aria-label", fill(labels.equations, { t: now.t }));
    equations.replaceChildren(equationsOf[now.line].node);
    equationsOf[now.line].index({ h_t: now.t, o: now.t, c_t: now.t });
    equationsOf[now.line].set(now.line === "no_gate" ? { h_t, c_t } : { h_t, o: now.o, c_t });
    table.set({ c, o: now.gate, h });
    const said = { whole: labels.summary_whole, no_tanh: labels.summary_no_tanh, no_gate: labels.summary_no_gate };
    voice.say(fill(said[now.line], {
      t: now.t, steps, c: show(c_t), squashed: show(Math.tanh(c_t)), show: show(100 * now.o, 0), h: show(h_t),
    }));
  }

  const stop = live({ model, el, names: INPUTS, root, draw });
  return () => {
    stop();
    voice.stop();
  };
}

function panelName(name, text, y, x = LEFT) {
  return svg("text", { class: `lstm-output-panel lstm-${name}`, x, y }, text);
}

function drawSignal(labels, amplitude, x, column) {
  // The amplitudes at the top, small, because this widget is not about them.
  const y = scale([0, 1.6], [36, 12]);
  const bar = Math.min(column - 4, 26);
  return [
    amplitude.map((value, n) => svg("rect", { class: "lstm-output-signal", x: x(n + 1) - bar / 2, width: bar, y: y(value), height: 36 - y(value) })),
    svg("text", { x: LEFT - 8, y: 25, "text-anchor": "end", "dominant-baseline": "central", class: "lstm-letter" }, "x"),
    svg("text", { x: (x(BUMP[0]) + x(BUMP[1])) / 2, y: 14, "text-anchor": "middle" }, labels.bump),
    svg("text", { x: x(SPIKE) + bar / 2 + 4, y: 20 }, labels.spike),
  ];
}

function drawMemory(labels, c, x, width, now) {
  const most = Math.max(1, Math.ceil(Math.abs(now.memory)));
  const y = scale(now.memory < 0 ? [-most, 0] : [0, most], [INSIDE.bottom, INSIDE.top]);
  const points = c.map((value, n) => [x(n + 1), y(value)]);
  return [
    horizontalGrid(y, [0, now.memory < 0 ? -most : most], LEFT, width - RIGHT, 0),
    panelName("c", labels.inside, INSIDE.top - 8),
    svg("g", { class: "lstm-c" }, path(points, { class: "lstm-line" }),
      points.map(([px, py], n) => svg("circle", { cx: px, cy: py, r: n + 1 === now.t ? 6 : 4 }))),
  ];
}

function drawGate(labels, gate, x, column) {
  const y = scale([0, 1], [LANE.bottom, LANE.top]);
  const bar = Math.min(column - 3, 34);
  return [panelName("o", labels.gate_lane, LANE.top - 8), svg("g", { class: "lstm-lane lstm-o" },
    svg("text", { x: LEFT - 8, y: y(0.5), "text-anchor": "end", "dominant-baseline": "central" }, "o"),
    gate.map((value, n) => svg("g", {},
      svg("rect", { class: "lstm-track", x: x(n + 1) - bar / 2, y: y(1), width: bar, height: y(0) - y(1), rx: 2 }),
      svg("rect", { class: "lstm-level", x: x(n + 1) - bar / 2, y: y(value), width: bar, height: y(0) - y(value), rx: 2 }))))];
}

function drawOutput(labels, c, h, x, column, width, now) {
  // Pale: what is seen with the gate wide open. Solid: what is seen.
  const most = now.line === "no_tanh" ? Math.max(1, Math.ceil(Math.abs(now.memory))) : 1;
  const y = scale(now.memory < 0 ? [-most, 0] : [0, most], [OUTSIDE.bottom, OUTSIDE.top]);
  const sign = now.memory < 0 ? -1 : 1;
  const bar = Math.min(column - 3, 34);
  const barAt = (kind, value, n) => svg("rect", {
    class: kind, x: x(n + 1) - bar / 2, width: bar, y: Math.min(y(0), y(value)), height: Math.abs(y(value) - y(0)), rx: 2,
  });
  return [
    horizontalGrid(y, most > 1 ? [0, sign, sign * most] : [0, sign], LEFT, width - RIGHT, 0),
    panelName("h", labels.outside, OUTSIDE.top - 8),
    width > 420 ? svg("text", { x: width - RIGHT, y: OUTSIDE.top - 8, "text-anchor": "end" }, labels.hidden_part) : null,
    svg("g", { class: "lstm-c" }, c.map((value, n) => barAt("lstm-output-hidden", now.line === "no_tanh" ? value : Math.tanh(value), n))),
    svg("g", { class: "lstm-h" }, h.map((value, n) => barAt("lstm-output-shown", value, n))),
    most > 1 ? svg("g", { class: "lstm-h" }, path([[LEFT, y(sign)], [width - RIGHT, y(sign)]], { class: "lstm-guide" })) : null,
  ];
}

function drawSteps(now, steps, x, column) {
  const every = column < 19 ? 2 : 1; // narrow screens number every other step, and always the one on show
  return Array.from({ length: steps }, (_, n) => n + 1).map((t) => (t % every === 0 && every > 1 && t !== now) || (every > 1 && Math.abs(t - now) === 1) ? null : svg(
    "text", { class: t === now ? "lstm-tick lstm-tick-now" : "lstm-tick", x: x(t), y: HEIGHT - 6, "text-anchor": "middle" }, String(t)));
}

function drawCurve(width, now, { c, h }, labels) {
  const straight = now.line === "no_tanh";
  const most = straight ? CURVE.reach : 1;
  const o = now.line === "no_gate" ? 1 : now.o;
  const x = scale([-CURVE.reach, CURVE.reach], [CURVE.left, width - CURVE.right]);
  const y = scale([-most, most], [CURVE.bottom, CURVE.top]);
  const [c_t, h_t] = [c[now.t - 1], h[now.t - 1]];
  const at = Array.from({ length: 121 }, (_, n) => -CURVE.reach + (2 * CURVE.reach * n) / 120);
  const squashed = at.map((value) => [x(value), y(Math.tanh(value))]);
  const seen = at.map((value) => [x(value), y(LINES[now.line](o, value))]);
  return {
    words: fill(labels.curve_words[now.line], { limit: show(o, 2), minus: show(-o, 2), c: show(c_t), h: show(h_t) }),
    children: [
      horizontalGrid(y, [-most, 0, most], CURVE.left, width - CURVE.right, 0),
      ticks(-CURVE.reach, CURVE.reach, 5).map((value) => svg("text", { x: x(value), y: CURVE.bottom + 18, "text-anchor": "middle" }, show(value, 0))),
      svg("text", { class: "lstm-letter lstm-c", x: width - CURVE.right, y: y(0) + 17, "text-anchor": "end" }, "c"),
      svg("g", { class: "lstm-c" }, path(squashed, { class: "lstm-line lstm-output-faint" })),
      svg("text", { class: "lstm-output-panel lstm-c", x: x(-CURVE.reach) + 6, y: y(-1) - 8 }, "tanh(c)"),
      svg("g", { class: "lstm-h" },
        path([[x(c_t), y(0)], [x(c_t), y(h_t)], [x(-CURVE.reach), y(h_t)]], { class: "lstm-guide" }),
        path(seen, { class: "lstm-line" }),
        c.map((value, n) => (LINES[now.line](o, value) === h[n] ? svg("circle", { cx: x(value), cy: y(h[n]), r: 3 }) : null)),
        svg("rect", { x: x(c_t) - 6, y: y(h_t) - 6, width: 12, height: 12 })),
    ],
  };
}

function numbersTable(labels, steps) {
  const columns = ["c", "o", "h"];
  const head = html("tr", {}, html("th", { scope: "col" }, labels.step),
    columns.map((name) => html("th", { scope: "col", class: `lstm-${name}` }, html("i", {}, name))));
  const cells = [];
  const body = Array.from({ length: steps }, (_, n) => {
    cells.push({});
    return html("tr", {}, html("th", { scope: "row" }, String(n + 1)), columns.map((name) => {
      cells[n][name] = quantity(`${name}[${n + 1}]`);
      return html("td", {}, cells[n][name].node);
    }));
  });
  return {
    node: html("div", { class: "lstm-scroll", tabindex: 0, role: "region", "aria-label": labels.table },
      html("table", {}, html("thead", {}, head), html("tbody", {}, body))),
    set(values) {
      for (let n = 0; n < steps; n++) for (const name of columns) cells[n][name].set(values[name][n]);
    },
  };
}

export default { render };
