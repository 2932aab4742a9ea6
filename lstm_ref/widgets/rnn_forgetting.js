// RNNForgetting's view: what one recurrent unit says, and the product of its factors back in time. See rnn_forgetting.py.

const NAMES = ["w", "u", "b", "lag"];
const HEIGHT = 236;
const BOX = { left: 46, right: 12, top: 14, bottom: 190 };
const VERDICTS = { vanishes: 0.01, fades: 0.5, lasts: 2, grows: 100 };
const FLOOR = -12; // smaller powers of ten are drawn at the edge

function runUnit({ w, u, b }, steps) {
  const h = [];
  for (let t = 0; t < steps; t++) h.push(Math.tanh(w * (t ? h[t - 1] : 0) + u * (t ? 0 : 1) + b));
  const factors = h.map((value) => (1 - value ** 2) * w);
  const products = [1];
  for (let k = 1; k < steps; k++) products.push(products[k - 1] * factors[steps - k]);
  return { h, factors, products };
}

function render({ model, el }) {
  const labels = model.get("labels");
  const limits = model.get("limits");
  const steps = limits.lag[1] + 1;
  const { state, change } = settings(model, NAMES);

  const presets = presetButtons({ legend: labels.presets, presets: model.get("presets"), onPick: change });
  const sliders = Object.entries({ w: "w", u: "u", b: "b" }).map(([name, letter]) => [name, slider({
    name, letter, label: labels[name], min: limits[name][0], max: limits[name][1], step: 0.05,
    onInput: (value) => change({ [name]: value }),
  })]);
  sliders.push(["lag", slider({
    name: "lag", letter: "k", label: labels.lag, min: limits.lag[0], max: limits.lag[1], step: 1, digits: 0,
    onInput: (value) => change({ lag: value }),
  })]);
  const unit = equation([
    { name: "h_t", colour: "h", letter: "h" }, "=", "tanh", "(", { name: "w", letter: "w", digits: 2 }, "\u00b7",
    { name: "h_before", colour: "h", letter: "h" }, "+", { name: "u", letter: "u", digits: 2 }, "\u00b7",
    { name: "x_t", letter: "x", digits: 0 }, "+", { name: "b", letter: "b", digits: 2 }, ")",
  ]);
  const factor = equation([
    { name: "factor", letter: derivative }, "=", "(", "1", "\u2212", { name: "squared", colour: "h", letter: squareOfH },
    ")", "\u00b7", { name: "w", letter: "w", digits: 2 },
  ]);
  const product = equation([{ name: "left", colour: "left", letter: derivative, digits: showSize }]);
  const voice = speaker();
  const table = numbersTable(labels, steps);
  const equations = html("div", { class: "lstm-equations", role: "group" }, unit.node, factor.node, product.node);
  const said = plot({ title: labels.output, height: HEIGHT, draw: (width) => drawOutput(width, state(), labels, steps, change) });
  const back = plot({ title: labels.back, height: HEIGHT, draw: (width) => drawBack(width, state(), labels, steps, change) });

  const root = html(
    "div", { class: "lstm lstm-rnn-forgetting", role: "group", "aria-label": labels.title },
    presets.node,
    html("div", { class: "lstm-pair" },
      html("div", {}, html("p", { class: "lstm-heading", "aria-hidden": "true" }, labels.output), said.node),
      html("div", {}, html("p", { class: "lstm-heading", "aria-hidden": "true" }, labels.back), back.node)),
    html("div", { class: "lstm-sliders", role: "group", "aria-label": labels.numbers }, sliders.map(([, one]) => one.node)),
    equations, voice.node,
    html("details", {}, html("summary", {}, labels.table), table.node),
  );

  function draw() {
    const now = state();
    const { h, factors, products } = runUnit(now, steps);
    const t = steps - now.lag + 1; // the earliest step whose factor is in the product
    said.draw();
    back.draw();
    presets.mark((preset) => NAMES.every((name) => preset[name] === now[name]));
    for (const [name, one] of sliders) one.set(now[name]);
    equations.setAttribute("aria-label", fill(labels.equations, { t, k: now.lag }));
    unit.index({ h_t: t, h_before: t - 1, x_t: t });
    factor.index({ factor: [t, t - 1], squared: t });
    product.index({ left: [steps, steps - now.lag] });
    unit.set({ h_t: h[t - 1], w: now.w, h_before: h[t - 2], u: now.u, x_t: 0, b: now.b });
    factor.set({ factor: factors[t - 1], squared: h[t - 1] ** 2, w: now.w });
    product.set({ left: products[now.lag] });
    table.set(h, factors, products);
    const felt = factors.slice(steps - now.lag);
    const size = Math.abs(products[now.lag]);
    const [low, high] = [Math.min(...felt), Math.max(...felt)].map((one) => show(one, 2));
    const even = low === high ? labels.summary_even : labels.summary;
    voice.say(fill(now.lag === 1 ? labels.summary_one : even, {
      k: now.lag, low, high, left: showSize(products[now.lag]),
    }) + labels[Object.keys(VERDICTS).find((name) => size < VERDICTS[name]) ?? "explodes"]);
  }

  const stop = live({ model, el, names: NAMES, root, draw });
  return () => {
    stop();
    voice.stop();
  };
}

// ---- letters ----------------------------------------------------------------------------------------------------

function derivative([after, before] = ["", ""]) {
  const one = (n) => [html("i", {}, "\u2202h"), html("sub", {}, String(n))];
  return [...one(after), "\u2009/\u2009", ...one(before)];
}

function squareOfH(n) {
  return [html("i", {}, "h"), html("sub", {}, String(n ?? "")), html("sup", {}, "2")];
}

// ---- plots ------------------------------------------------------------------------------------------------------

function columns(x, width, count, choose) {
  return Array.from({ length: count }, (_, n) => svg("rect", {
    class: "lstm-column", x: x(n) - width / 2, width, y: 0, height: BOX.bottom, onclick: () => choose(n),
  }));
}

function xNames(x, values, now, words, width) {
  return [
    values.map((value) => svg("text", {
      x: x(value), y: BOX.bottom + 18, "text-anchor": "middle", class: value === now ? "lstm-tick-now" : null,
    }, String(value))),
    svg("text", { x: width - BOX.right, y: HEIGHT - 6, "text-anchor": "end" }, words),
  ];
}

function drawOutput(width, now, labels, steps, change) {
  const { h } = runUnit(now, steps);
  const column = (width - BOX.left - BOX.right) / steps;
  const x = (t) => BOX.left + column * (t - 0.5); // t from 1
  const y = scale([-1, 1], [BOX.bottom, BOX.top]);
  const points = h.map((value, n) => [x(n + 1), y(value)]);
  const source = steps - now.lag;
  const named = [1, 5, 10, 15, steps].filter((t) => Math.abs(t - source) > 1).concat(source);
  return {
    words: fill(labels.output_words, { steps, first: show(h[0]), last: show(h[steps - 1]), k: now.lag }),
    children: [
      svg("rect", { class: "lstm-now", x: x(source + 0.5), width: column * now.lag, y: 0, height: BOX.bottom, rx: 4 }),
      horizontalGrid(y, [-1, 0, 1], BOX.left, width - BOX.right, 0),
      svg("g", { class: "lstm-h lstm-forgetting-solid" }, path(points, { class: "lstm-line" }),
        points.map(([px, py], n) => svg("circle", { cx: px, cy: py, r: n + 1 === source ? 6 : 3.5 }))),
      xNames(x, named, source, labels.step, width),
      columns((n) => x(n + 1), column, steps - 1, (n) => change({ lag: steps - 1 - n })),
    ],
  };
}

function drawBack(width, now, labels, steps, change) {
  const { products } = runUnit(now, steps);
  const powers = products.map((value) => Math.max(Math.log10(Math.abs(value)), FLOOR)); // the logarithm of 0 is minus infinity
  const low = Math.min(-2, Math.floor(Math.min(...powers)));
  const high = Math.max(1, Math.ceil(Math.max(...powers)));
  const column = (width - BOX.left - BOX.right) / steps;
  const x = (k) => BOX.left + column * (k + 0.5);
  const y = scale([low, high], [BOX.bottom, BOX.top]);
  const points = powers.map((value, k) => [x(k), y(value)]);
  const named = [0, 5, 10, 15, steps - 1].filter((k) => Math.abs(k - now.lag) > 1).concat(now.lag);
  return {
    words: fill(labels.back_words, {
      most: steps - 1, k: now.lag, left: showSize(products[now.lag]), last: showSize(products[steps - 1]),
    }),
    children: [
      svg("rect", { class: "lstm-now", x: x(0.5), width: column * now.lag, y: 0, height: BOX.bottom, rx: 4 }),
      ticks(low, high).filter(Number.isInteger).map((value) => svg("g", { class: "lstm-grid" },
        svg("line", { x1: BOX.left, x2: width - BOX.right, y1: y(value), y2: y(value), class: value === 0 ? "lstm-zero" : null }),
        svg("text", { x: BOX.left - 8, y: y(value), "text-anchor": "end", "dominant-baseline": "central" },
          value === 0 ? "1" : powerOfTen(value)))),
      svg("g", { class: "lstm-left" }, path(points, { class: "lstm-line" }),
        points.map(([cx, cy], k) => svg("circle", {
          cx, cy, r: k === now.lag ? 6 : 3.5, class: products[k] < 0 ? "lstm-hollow" : null,
        }))),
      xNames(x, named, now.lag, labels.lag_axis, width),
      columns((n) => x(n + 1), column, steps - 1, (n) => change({ lag: n + 1 })),
    ],
  };
}

function numbersTable(labels, steps) {
  const names = { h: labels.step_h, factor: labels.factor, product: labels.product };
  const cells = Array.from({ length: steps }, (_, n) => ({
    h: quantity(`h[${n + 1}]`), factor: quantity(`factor[${n + 1}]`), product: quantity(`product[${steps - 1 - n}]`, showSize),
  }));
  const head = html("tr", {}, html("th", { scope: "col" }, labels.step), Object.entries(names).map(([name, text]) =>
    html("th", { scope: "col", class: `lstm-${name}` }, text)));
  const body = cells.map((row, n) => html("tr", {}, html("th", { scope: "row" }, String(n + 1)),
    Object.values(row).map((one) => html("td", {}, one.node))));
  return {
    node: html("div", { class: "lstm-scroll", tabindex: 0, role: "region", "aria-label": labels.table },
      html("table", {}, html("thead", {}, head), html("tbody", {}, body))),
    set(h, factors, products) {
      cells.forEach((row, n) => {
        row.h.set(h[n]);
        row.factor.set(factors[n]);
        row.product.set(products[steps - 1 - n]);
      });
    },
  };
}

export default { render };
