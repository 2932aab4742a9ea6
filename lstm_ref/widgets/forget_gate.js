// ForgetGate's view: the sum z, the gate f on its curve, and how fast a memory fades under it. See forget_gate.py.

const NUMBERS = { w_h: ["w", "h"], h_prev: ["h", "t\u22121"], w_x: ["w", "x"], x: ["x", "t"], b: ["b", "f"] };
const HEIGHT = 204;
const BOX = { left: 40, right: 12, top: 26, bottom: 164 };

function render({ model, el }) {
  const labels = model.get("labels");
  const limits = model.get("limits");
  const names = Object.keys(NUMBERS);
  const { state: numbers, change } = settings(model, names);

  function gate() {
    const { w_h, h_prev, w_x, x, b } = numbers();
    const z = w_h * h_prev + w_x * x + b;
    const f = sigmoid(z);
    return { z, f, steps: halfLife(f) };
  }

  const presets = presetButtons({ legend: labels.presets, presets: model.get("presets"), onPick: change });
  const sliders = Object.entries(NUMBERS).map(([name, [letter, subscript]]) => [name, slider({
    name, letter, subscript, label: labels[name], min: limits[name][0], max: limits[name][1], step: 0.05,
    onInput: (value) => change({ [name]: value }),
  })]);
  const term = (name) => ({ name, letter: NUMBERS[name][0], subscript: NUMBERS[name][1], digits: 2 });
  const sum = equation([
    { name: "z", letter: "z", digits: 2 }, "=", term("w_h"), "\u00b7", term("h_prev"), "+", term("w_x"), "\u00b7", term("x"), "+", term("b"),
  ]);
  const squash = equation([{ name: "f", letter: "f", subscript: "t" }, "=", "\u03c3", "(", { name: "z", letter: "z", digits: 2 }, ")"]);
  const voice = speaker();
  const curve = plot({ title: labels.curve, height: HEIGHT, draw: (width) => drawCurve(width, gate(), labels) });
  const fading = plot({ title: labels.fading, height: HEIGHT, draw: (width) => drawFading(width, gate(), labels) });

  const root = html(
    "div", { class: "lstm lstm-forget-gate", role: "group", "aria-label": labels.title },
    presets.node,
    html("div", { class: "lstm-pair" },
      html("div", {}, html("p", { class: "lstm-heading", "aria-hidden": "true" }, labels.curve), curve.node),
      html("div", {}, html("p", { class: "lstm-heading", "aria-hidden": "true" }, labels.fading), fading.node)),
    html("div", { class: "lstm-sliders", role: "group", "aria-label": labels.numbers }, sliders.map(([, one]) => one.node)),
    html("div", { class: "lstm-equations", role: "group", "aria-label": labels.equations }, sum.node, squash.node),
    voice.node,
  );

  function draw() {
    const now = numbers();
    const { z, f, steps } = gate();
    curve.draw();
    fading.draw();
    presets.mark((preset) => names.every((name) => preset[name] === now[name]));
    for (const [name, one] of sliders) one.set(now[name]);
    sum.set({ z, ...now });
    squash.set({ f, z });
    voice.say(fill(labels.summary, { z: show(z, 2), f: show(f), keep: show(100 * f, 1), n: showSteps(steps) }));
  }

  const stop = live({ model, el, names, root, draw });
  return () => {
    stop();
    voice.stop();
  };
}

function xAxis(x, values, words, width) {
  return [
    values.map((value) => svg("text", { x: x(value), y: BOX.bottom + 18, "text-anchor": "middle" }, show(value, 0))),
    svg("text", { x: width - BOX.right, y: HEIGHT - 6, "text-anchor": "end" }, words),
  ];
}

function drawCurve(width, { z, f }, labels) {
  const reach = Math.max(8, Math.ceil(Math.abs(z)));
  const x = scale([-reach, reach], [BOX.left, width - BOX.right]);
  const y = scale([0, 1], [BOX.bottom, BOX.top]);
  const points = Array.from({ length: 121 }, (_, n) => -reach + (2 * reach * n) / 120).map((at) => [x(at), y(sigmoid(at))]);
  return {
    words: fill(labels.curve_words, { z: show(z, 2), f: show(f) }),
    children: [
      horizontalGrid(y, [0, 0.5, 1], BOX.left, width - BOX.right, 1),
      svg("text", { class: "lstm-limit", x: width - BOX.right, y: y(1) - 8, "text-anchor": "end" }, labels.keep),
      svg("text", { class: "lstm-limit", x: BOX.left, y: y(0) - 8 }, labels.forget),
      xAxis(x, ticks(-reach, reach), "z", width),
      svg("g", { class: "lstm-f" },
        path([[x(z), y(0)], [x(z), y(f)], [x(-reach), y(f)]], { class: "lstm-guide" }),
        path(points, { class: "lstm-line" }),
        svg("circle", { cx: x(z), cy: y(f), r: 6 })),
    ],
  };
}

function drawFading(width, { f, steps }, labels) {
  // As many steps as show at least two halvings, but at most 1000.
  const last = [10, 20, 50, 100, 200, 500].find((n) => n >= 2.5 * steps) ?? 1000;
  const x = scale([0, last], [BOX.left, width - BOX.right]);
  const y = scale([0, 1], [BOX.bottom, BOX.top]);
  const points = Array.from({ length: 101 }, (_, n) => (last * n) / 100).map((n) => [x(n), y(f ** n)]);
  const dots = last <= 20 ? Array.from({ length: last + 1 }, (_, n) => svg("circle", { cx: x(n), cy: y(f ** n), r: 3.5 })) : [];
  const half = x(steps);
  const toTheLeft = half > width - 120;
  return {
    words: fill(labels.fading_words, { f: show(f), last: show(f ** last), steps: last }),
    children: [
      horizontalGrid(y, [0, 0.5, 1], BOX.left, width - BOX.right, 1),
      xAxis(x, ticks(0, last, 5), labels.steps, width),
      svg("g", { class: "lstm-c" },
        path(points, { class: "lstm-line" }), dots),
      steps <= last ? svg("g", { class: "lstm-forget-half" },
        path([[BOX.left, y(0.5)], [half, y(0.5)], [half, y(0)]], { class: "lstm-guide" }),
        svg("circle", { cx: half, cy: y(0.5), r: 6 }),
        svg("text", { x: half + (toTheLeft ? -10 : 10), y: y(0.5) - 10, "text-anchor": toTheLeft ? "end" : "start" },
          fill(labels.half, { n: showSteps(steps) }))) : null,
    ],
  };
}

export default { render };
