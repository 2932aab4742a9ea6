// Shared by the widgets in which a reader draws gates (after lanes.js): a lane for each, one bar at a time or all at once.

function drawnGates({ model, change, names, scopes, steps }) {
  const labels = model.get("labels");
  const lanes = names.map((name) => [name, lane({
    name, letter: name, label: labels[name], barLabel: labels.bar, steps, read: () => model.get(name),
    onStep: (t) => change({ t }),
    onDraw: (drawn, value, t) => change({ t, [name]: withDrawn(model.get(name), drawn, value, model.get("scope") === "every") }),
  })]);
  const scope = choice({
    name: "scope", legend: labels.scope, options: scopes, onChange: (value) => change({ scope: value }),
  });
  return { lanes, scope };
}
