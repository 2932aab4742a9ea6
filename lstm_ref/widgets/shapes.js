// Shapes's view: [h, x], W and f as grids of squares beside or below each other, and their shapes. See shapes.py.

const SIZES = { B: "B", D: "D", H: "H" };
const ARRAYS = [
  { name: "x", letter: "x", subscript: "t", axes: "B, D", shape: ({ B, D }) => [B, D] },
  { name: "h_prev", letter: "h", subscript: "t\u22121", axes: "B, H", shape: ({ B, H }) => [B, H] },
  { name: "hx", letter: "[h, x]", axes: "B, H+D", shape: ({ B, D, H }) => [B, H + D] },
  { name: "W_f", letter: "W", subscript: "f", axes: "H, H+D", shape: ({ D, H }) => [H, H + D] },
  { name: "b_f", letter: "b", subscript: "f", axes: "H,", shape: ({ H }) => [H] },
  { name: "f", letter: "f", subscript: "t", axes: "B, H", shape: ({ B, H }) => [B, H] },
];

function render({ model, el }) {
  const labels = model.get("labels");
  const limits = model.get("limits");
  const names = Object.keys(SIZES);
  const { state: sizes, change } = settings(model, names);

  const presets = presetButtons({ legend: labels.presets, presets: model.get("presets"), onPick: change });
  const sliders = Object.entries(SIZES).map(([name, letter]) => [name, slider({
    name, letter, label: labels[name], min: limits[name][0], max: limits[name][1], step: 1, digits: 0,
    onInput: (value) => change({ [name]: value }),
  })]);
  const table = shapesTable(labels);
  const voice = speaker();
  const drawing = plot({
    title: labels.drawing,
    height: 200,
    draw: (width) => {
      const now = sizes();
      return { ...drawShapes(width, now), words: fill(labels.words, now) };
    },
  });
  const root = html(
    "div", { class: "lstm lstm-shapes", role: "group", "aria-label": labels.title },
    presets.node,
    // Above the drawing, whose height changes: so the sliders stay where they are.
    html("div", { class: "lstm-sliders", role: "group", "aria-label": labels.sizes }, sliders.map(([, one]) => one.node)),
    drawing.node, html("p", { class: "lstm-note" }, labels.key),
    voice.node, table.node,
  );

  function draw() {
    const now = sizes();
    drawing.draw();
    presets.mark((preset) => names.every((name) => preset[name] === now[name]));
    for (const [name, one] of sliders) one.set(now[name]);
    const count = 4 * now.H * (now.H + now.D + 1);
    table.set(now, count);
    voice.say(fill(labels.summary, { ...now, width: now.H + now.D, count }));
  }

  const stop = live({ model, el, names, root, draw });
  return () => {
    stop();
    voice.stop();
  };
}

function drawShapes(width, { B, D, H }) {
  const wide = width >= 520;
  const side = wide ? Math.min(26, (width - 30) / (3 * H + 2 * D + 6)) : Math.min(20, (width - 30) / (H + D));
  const [title, foot] = [30, 24];
  const grids = [
    { letters: ["[h", "t\u22121", ", x", "t", "]"], rows: B, blocks: [[H, "h"], [D, "plain"]], marked: H + D },
    { letters: ["W", "f"], rows: H, blocks: [[H, "h"], [D, "plain"]], marked: H + D },
    { letters: ["f", "t"], rows: B, blocks: [[H, "f"]], marked: 1 },
  ];
  let [left, top] = [22, title];
  const children = grids.map((grid) => {
    const drawn = drawGrid(grid, left, top, side);
    if (wide) left += (H + D + 3) * side;
    else top += grid.rows * side + title + foot;
    return drawn;
  });
  return { children, height: wide ? title + Math.max(B, H) * side + foot : top - title };
}

function drawGrid({ letters, rows, blocks, marked }, left, top, side) {
  const squares = [];
  const feet = [];
  let start = 0;
  for (const [count, colour] of blocks) {
    const block = [];
    for (let row = 0; row < rows; row++) {
      for (let column = start; column < start + count; column++) {
        block.push(svg("rect", { class: "lstm-shapes-number-square", x: left + column * side + 1, y: top + row * side + 1, width: side - 2, height: side - 2, rx: 2 }));
      }
    }
    squares.push(svg("g", { class: `lstm-${colour}` }, block));
    feet.push(svg("text", { x: left + (start + count / 2) * side, y: top + rows * side + 15, "text-anchor": "middle" }, String(count)));
    start += count;
  }
  return [
    svg("text", { class: "lstm-shapes-name", x: left, y: top - 9 }, letters.map((letter, n) => svg("tspan", n % 2 ? { dy: 4, class: "lstm-shapes-index" } : { dy: n ? -4 : 0 }, letter))),
    squares, feet,
    svg("text", { x: left - 6, y: top + (rows * side) / 2, "text-anchor": "end", "dominant-baseline": "central" }, String(rows)),
    svg("rect", { class: "lstm-marked", x: left - 1, y: top - 1, width: marked * side + 2, height: side + 2, rx: 4 }),
  ];
}

function shapesTable(labels) {
  const rows = ARRAYS.map(({ name, letter, subscript, axes, shape }) => {
    const numbers = shape({ B: 1, D: 1, H: 1 }).map((_one, n) => quantity(`${name}[${n}]`, 0));
    const total = quantity(`numbers.${name}`, 0);
    const written = numbers.flatMap((number, n) => [n ? ", " : "", number.node]);
    const node = html("tr", {}, html("th", { scope: "row" }, html("span", { class: "lstm-symbol" }, symbol(letter, subscript))),
      html("td", {}, `(${axes})`), html("td", {}, "(", written, numbers.length === 1 ? ",)" : ")"), html("td", {}, total.node));
    return { node, set: (sizes) => {
      shape(sizes).forEach((size, n) => numbers[n].set(size));
      total.set(shape(sizes).reduce((product, size) => product * size, 1));
    } };
  });
  const learned = quantity("count", 0);
  const head = html("tr", {}, ["array", "letters", "shape", "numbers"].map((name) => html("th", { scope: "col" }, labels[name])));
  const foot = html("tr", { class: "lstm-sum-row" }, html("th", { scope: "row" }, labels.learned), html("td", { colspan: 2 }, "4 H (H + D + 1)"), html("td", {}, learned.node));
  const node = html("details", { open: "" }, html("summary", {}, labels.table),
    html("div", { class: "lstm-scroll", tabindex: 0, role: "region", "aria-label": labels.table }, html("table", {}, html("thead", {}, head), html("tbody", {}, rows.map((row) => row.node), foot))));
  return { node, set: (sizes, count) => { rows.forEach((row) => row.set(sizes)); learned.set(count); } };
}

export default { render };
