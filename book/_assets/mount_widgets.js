// Brings a page's widgets to life without a kernel: reads the state that the build left in the page and gives each
// widget's own front end (its `_esm` text) a model to work on. It stands in the head of pages that hold widgets, and is
// called behind each of them, so that a widget is there when its place is first drawn, and nothing moves afterwards.
(() => {
  const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
  const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';
  const EXPORT = /\bexport default (\{[^}]*\});\s*$/; // the end of every front end
  const sorry = document.currentScript.dataset.sorry;

  function makeModel(values) {
    const listeners = new Map();
    const emit = (event, ...details) => [...(listeners.get(event) ?? [])].forEach((listener) => listener(...details));
    const model = {
      get: (name) => values[name],
      set(name, value) {
        if (values[name] === value) return;
        values[name] = value;
        emit(`change:${name}`, model, value);
        emit("change", model);
      },
      save_changes() {}, // nobody to tell: there is no kernel
      on: (event, listener) => listeners.set(event, (listeners.get(event) ?? new Set()).add(listener)),
      off: (event, listener) => listeners.get(event)?.delete(listener),
    };
    return model;
  }

  const modules = new Map();
  function evaluate(text) {
    // As a function, at once: a module would be imported only after the page has been drawn without the widget.
    if (!modules.has(text)) modules.set(text, new Function(`"use strict"; ${text.replace(EXPORT, "return $1;")}`)());
    return modules.get(text);
  }

  const styles = new Set();
  function addStyle(text) {
    if (!text || styles.has(text)) return;
    styles.add(text);
    document.head.append(Object.assign(document.createElement("style"), { textContent: text }));
  }

  const models = new Map();
  function mount(script, states) {
    const el = document.createElement("div");
    script.after(el);
    try {
      const id = JSON.parse(script.textContent).model_id;
      if (!states[id]) throw new Error(`no state for model ${id}`);
      const { state } = states[id];
      if (!models.has(id)) models.set(id, makeModel(state));
      addStyle(state._css);
      evaluate(state._esm).render({ model: models.get(id), el });
    } catch (error) {
      el.setAttribute("role", "alert");
      el.className = "lstm-failed";
      el.textContent = sorry.replace("{reason}", error.message);
      console.error(error);
    }
  }

  let known;
  function states() {
    const script = document.querySelector(STATE);
    try {
      return script ? JSON.parse(script.textContent).state : {};
    } catch (error) {
      console.error(error);
      return {}; // each view then says, where it stands, that its state is missing
    }
  }

  function leaveForPaper(script) {
    // The still picture that readers without JavaScript see is also what is printed: a slider on paper is of no use.
    const still = script.parentElement.querySelector("noscript");
    if (!still) return;
    const paper = document.createElement("div");
    paper.className = "lstm-paper";
    paper.innerHTML = still.textContent;
    still.after(paper);
  }

  window.lstmMount = (call) => {
    const script = call.parentElement.querySelector(VIEW);
    mount(script, (known ??= states()));
    leaveForPaper(script);
  };
})();
