// Shared by the widgets in which a reader draws a memory's two gates (after lanes.js), and says where the memory starts.

function drawnGates({ model, change, steps }) {
  const labels = model.get("labels");
  const [min, max] = model.get("limits").c_prev;
  const lanes = ["i", "f"].map((name) => [name, lane({
    name, letter: name, label: labels[name], barLabel: labels.bar, steps, read: () => model.get(name),
    onStep: (t) => change({ t }),
    onDraw: (drawn, value, t) => change({ t, [name]: withDrawn(model.get(name), drawn, value, model.get("scope") === "every") }),
  })]);
  const scope = choice({
    name: "scope", legend: labels.scope, options: { one: labels.scope_one, every: labels.scope_every },
    onChange: (value) => change({ scope: value }),
  });
  const start = slider({
    name: "c_prev", letter: "c", subscript: 0, label: labels.c_prev, min, max, step: 0.1,
    onInput: (value) => change({ c_prev: value }),
  });
  return { lanes, scope, start };
}
