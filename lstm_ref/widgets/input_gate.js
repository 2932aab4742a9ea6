// InputGate's view: the write as a rectangle, the same over every input, and the memory it moves. See input_gate.py.

const LETTERS = {
  x: ["x", "t"], h_prev: ["h", "t\u22121"], c_prev: ["c", "t\u22121"],
  w_ih: ["w", "ih"], w_ix: ["w", "ix"], b_i: ["b", "i"],
  w_ch: ["w", "ch"], w_cx: ["w", "cx"], b_c: ["b", "c"],
};
const C_HAT = "\u0109";
const HEIGHT = 236;
const BOX = { left: 34, right: 14, top: 16, bottom: 190 };
const LINE = { height: 88, at: 36, left: 20, right: 20 };

function render({ model, el }) {
  const labels = model.get("labels");
  const limits = model.get("limits");
  const names = Object.keys(LETTERS);
  const { state: numbers, change } = settings(model, names);

  const presets = presetButtons({ legend: labels.presets, presets: model.get("presets"), onPick: change });
  const sliders = Object.fromEntries(Object.entries(LETTERS).map(([name, [letter, subscript]]) => [name, slider({
    name, letter, subscript, label: labels[name], min: limits[name][0], max: limits[name][1], step: 0.05,
    onInput: (value) => change({ [name]: value }),
  })]));
  const group = (title, colour, members) => html("div", { class: `lstm-input-own ${colour}`, role: "group", "aria-label": title },
    html("p", { class: "lstm-heading", "aria-hidden": "true" }, title), members.map((name) => sliders[name].node));

  const own = (name) => ({ name, letter: LETTERS[name][0], subscript: LETTERS[name][1], digits: 2 });
  const sum = (z, h, x, b, letter) => equation([
    { name: z, colour: letter, letter: "z", subscript: b.slice(-1), digits: 2 }, "=", own(h), "\u00b7", own("h_prev"), "+",
    own(x), "\u00b7", own("x"), "+", own(b),
  ]);
  const [gate, what] = [{ name: "i", letter: "i", subscript: "t" }, { name: "candidate", letter: C_HAT, subscript: "t" }];
  const write = { name: "write", colour: "c", letter: () => [html("span", { class: "lstm-words" }, labels.write)] };
  const sumOfGate = sum("z_i", "w_ih", "w_ix", "b_i", "i");
  const squashed = equation([gate, "=", "\u03c3", "(", { name: "z_i", colour: "i", letter: "z", subscript: "i", digits: 2 }, ")"]);
  const sumOfCandidate = sum("z_c", "w_ch", "w_cx", "b_c", "candidate");
  const bent = equation([what, "=", "tanh", "(", { name: "z_c", colour: "candidate", letter: "z", subscript: "c", digits: 2 }, ")"]);
  const product = equation([write, "=", gate, "\u00b7", what]);
  const moved = equation([
    { name: "c_t", colour: "c", letter: "c", subscript: "t" }, "=", "1", "\u00b7", { ...own("c_prev"), colour: "c" }, "+", write,
  ]);

  const voice = speaker();
  const area = plot({ title: labels.area, height: HEIGHT, draw: (width) => drawArea(width, step(numbers()), labels) });
  const curves = plot({ title: labels.curves, height: HEIGHT, draw: (width) => drawCurves(width, numbers(), limits.x, labels) });
  const memory = plot({ title: labels.memory, height: LINE.height, draw: (width) => drawMemory(width, numbers(), labels) });
  const titled = (title, picture, below = null) => html("div", {},
    html("p", { class: "lstm-heading", "aria-hidden": "true" }, title), picture.node, below);

  const root = html(
    "div", { class: "lstm lstm-input-gate", role: "group", "aria-label": labels.title },
    presets.node,
    html("div", { class: "lstm-pair" },
      titled(labels.area, area),
      titled(labels.curves, curves, html("div", { class: "lstm-legend", "aria-hidden": "true" },
        ["i", "candidate", "write"].map((name) => legendEntry(name === "write" ? "c" : name, labels[name]))))),
    titled(labels.memory, memory),
    html("div", { class: "lstm-sliders", role: "group", "aria-label": labels.reads },
      ["x", "h_prev", "c_prev"].map((name) => sliders[name].node)),
    html("div", { class: "lstm-pair lstm-input-two" },
      group(labels.gate_weights, "lstm-i", ["w_ih", "w_ix", "b_i"]),
      group(labels.candidate_weights, "lstm-candidate", ["w_ch", "w_cx", "b_c"])),
    html("div", { class: "lstm-equations", role: "group", "aria-label": labels.equations },
      [sumOfGate, squashed, sumOfCandidate, bent, product, moved].map((one) => one.node)),
    voice.node,
  );

  function draw() {
    const now = numbers();
    const { z_i, i, z_c, candidate, write, c_t } = step(now);
    const { x, h_prev, w_ih, w_ix, b_i, w_ch, w_cx, b_c, c_prev } = now;
    area.draw();
    curves.draw();
    memory.draw();
    presets.mark((preset) => names.every((name) => preset[name] === now[name]));
    for (const name of names) sliders[name].set(now[name]);
    sumOfGate.set({ z_i, w_ih, h_prev, w_ix, x, b_i });
    squashed.set({ i, z_i });
    sumOfCandidate.set({ z_c, w_ch, h_prev, w_cx, x, b_c });
    bent.set({ candidate, z_c });
    product.set({ write, i, candidate });
    moved.set({ c_t, c_prev, write });
    voice.say(fill(labels.summary, {
      percent: show(100 * i, 0), candidate: show(candidate), write: show(write), before: show(c_prev, 2), after: show(c_t),
    }));
  }

  const stop = live({ model, el, names, root, draw });
  return () => {
    stop();
    voice.stop();
  };
}

function step({ x, h_prev, w_ih, w_ix, b_i, w_ch, w_cx, b_c, c_prev }) {
  const z_i = w_ih * h_prev + w_ix * x + b_i;
  const z_c = w_ch * h_prev + w_cx * x + b_c;
  const [i, candidate] = [sigmoid(z_i), Math.tanh(z_c)];
  return { z_i, i, z_c, candidate, write: i * candidate, c_t: updateMemory(1, c_prev, i, candidate) };
}

function signed(number) {
  const text = show(number, 2);
  return Number(number.toFixed(2)) > 0 ? `+${text}` : text;
}

function legendEntry(name, text) {
  return html("span", { class: `lstm-${name}` },
    svg("svg", { width: 32, height: 14 }, path([[1, 7], [31, 7]], { class: "lstm-line" })),
    html("span", { class: "lstm-words" }, text));
}

function bottomAxis(x, values, digits, words, width) {
  return [
    values.map((value) => svg("text", { x: x(value), y: BOX.bottom + 18, "text-anchor": "middle" }, show(value, digits))),
    svg("text", { x: width - BOX.right, y: BOX.bottom + 36, "text-anchor": "end" }, words),
  ];
}

function drawArea(width, { i, candidate, write }, labels) {
  const x = scale([0, 1], [BOX.left, width - BOX.right]);
  const y = scale([-1, 1], [BOX.bottom, BOX.top]);
  const [right, tip, zero] = [x(i), y(candidate), y(0)];
  const roomy = right - BOX.left > 64 && Math.abs(tip - zero) > 26;
  const under = BOX.top + 30; // the axis's name, which stands in the upper corner
  // Where the rectangle has no room for its number, the number stands beside it, on the side where there is room.
  const beside = right < width - BOX.right - 64 ? right + 8 : right - 8;
  const place = roomy
    ? { x: (BOX.left + right) / 2, y: (tip + zero) / 2, "text-anchor": "middle" }
    : { x: beside, y: candidate < 0 ? Math.max(tip, zero + 14) : Math.max(Math.min(tip, zero - 14), under), "text-anchor": beside > right ? "start" : "end" };
  return {
    words: fill(labels.area_words, { i: show(i), candidate: show(candidate), write: show(write) }),
    children: [
      svg("rect", { class: "lstm-input-frame", x: BOX.left, y: BOX.top, width: width - BOX.right - BOX.left, height: BOX.bottom - BOX.top }),
      horizontalGrid(y, [-1, 0, 1], BOX.left, width - BOX.right, 0),
      svg("g", { class: "lstm-c" },
        svg("rect", { class: "lstm-input-area", x: BOX.left, y: Math.min(tip, zero), width: right - BOX.left, height: Math.abs(tip - zero) })),
      svg("g", { class: "lstm-i" }, svg("line", { class: "lstm-input-edge", x1: BOX.left, x2: right, y1: zero, y2: zero })),
      svg("g", { class: "lstm-candidate" }, svg("line", { class: "lstm-input-edge", x1: BOX.left, x2: BOX.left, y1: zero, y2: tip })),
      svg("text", { class: "lstm-input-amount", "dominant-baseline": "central", ...place }, signed(write)),
      bottomAxis(x, [0, 0.5, 1], 1, labels.i, width),
      svg("text", { x: BOX.left + 8, y: BOX.top + 14 }, labels.candidate),
    ],
  };
}

function drawCurves(width, now, [low, high], labels) {
  const x = scale([low, high], [BOX.left, width - BOX.right]);
  const y = scale([-1, 1], [BOX.bottom, BOX.top]);
  const inputs = Array.from({ length: 161 }, (_, n) => low + ((high - low) * n) / 160);
  const steps = inputs.map((input) => step({ ...now, x: input }));
  const line = (name) => steps.map((one, n) => [x(inputs[n]), y(one[name])]);
  const here = step(now);
  const writes = steps.map((one) => one.write);
  const curve = (name, colour, size) => svg("g", { class: `lstm-${colour}` },
    path(line(name), { class: "lstm-line" }), svg("circle", { cx: x(now.x), cy: y(here[name]), r: size }));
  return {
    words: fill(labels.curves_words, {
      i_low: show(steps[0].i), i_high: show(steps.at(-1).i), c_low: show(steps[0].candidate), c_high: show(steps.at(-1).candidate),
      write: show(here.write), x: show(now.x, 2), low: show(Math.min(...writes)), high: show(Math.max(...writes)),
    }),
    children: [
      horizontalGrid(y, [-1, 0, 1], BOX.left, width - BOX.right, 0),
      bottomAxis(x, ticks(low, high), 0, labels.x, width),
      path([[x(now.x), BOX.top], [x(now.x), BOX.bottom]], { class: "lstm-guide" }),
      svg("g", { class: "lstm-c" }, path([[x(low), y(0)], ...line("write"), [x(high), y(0)]], { class: "lstm-input-shade" })),
      curve("i", "i", 4), curve("candidate", "candidate", 4), curve("write", "c", 6),
    ],
  };
}

function drawMemory(width, now, labels) {
  const x = scale([-3, 3], [LINE.left, width - LINE.right]);
  const { c_t } = step(now);
  const [from, to] = [x(now.c_prev), x(c_t)];
  const way = Math.sign(to - from);
  const label = (at) => ({ x: Math.min(Math.max(at, 50), width - 50), "text-anchor": "middle" });
  const far = Math.abs(to - from) > 16; // else there is no room for an arrow between the two dots
  return {
    words: fill(labels.memory_words, { before: show(now.c_prev, 2), after: show(c_t) }),
    children: [
      svg("g", { class: "lstm-grid" }, svg("line", { class: "lstm-zero", x1: x(-3), x2: x(3), y1: LINE.at, y2: LINE.at })),
      [-3, -2, -1, 0, 1, 2, 3].map((value) => [
        svg("g", { class: "lstm-grid" }, svg("line", { class: "lstm-zero", x1: x(value), x2: x(value), y1: LINE.at - 5, y2: LINE.at + 5 })),
        svg("text", { x: x(value), y: LINE.height - 6, "text-anchor": "middle" }, show(value, 0)),
      ]),
      svg("g", { class: "lstm-c" },
        far ? path([[from, LINE.at], [to, LINE.at]], { class: "lstm-line lstm-input-arrow" }) : null,
        far ? path([[to - way * 15, LINE.at - 6], [to - way * 6, LINE.at], [to - way * 15, LINE.at + 6]], { class: "lstm-line" }) : null,
        svg("circle", { class: "lstm-hollow", cx: from, cy: LINE.at, r: 7 }),
        svg("circle", { cx: to, cy: LINE.at, r: 5 })),
      svg("text", { class: "lstm-limit", y: 18, ...label(from) }, fill(labels.before, { c: show(now.c_prev, 2) })),
      svg("text", { class: "lstm-limit", y: 61, ...label(to) }, fill(labels.after, { c: show(c_t, 2) })),
    ],
  };
}

export default { render };
