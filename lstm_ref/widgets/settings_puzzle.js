// SettingsPuzzle's view: a dotted memory to be found, the reader's own, and how far apart they are.

const INPUTS = ["puzzle", "f", "i", "c_prev", "t", "scope"];
const BOX = { top: 10, bottom: 190, lane: 206, laneHeight: 28, height: 256 };
const HAT = "\u0109";
const START = { f: 0.5, i: 0.5, c_prev: 0 };

function render({ model, el }) {
  const labels = model.get("labels");
  const puzzles = model.get("puzzles");
  const candidate = model.get("candidate");
  const near = model.get("near");
  const steps = candidate.length;
  const { state, change } = settings(model, INPUTS);

  function measured() {
    const { puzzle, f, i, c_prev } = state();
    const { target } = puzzles[puzzle];
    const c = memoryTrace({ f, i, candidate }, c_prev);
    const apart = c.map((value, t) => value - target[t]);
    const sizes = apart.map(Math.abs);
    const distance = Math.max(...sizes);
    return { c, target, apart, distance, farthest: sizes.indexOf(distance) };
  }

  const everywhere = (value) => Array(steps).fill(value);
  const puzzle = choice({
    name: "puzzle", legend: labels.puzzle, options: { leaky: labels.leaky, latch: labels.latch, bump: labels.bump },
    // Another target starts from the same settings again: those that solved the last one would be in the way.
    onChange: (value) => change({ puzzle: value, t: 1, f: everywhere(START.f), i: everywhere(START.i), c_prev: START.c_prev }),
  });
  const gates = ["f", "i"].map((name) => [name, slider({
    name, letter: name, label: labels[name], min: 0, max: 1, step: STOP,
    onInput: (value) => change({ [name]: everywhere(value) }),
  })]);
  const { lanes, scope } = drawnGates({
    model, change, steps, names: ["i", "f"],
    scopes: { one: labels.scope_one, every: labels.scope_every },
  });
  const [min, max] = model.get("limits").c_prev;
  const start = slider({
    name: "c_prev", letter: "c", subscript: 0, label: labels.c_prev, min, max, step: 0.1,
    onInput: (value) => change({ c_prev: value }),
  });
  const distance = quantity("distance");
  const found = html("span", { class: "lstm-puzzle-found", "aria-hidden": "true" }, "\u2713");
  const score = html("p", { class: "lstm-puzzle-score" }, labels.distance, ": ", distance.node, " ", found);
  const code = html("pre", { class: "lstm-puzzle-code", tabindex: 0, role: "region", "aria-label": labels.code });
  const drawing = html("div", { class: "lstm-puzzle-drawing" }, lanes.map(([, one]) => one.node), html("p", { class: "lstm-note" }, labels.how), scope.node);
  const constants = gates.map(([, one]) => one.node);
  const voice = speaker();
  const table = numbersTable(labels, steps);

  const chart = plot({
    title: labels.plot,
    height: BOX.height,
    draw(width) {
      const at = columns(width, steps);
      const { c, target, apart } = measured();
      const now = state();
      for (const [, one] of lanes) one.place(at, width);
      const low = Math.min(0, Math.floor(5 * Math.min(...c)) / 5);
      const y = scale([low, Math.max(1.2, Math.ceil(5 * Math.max(...c)) / 5)], [BOX.bottom, BOX.top]);
      const points = (values) => values.map((value, t) => [at.x(t), y(value)]);
      return {
        words: fill(labels.plot_words, { target: target.map((v) => show(v)).join(", "), c: c.map((v) => show(v)).join(", ") }),
        children: [
          puzzles[now.puzzle].each_step
            ? svg("rect", { class: "lstm-now", x: at.x(now.t) - at.column / 2, width: at.column, y: 0, height: BOX.height, rx: 4 }) : null,
          horizontalGrid(y, ticks(low, Math.max(1.2, ...c)), at.left, at.right, 1),
          apart.map((gap, t) => Math.abs(gap) <= near ? null : svg("line", {
            class: "lstm-puzzle-gap", x1: at.x(t), x2: at.x(t), y1: y(c[t]), y2: y(target[t]),
          })),
          svg("g", { class: "lstm-c" }, path(points(c), { class: "lstm-line" }),
            points(c).map(([px, py]) => svg("circle", { cx: px, cy: py, r: 3.5 }))),
          svg("g", { class: "lstm-puzzle-target" }, path(points(target), { class: "lstm-puzzle-dots" }),
            points(target).map(([px, py]) => path([[px - 4, py], [px + 4, py]], { class: "lstm-puzzle-cross" })),
            points(target).map(([px, py]) => path([[px, py - 4], [px, py + 4]], { class: "lstm-puzzle-cross" }))),
          candidateLane(at, candidate, BOX.lane, BOX.laneHeight, HAT),
          stepNumbers(at, steps, puzzles[now.puzzle].each_step ? now.t : -1, BOX.height - 4),
        ],
      };
    },
  });

  const root = html(
    "div", { class: "lstm lstm-settings-puzzle", role: "group", "aria-label": labels.title },
    puzzle.node,
    html("div", { class: "lstm-legend", "aria-hidden": "true" },
      html("span", { class: "lstm-puzzle-target" }, svg("svg", { width: 32, height: 14 }, path([[1, 7], [31, 7]], { class: "lstm-puzzle-dots" }),
        path([[12, 7], [20, 7]], { class: "lstm-puzzle-cross" }), path([[16, 3], [16, 11]], { class: "lstm-puzzle-cross" })), labels.target),
      html("span", { class: "lstm-c" }, svg("svg", { width: 32, height: 14 }, path([[1, 7], [31, 7]], { class: "lstm-line" }),
        svg("circle", { cx: 16, cy: 7, r: 3.5 })), labels.c)),
    chart.node, drawing,
    html("div", { class: "lstm-sliders", role: "group", "aria-label": labels.gates }, constants, start.node),
    score, voice.node,
    html("p", { class: "lstm-heading lstm-puzzle-code-heading" }, labels.code), code,
    html("details", {}, html("summary", {}, labels.table), table.node),
  );

  function draw() {
    const now = state();
    const each = puzzles[now.puzzle].each_step;
    const { c, target, apart, distance: far, farthest } = measured();
    drawing.hidden = !each;
    for (const node of constants) node.hidden = each;
    puzzle.set(now.puzzle);
    scope.set(now.scope);
    for (const [name, one] of gates) one.set(now[name][0]);
    for (const [name, one] of lanes) one.set(now[name], now.t);
    start.set(now.c_prev);
    chart.draw();
    distance.set(far);
    const solved = far <= near;
    found.hidden = !solved;
    root.classList.toggle("lstm-puzzle-solved", solved);
    code.textContent = asPython(now, each);
    table.set({ ...now, candidate }, c, target);
    const words = solved ? labels.found : apart[farthest] > 0 ? labels.too_high : labels.too_low;
    voice.say(`${fill(words, { t: farthest, distance: show(far), near })}${solved ? "" : ` ${fill(labels.enough, { near })}`}`);
  }

  const stop = live({ model, el, names: INPUTS, root, draw });
  return () => {
    stop();
    voice.stop();
  };
}

function asPython({ f, i, c_prev }, each) {
  // Like `settings` in Python. Sixteen numbers take two lines, so that they fit into the student's cell.
  const same = (gate) => gate.every((value) => value === gate[0]);
  const written = (gate) => {
    if (!each && same(f) && same(i)) return String(gate[0]);
    const rows = [gate.slice(0, 8), gate.slice(8)].map((row) => row.join(", "));
    return `[${rows.join(",\n           ")}]`;
  };
  return `return {\n    "f": ${written(f)},\n    "i": ${written(i)},\n    "c_prev": ${c_prev},\n}`;
}

function numbersTable(labels, steps) {
  const letters = { candidate: HAT, f: "f", i: "i" };
  const head = html("tr", {}, html("th", { scope: "col" }, labels.step),
    Object.entries(letters).map(([name, letter]) => html("th", { scope: "col", class: `lstm-${name}` }, html("i", {}, letter))),
    html("th", { scope: "col", class: "lstm-c" }, labels.c), html("th", { scope: "col" }, labels.target));
  const cells = [];
  const body = Array.from({ length: steps + 1 }, (_, t) => {
    cells.push({});
    return html("tr", {}, html("th", { scope: "row" }, String(t)), [...Object.keys(letters), "c", "target"].map((name) => {
      if (t === 0 && name in letters) return html("td");
      cells[t][name] = quantity(`${name}[${t}]`);
      return html("td", {}, cells[t][name].node);
    }));
  });
  return {
    node: html("div", { class: "lstm-scroll", tabindex: 0, role: "region", "aria-label": labels.table },
      html("table", {}, html("thead", {}, head), html("tbody", {}, body))),
    set({ f, i, candidate }, c, target) {
      for (let t = 0; t <= steps; t++) {
        cells[t].c.set(c[t]);
        cells[t].target.set(target[t]);
        if (!t) continue;
        cells[t].f.set(f[t - 1]);
        cells[t].i.set(i[t - 1]);
        cells[t].candidate.set(candidate[t - 1]);
      }
    },
  };
}

export default { render };
