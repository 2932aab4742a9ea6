"""Every widget in wide and in narrow letters: nothing leaves its frame, and no text of a picture lies on another."""

import pytest
from browser_fixtures import DRAWN, LETTERS, VIEWS, chapters
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# Finds what is wrong in a widget: fault -> where. Tries both ends of its sliders, each example and every choice.
FAULTS = """async root => {
  const frame = root.getBoundingClientRect();
  const drawn = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  const faults = {};

  function* texts() {
    for (const picture of root.querySelectorAll(".lstm-plot svg")) {
      const found = [...picture.querySelectorAll("text")].map(one => [one.textContent, one.getBoundingClientRect()]);
      for (const [n, [text, a]] of found.entries()) {
        if (a.left < frame.left || a.right > frame.right) yield `"${text}" leaves the widget`;
        for (const [other, b] of found.slice(n + 1)) {
          const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
          const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
          if (wide > 1 && high > 5) yield `"${text}" lies on "${other}"`;
        }
      }
    }
  }

  function* boxes() {
    for (const one of root.querySelectorAll("*")) {
      if (!(one instanceof HTMLElement) || !one.offsetParent || one.closest(".lstm-spoken")) continue;
      const box = one.parentElement.closest(".lstm-equations, .lstm-stepper-six-line, .lstm");
      if (one.getBoundingClientRect().right <= box.getBoundingClientRect().right + 1) continue;
      let within = one.parentElement; // what scrolls inside itself may be wide
      while (within !== box && getComputedStyle(within).overflowX === "visible") within = within.parentElement;
      if (within === box) yield `${one.localName} "${one.className}" leaves its box: ${one.textContent.slice(0, 40)}`;
    }
  }

  async function look(where) {
    await drawn();
    for (const fault of [...texts(), ...boxes()]) faults[fault] ??= where;
  }

  for (const end of ["min", "max"]) {
    for (const slider of root.querySelectorAll("input[type=range]")) {
      slider.value = slider[end];
      slider.dispatchEvent(new Event("input", {bubbles: true}));
    }
    await look(`every slider at its ${end}`);
  }
  for (const control of root.querySelectorAll("[data-preset], input[type=radio]")) {
    control.click();
    await look(control.dataset.preset ?? control.value);
  }
  return faults;
}"""


@pytest.mark.parametrize("stem", [stem for stem in chapters() if stem[0].isdigit()])
def test_it_holds_whatever_fonts_a_machine_has(visit, site, stem):
    page = visit(f"{site}/book/{stem}.html")
    widgets = page.locator("main .lstm")
    expect(widgets).to_have_count(page.locator(VIEWS).count())
    for letters, width in (("wide", 1200), ("wide", 320), ("narrow", 320)):
        page.add_style_tag(content=LETTERS[letters])
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(DRAWN)
        for widget in widgets.all():
            assert widget.evaluate(FAULTS) == {}, (letters, width, widget.get_attribute("aria-label"))
