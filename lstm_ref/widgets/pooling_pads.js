// PoolingPads' view: outputs and padding above, the share of each step below, the pooled number as a line.
// See pooling_pads.py.

const NAMES = ["unit", "pooling", "counts", "padding", "v"];
const BOX = { left: 46, right: 12, top: 26, bottom: 176 };
const LANE = { top: 198, bottom: 248 };
const HEIGHT = LANE.bottom + 38;

function poolingShares(pooling, hs, count, v) {
  // How much each step counts when the first `count` do: they add up to 1.
  const on = hs.slice(0, count);
  const rest = hs.slice(count).map(() => 0);
  if (pooling === "mean") return [...on.map(() => 1 / count), ...rest];
  if (pooling === "attention") {
    const highest = Math.max(...on.map((h) => v * h));
    const powers = on.map((h) => Math.exp(v * h - highest));
    const sum = powers.reduce((a, b) => a + b, 0);
    return [...powers.map((one) => one / sum), ...rest];
  }
  const chosen = pooling === "last" ? count - 1 : on.indexOf(Math.max(...on));
  return hs.map((_, n) => (n === chosen ? 1 : 0));
}

function render({ model, el }) {
  const labels = model.get("labels");
  const limits = model.get("limits");
  const outputs = model.get("hs");
  const valid = model.get("valid");
  const { state, change } = settings(model, NAMES);

  function numbersNow() {
    const { unit, pooling, counts, padding, v } = state();
    const hs = outputs[unit - 1].slice(0, valid + padding);
    const share = poolingShares(pooling, hs, counts === "valid" ? valid : hs.length, v);
    const sum = (weights) => weights.reduce((total, weight, n) => total + weight * hs[n], 0);
    return { hs, share, result: sum(share), alone: sum(poolingShares(pooling, hs.slice(0, valid), valid, v)) };
  }

  const presets = presetButtons({ legend: labels.presets, presets: model.get("presets"), onPick: change });
  const pooling = choice({
    name: "pooling", legend: labels.pooling,
    options: { last: labels.pooling_last, mean: labels.pooling_mean, max: labels.pooling_max, attention: labels.pooling_attention },
    onChange: (value) => change({ pooling: value }),
  });
  const counts = choice({
    name: "counts", legend: labels.counts, options: { all: labels.counts_all, valid: labels.counts_valid },
    onChange: (value) => change({ counts: value }),
  });
  const unit = choice({
    name: "unit", legend: labels.unit, options: { 1: "1", 2: "2" }, onChange: (value) => change({ unit: Number(value) }),
  });
  const padding = slider({
    name: "padding", letter: "n", label: labels.padding, min: limits.padding[0], max: limits.padding[1], step: 1, digits: 0,
    onInput: (value) => change({ padding: value }),
  });
  const v = slider({
    name: "v", letter: "v", label: labels.v, min: limits.v[0], max: limits.v[1], step: 0.5, digits: 1,
    onInput: (value) => change({ v: value }),
  });
  const result = quantity("result");
  const alone = quantity("alone");
  const legend = html("p", { class: "lstm-legend lstm-pads-results" },
    html("span", {}, pooledMark("lstm-pads-result"), labels.result, " ", html("b", {}, result.node)),
    html("span", {}, pooledMark("lstm-pads-alone"), labels.without, " ", alone.node));
  const voice = speaker();
  const table = padsTable(labels, valid + limits.padding[1]);
  const chart = plot({ title: labels.plot, height: HEIGHT, draw: (width) => drawPads(width, state(), numbersNow(), labels, valid, limits.padding[1]) });

  const root = html(
    "div", { class: "lstm lstm-pooling-pads", role: "group", "aria-label": labels.title },
    presets.node, legend, chart.node,
    html("div", { class: "lstm-sliders", role: "group", "aria-label": labels.controls }, padding.node, v.node),
    pooling.node, counts.node, unit.node,
    voice.node,
    html("details", {}, html("summary", {}, labels.table), table.node),
  );

  function draw() {
    const now = state();
    const found = numbersNow();
    chart.draw();
    presets.mark((preset) => NAMES.every((name) => preset[name] === now[name]));
    pooling.set(now.pooling);
    counts.set(now.counts);
    unit.set(now.unit);
    padding.set(now.padding);
    v.set(now.v);
    v.node.hidden = now.pooling !== "attention";
    result.set(found.result);
    alone.set(found.alone);
    table.set(found);
    const verdict = now.padding === 0 ? labels.verdict_none
      : Math.abs(found.result - found.alone) < 5e-4 ? labels.verdict_same : labels.verdict_moved;
    voice.say(fill(labels.pooled[now.pooling], { result: show(found.result) })
      + fill(verdict, { n: now.padding, alone: show(found.alone) }));
  }

  const stop = live({ model, el, names: NAMES, root, draw });
  return () => {
    stop();
    voice.stop();
  };
}

function pooledMark(kind) {
  return svg("svg", { class: kind, width: 26, height: 10, "aria-hidden": "true" }, svg("line", { x1: 0, x2: 26, y1: 5, y2: 5 }));
}

function drawPads(width, now, { hs, share, result, alone }, labels, valid, most) {
  const steps = valid + most;
  const column = (width - BOX.left - BOX.right) / steps;
  const x = (t) => BOX.left + column * (t - 0.5); // t from 1
  const y = scale(now.unit === 1 ? [0, 0.8] : [-0.8, 0], [BOX.bottom, BOX.top]);
  // A share of one quarter fills the lane, so that the equal shares of ten steps can still be seen.
  const level = scale([0, Math.max(0.25, ...share)], [LANE.bottom, LANE.top]);
  const right = width - BOX.right;
  const border = x(valid) + column / 2;
  const named = [1, 5, valid, 15, 20];
  return {
    words: fill(labels.plot_words, {
      unit: now.unit, valid, n: now.padding, last: show(hs[valid - 1]), result: show(result), alone: show(alone),
      share: show(100 * share.slice(0, valid).reduce((a, b) => a + b, 0), 0),
    }),
    children: [
      now.padding === 0 ? null
        : svg("rect", { class: "lstm-now", x: border, width: column * now.padding, y: 8, height: LANE.bottom - 8, rx: 4 }),
      horizontalGrid(y, now.unit === 1 ? [0, 0.4, 0.8] : [-0.8, -0.4, 0], BOX.left, right, 1),
      svg("text", { x: border - 6, y: 20, "text-anchor": "end" }, labels.valid),
      now.padding < 3 ? null : svg("text", { x: border + 6, y: 20 }, labels.padded),
      svg("g", { class: "lstm-pads-alone" }, svg("line", { x1: BOX.left, x2: right, y1: y(alone), y2: y(alone) })),
      svg("g", { class: "lstm-pads-result" }, svg("line", { x1: BOX.left, x2: right, y1: y(result), y2: y(result) })),
      svg("g", { class: "lstm-h" }, hs.map((value, n) => svg("circle", {
        cx: x(n + 1), cy: y(value), r: share[n] > 0 ? 2.5 + 4 * Math.sqrt(share[n]) : 3,
        class: share[n] > 0 ? null : "lstm-hollow",
      }))),
      svg("text", { x: BOX.left - 8, y: (LANE.top + LANE.bottom) / 2, "text-anchor": "end", "dominant-baseline": "central" }, labels.counts_axis),
      svg("line", { class: "lstm-base", x1: BOX.left, x2: right, y1: LANE.bottom, y2: LANE.bottom }),
      share.map((value, n) => svg("rect", {
        class: "lstm-pads-share", x: x(n + 1) - column * 0.35, width: column * 0.7, y: level(value), height: LANE.bottom - level(value),
      })),
      named.map((t) => svg("text", { x: x(t), y: LANE.bottom + 16, "text-anchor": "middle" }, String(t))),
      svg("text", { x: right, y: HEIGHT - 6, "text-anchor": "end" }, labels.step),
    ],
  };
}

function padsTable(labels, steps) {
  const rows = Array.from({ length: steps }, (_, n) => {
    const cells = { h: quantity(`h[${n + 1}]`), share: quantity(`share[${n + 1}]`) };
    return { cells, node: html("tr", {}, html("th", { scope: "row" }, String(n + 1)), html("td", {}, cells.h.node), html("td", {}, cells.share.node)) };
  });
  const head = html("tr", {}, [labels.step, labels.output, labels.counts_axis].map((text) => html("th", { scope: "col" }, text)));
  const body = html("tbody");
  return {
    node: html("div", { class: "lstm-scroll", tabindex: 0, role: "region", "aria-label": labels.table },
      html("table", {}, html("thead", {}, head), body)),
    set({ hs, share }) {
      body.replaceChildren(...rows.slice(0, hs.length).map(({ node }) => node));
      rows.slice(0, hs.length).forEach(({ cells }, n) => {
        cells.h.set(hs[n]);
        cells.share.set(share[n]);
      });
    },
  };
}

export default { render };
