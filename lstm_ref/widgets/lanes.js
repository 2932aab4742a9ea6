// Shared by the widgets in which a reader draws gates: rows of bars, one bar per step, set by pointer or keyboard.

const STOP = 0.05; // gates are set in stops of this size: a fingertip cannot aim better

function nearestStop(value) {
  // Counted in whole stops, so that 0.15 is 0.15 and not 0.15000000000000002.
  const stops = Math.round(1 / STOP);
  return Math.min(Math.max(Math.round(value * stops), 0), stops) / stops;
}

function columns(width, steps) {
  // Where the steps 0 to T lie: the same columns in every plot and lane of a widget.
  const [left, right] = [width < 400 ? 34 : 44, 10];
  const column = (width - left - right) / (steps + 1);
  return { left, right: width - right, column, x: (t) => left + column * (t + 0.5) };
}

function lane({ name, letter, label, barLabel, steps, read, onDraw, onStep }) {
  // Each bar is a slider; the lane is one Tab stop, and arrows move within it. `onDraw` gets {step: value}
  // for the steps drawn over, the value at the pointer, and its step. `read` returns the gate from the model:
  // the bars are redrawn later than a key can repeat.
  const bars = Array.from({ length: steps }, (_, n) => html("div", {
    class: "lstm-bar", role: "slider", tabindex: -1, "aria-orientation": "vertical", "aria-valuemin": 0,
    "aria-valuemax": 1, "data-bar": `${name}[${n + 1}]`, "aria-label": fill(barLabel, { gate: label, t: n + 1 }),
    onkeydown: (event) => press(event, n + 1), onfocus: () => onStep(n + 1),
  }, html("span", { class: "lstm-filled" })));
  const row = html("div", { class: "lstm-bars", role: "group", "aria-label": label }, bars);
  const node = html("div", { class: `lstm-drawn lstm-${name}` },
    html("span", { class: "lstm-symbol", "aria-hidden": "true" }, symbol(letter)), row);
  let last = null; // while drawing, the pointer's last step and value

  function press(event, t) {
    const change = { ArrowUp: STOP, ArrowDown: -STOP, PageUp: 5 * STOP, PageDown: -5 * STOP, Home: -1, End: 1 }[event.key];
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (change === undefined && move === undefined) return;
    event.preventDefault();
    if (change !== undefined) keyed(t, nearestStop(read()[t - 1] + change));
    else bars[Math.min(Math.max(t + move, 1), steps) - 1].focus();
  }

  function keyed(t, value) {
    onDraw({ [t]: value }, value, t);
  }

  function draw(event) {
    const box = row.getBoundingClientRect();
    const t = Math.min(Math.max(Math.floor(((event.clientX - box.left) / box.width) * steps), 0), steps - 1) + 1;
    const value = nearestStop(1 - (event.clientY - box.top) / box.height);
    // A fast pointer skips columns: these get values on the line between its last place and this one.
    const drawn = { [t]: value };
    for (let k = last ? Math.min(last.t, t) : t; last && k <= Math.max(last.t, t); k++) {
      if (k !== last.t) drawn[k] = nearestStop(last.value + ((value - last.value) * (k - last.t)) / (t - last.t || 1));
    }
    last = { t, value };
    onDraw(drawn, value, t);
    return t;
  }

  row.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    row.setPointerCapture(event.pointerId);
    last = null;
    bars[draw(event) - 1].focus({ preventScroll: true });
  });
  row.addEventListener("pointermove", (event) => { if (last && row.hasPointerCapture(event.pointerId)) draw(event); });
  for (const end of ["pointerup", "pointercancel"]) row.addEventListener(end, () => { last = null; });

  return {
    node,
    place({ left, right, column }, width) {
      row.style.marginInlineStart = `${left + column}px`;
      row.style.marginInlineEnd = `${width - right}px`;
    },
    set(gate, now) {
      bars.forEach((bar, n) => {
        bar.setAttribute("aria-valuenow", gate[n]);
        bar.setAttribute("aria-valuetext", show(gate[n], 2));
        bar.tabIndex = n + 1 === now ? 0 : -1;
        bar.classList.toggle("lstm-bar-now", n + 1 === now);
        bar.firstChild.style.height = `${100 * gate[n]}%`;
      });
    },
  };
}

function withDrawn(gate, drawn, value, everyStep) {
  return gate.map((old, n) => (everyStep ? value : drawn[n + 1] ?? old));
}

function stepNumbers({ x, column }, steps, now, y) {
  const every = column < 19 ? 2 : 1; // narrow screens number every other step, and always the one on show
  const near = (t) => every > 1 && t !== now && Math.abs(t - now) < 2;
  return Array.from({ length: steps + 1 }, (_, t) => ((t % every && t !== now) || near(t)) ? null : svg("text", {
    class: t === now ? "lstm-tick lstm-tick-now" : "lstm-tick", x: x(t), y, "text-anchor": "middle",
  }, String(t)));
}

function candidateLane({ x, column, left }, candidate, top, height, letter) {
  const bar = Math.max(column - 3, 3);
  const signed = candidate.some((value) => value < 0);
  const zero = signed ? top + height / 2 : top + height;
  const scaled = (value) => Math.abs(value) * (signed ? height / 2 : height);
  return svg("g", { class: "lstm-lane lstm-candidate" },
    svg("text", { x: left - 8, y: top + height / 2, "text-anchor": "end", "dominant-baseline": "central" }, letter),
    candidate.map((value, n) => svg("g", {},
      svg("rect", { class: "lstm-track", x: x(n + 1) - bar / 2, y: top, width: bar, height, rx: 2 }),
      svg("rect", { class: "lstm-level", x: x(n + 1) - bar / 2, y: value > 0 ? zero - scaled(value) : zero, width: bar, height: scaled(value), rx: 2 }))),
    signed ? svg("line", { class: "lstm-middle", x1: x(1) - bar / 2, x2: x(candidate.length) + bar / 2, y1: zero, y2: zero }) : null);
}
