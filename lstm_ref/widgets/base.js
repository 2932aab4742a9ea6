// What all widgets of the course share: the cell's arithmetic, native controls, plots, live equations, speech.
// This text is put in front of the widget's own (see base.py), so nothing here is imported or exported.
// No text for the reader is written here: all of it comes from the model's `labels`.

// ---- the equations, as in lstm_ref -----------------------------------------------------------------------------

function sigmoid(z) {
  // Both exponents are at most 0, so neither end overflows.
  return Math.exp(Math.min(z, 0)) / (1 + Math.exp(-Math.abs(z)));
}

function updateMemory(f, cPrev, i, candidate) {
  return f * cPrev + i * candidate;
}

function hiddenState(o, c) {
  return o * Math.tanh(c);
}

function memoryTrace({ f, i, candidate }, cPrev) {
  // One value more than there are steps: the first one is the memory before the first step.
  const c = [cPrev];
  for (let t = 0; t < f.length; t++) c.push(updateMemory(f[t], c[t], i[t], candidate[t]));
  return c;
}

function runMemory(sequence, cPrev) {
  const c = memoryTrace(sequence, cPrev);
  return { c, h: sequence.o.map((o, t) => hiddenState(o, c[t + 1])) };
}

function halfLife(f) {
  if (f <= 0) return 0;
  return f >= 1 ? Infinity : Math.log(0.5) / Math.log(f);
}

function showSteps(steps) {
  return show(steps, steps < 100 ? 1 : 0);
}

// ---- words and numbers -----------------------------------------------------------------------------------------

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

function show(number, digits = 3) {
  // A true minus sign, and no "-0.000".
  const text = number.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text.replace("-", "\u2212");
}

function powerOfTen(n) {
  const digits = { "-": "\u207b", 0: "\u2070", 1: "\u00b9", 2: "\u00b2", 3: "\u00b3" };
  return `10${[...String(n)].map((one) => digits[one] ?? String.fromCharCode(0x2070 + Number(one))).join("")}`;
}

function showSize(number) {
  // Three significant digits, whatever the size.
  const size = Math.abs(number);
  if (size === 0 || (size >= 0.001 && size < 9999.5)) return show(number, size === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(size))));
  const [mantissa, exponent] = number.toExponential(1).split("e");
  return `${mantissa.replace("-", "\u2212")}\u00b7${powerOfTen(Number(exponent))}`;
}

// ---- elements --------------------------------------------------------------------------------------------------

function fillElement(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null));
  return node;
}

function html(tag, attributes = {}, ...children) {
  return fillElement(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return fillElement(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

let idsGiven = 0;
function freshId(stem) {
  // A page may hold two views of one widget: ids count up and carry a random part.
  freshId.page ??= Math.random().toString(36).slice(2, 7);
  return `lstm-${freshId.page}-${stem}-${++idsGiven}`;
}

function symbol(letter, subscript) {
  // Most letters are texts. One that needs more, such as a derivative, is a function that makes its nodes.
  if (typeof letter === "function") return letter(subscript);
  return [html("i", {}, letter), subscript === undefined ? null : html("sub", {}, String(subscript))];
}

function quantity(name, digits = 3) {
  // A number on the page: shown rounded, exact in its `value`. `digits` may be a function that formats it.
  const node = html("data", { "data-name": name });
  return {
    node,
    set(number) {
      node.value = String(number);
      node.textContent = typeof digits === "function" ? digits(number) : show(number, digits);
    },
  };
}

// ---- controls --------------------------------------------------------------------------------------------------

function slider({ name, label, letter, subscript, min, max, step, digits = 2, onInput }) {
  const id = freshId(name);
  const output = quantity(name, digits);
  const input = html("input", {
    id, type: "range", min, max, step, name: id, "data-control": name,
    oninput: () => onInput(Number(input.value)),
  });
  const mark = html("span", { class: "lstm-symbol", "aria-hidden": "true" }, symbol(letter, subscript));
  const caption = html("span", {}, label);
  const node = html(
    "div", { class: `lstm-slider lstm-${name}` },
    html("label", { for: id }, mark, caption),
    html("output", { for: id }, output.node),
    input,
  );
  return {
    node, input,
    relabel(text, index) {
      caption.textContent = text;
      mark.replaceChildren(...symbol(letter, index).filter(Boolean));
    },
    set(number) {
      output.set(number);
      // A value set from Python may lie between two stops of the slider: the thumb rounds, the number does not.
      if (Number(input.value) !== number) input.value = String(number);
      input.setAttribute("aria-valuetext", show(number, digits));
    },
  };
}

function choice({ name, legend, options, onChange }) {
  const group = freshId(name);
  const captions = {};
  const inputs = {};
  const boxes = Object.entries(options).map(([value, text]) => {
    inputs[value] = html("input", { type: "radio", name: group, value, onchange: () => onChange(value) });
    captions[value] = html("span", {}, text);
    return html("label", {}, inputs[value], captions[value]);
  });
  return {
    node: html("fieldset", { class: "lstm-choice", "data-control": name }, html("legend", {}, legend), boxes),
    relabel: (value, text) => { captions[value].textContent = text; },
    set: (value) => { inputs[value].checked = true; },
  };
}

function presetButtons({ legend, presets, onPick }) {
  const buttons = presets.map((preset) => html("button", {
    type: "button", "aria-pressed": "false", "data-preset": preset.key, onclick: () => onPick(preset),
  }, preset.label));
  return {
    node: html("div", { class: "lstm-presets", role: "group", "aria-label": legend }, buttons),
    // A button is shown as pressed if its settings are those on show.
    mark: (isOnShow) => presets.forEach((preset, n) => buttons[n].setAttribute("aria-pressed", isOnShow(preset))),
  };
}

function speaker(delay = 350) {
  // The sentence is shown at once, and read out by screen readers when nothing has changed for `delay` milliseconds.
  const seen = html("span", { "aria-hidden": "true" });
  const spoken = html("span", { class: "lstm-spoken", role: "status", "aria-live": "polite" });
  let timer = 0;
  return {
    node: html("p", { class: "lstm-summary" }, [seen, spoken]),
    say(text) {
      seen.textContent = text;
      clearTimeout(timer);
      timer = setTimeout(() => { if (spoken.textContent !== text) spoken.textContent = text; }, spoken.textContent ? delay : 0);
    },
    stop: () => clearTimeout(timer),
  };
}

// ---- equations: letters, and under each its number ----------------------------------------------------------------

const GOES_ON_WITH = ["=", "+", "\u2212"]; // an equation that is too wide is broken before one of these

function equation(terms) {
  // A term is a text such as "=", or {name, letter, subscript} for a letter with its live number.
  const numbers = {};
  const subscripts = [];
  const parts = [];
  const cell = (...children) => html("span", {}, children);
  for (const term of terms) {
    if (parts.length === 0 || GOES_ON_WITH.includes(term)) parts.push({ letters: [], below: [] });
    const { letters, below } = parts.at(-1);
    if (typeof term === "string") {
      for (const row of [letters, below]) row.push(cell(html("span", { class: "lstm-operator" }, term)));
      continue;
    }
    const number = quantity(term.name, term.digits ?? 3);
    numbers[term.name] = number;
    const colour = `lstm-${term.colour ?? term.name}`;
    const letter = html("span", { class: `lstm-symbol ${colour}` }, symbol(term.letter, term.subscript));
    subscripts.push((values) => letter.replaceChildren(...symbol(term.letter, values[term.name]).filter(Boolean)));
    letters.push(cell(letter));
    below.push(cell(html("span", { class: `lstm-number ${colour}` }, number.node)));
  }
  const node = html("div", { class: "lstm-equation", role: "img" }, parts.map(({ letters, below }) => html(
    "div", { class: "lstm-equation-part", style: `--terms: ${letters.length}` }, letters, below)));
  const read = (row) => parts.flatMap((part) => part[row].map((one) => one.textContent)).join(" ");
  return {
    node,
    index: (values) => subscripts.forEach((change) => change(values)),
    set(values) {
      for (const [name, value] of Object.entries(values)) numbers[name].set(value);
      // Each part holds some of both rows. A screen reader reads all letters first, then all numbers.
      node.setAttribute("aria-label", `${read("letters")}; ${read("below")}`);
    },
  };
}

// ---- plots: redrawn at each new width, so that letters keep their size ----------------------------------------------

function scale([fromLow, fromHigh], [toLow, toHigh]) {
  return (value) => toLow + ((value - fromLow) / (fromHigh - fromLow)) * (toHigh - toLow);
}

function ticks(low, high, wanted = 4) {
  // Round numbers (1, 2 or 5 times a power of ten) from low to high.
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough) * power;
  const count = Math.floor((high - low) / step + 1e-9);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, n) => (first + n) * step).filter((value) => value <= high + 1e-9);
}

function path(points, attributes) {
  return svg("path", { d: `M${points.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join("L")}`, ...attributes });
}

function plot({ title, height, draw }) {
  // role=img with a name and a description; `draw(width)` returns the SVG children, the description and, where the
  // height depends on the width, the height.
  const [titleId, descriptionId] = [freshId("title"), freshId("description")];
  const name = svg("title", { id: titleId }, title);
  const description = svg("desc", { id: descriptionId });
  const picture = svg("svg", { role: "img", "aria-labelledby": titleId, "aria-describedby": descriptionId, height });
  const node = html("div", { class: "lstm-plot" }, picture);
  return {
    node, picture,
    draw() {
      const width = Math.max(node.clientWidth, 200);
      const { children, words, height: tall = height } = draw(width);
      picture.setAttribute("viewBox", `0 0 ${width} ${tall}`);
      picture.setAttribute("height", tall);
      description.textContent = words;
      picture.replaceChildren(name, description, ...children.flat(Infinity).filter((child) => child !== null));
    },
  };
}

function horizontalGrid(y, values, left, right, digits) {
  return values.map((value) => svg("g", { class: "lstm-grid" },
    svg("line", { x1: left, x2: right, y1: y(value), y2: y(value), class: value === 0 ? "lstm-zero" : null }),
    svg("text", { x: left - 8, y: y(value), "text-anchor": "end", "dominant-baseline": "central" }, show(value, digits)),
  ));
}

// ---- life of a view ----------------------------------------------------------------------------------------------

function settings(model, names) {
  // The traits that the reader sets: `state` reads them all, `change` sets those that `values` contains. Other entries
  // of `values`, such as a preset's key and label, are ignored.
  return {
    state: () => Object.fromEntries(names.map((name) => [name, model.get(name)])),
    change(values) {
      for (const name of names) if (name in values) model.set(name, values[name]);
      model.save_changes();
    },
  };
}

function live({ model, el, names, root, draw }) {
  // Draw now, whenever one of the named traits changes, and whenever the width does; at most once per frame.
  let frame = 0;
  let width = null;
  const later = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(draw);
  };
  // JupyterLab uses the arrow keys to move between cells, unless the focused element itself says not to.
  for (const control of root.querySelectorAll("input, button, summary, [tabindex]")) {
    control.setAttribute("data-lm-suppress-shortcuts", "true");
  }
  el.replaceChildren(root);
  draw();
  for (const name of names) model.on(`change:${name}`, later);
  const watcher = new ResizeObserver(([{ contentRect }]) => {
    // Not for the height: pointing at something changes the text below, and so the height. Redrawing under a finger
    // would remove what is being pressed.
    if (contentRect.width !== width) later();
    width = contentRect.width;
  });
  watcher.observe(root);
  return () => {
    cancelAnimationFrame(frame);
    watcher.disconnect();
    for (const name of names) model.off(`change:${name}`, later);
  };
}
