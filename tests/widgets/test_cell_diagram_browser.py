"""CellDiagram and Shapes on the built page: their own arithmetic is lstm_ref's, and every control has a key."""

import random

import numpy as np
import pytest
from browser_fixtures import LETTERS, numbers, widget

import lstm_ref
from lstm_ref import CellDiagram
from lstm_ref.widgets.cell_diagram import GATES, RESULTS, XS, presets

pytestmark = pytest.mark.browser

PAGE = "book/02_the_cell.html"
CELL = ".lstm-cell-diagram >> nth=0"
SHAPES = ".lstm-shapes >> nth=0"
LIMITS = {"h_prev": (-100, 100), "c_prev": (-400, 400), "amplitude": (0, 200), "distance": (0, 200)}  # hundredths
CHIPS = ".lstm-diagram-chips"


def results(**settings):
    reference = CellDiagram(**settings)
    return {name: getattr(reference, name) for name in RESULTS}


def test_thirty_random_settings_give_the_numbers_of_lstm_ref(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, CELL)
    rng = random.Random(2)
    for n in range(30):
        preset = presets()[n % len(presets())]
        root.locator(f"[data-preset={preset['key']}]").click()
        values = {name: rng.randint(*limits) / 100 for name, limits in LIMITS.items()}
        shown = numbers(root, CHIPS, values.items())
        want = results(weights=preset["weights"], **values)
        assert shown == pytest.approx(want, rel=0, abs=1e-12)


def test_a_gate_is_explained_by_its_weighted_sum(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, CELL)
    root.locator("[data-preset=untrained]").click()
    weights = presets()[-1]["weights"]
    values = {"h_prev": -0.25, "c_prev": 1.5, "amplitude": 0.75, "distance": 0.5}
    reads = [-0.25, 0.75, 0.5, 1]
    for gate in GATES:
        told = numbers(root, ".lstm-diagram-explained table", [*values.items(), ("shown", gate)])
        assert [told[f"value[{n}]"] for n in range(3)] == reads[:3]
        assert [told[f"weight[{n}]"] for n in range(3)] == weights[gate][:3]
        z = float(np.dot(reads, weights[gate]))
        assert sum(told[f"product[{n}]"] for n in range(4)) == pytest.approx(z, rel=0, abs=1e-12)
        assert told["z"] == pytest.approx(z, rel=0, abs=1e-12)
        want = results(weights=weights, **values)[gate]
        assert told["squashed"] == pytest.approx(want, rel=0, abs=1e-12)
        assert root.locator(".lstm-diagram-explained table").is_visible()


def test_next_step_by_keyboard_runs_the_cell_over_the_radar_sequence(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, CELL)
    root.locator("[data-preset=first]").focus()
    page.keyboard.press("Enter")
    root.locator("[data-action=restart]").focus()
    page.keyboard.press("Enter")
    reference = CellDiagram()
    reference.show("first")
    reference.restart()
    root.locator("[data-action=next]").focus()
    for t in range(1, len(XS) + 1):
        shown = numbers(root, CHIPS)
        assert shown == pytest.approx({name: getattr(reference, name) for name in RESULTS}, rel=0, abs=1e-12)
        assert f"Step {t} of 16" in root.locator(".lstm-diagram-where").inner_text()
        if t < len(XS):
            page.keyboard.press("Space")
            reference.next_step()
    assert root.locator("[data-action=next]").is_disabled()


LIT = {
    "f": {"f", "hx", "h_prev", "x"},
    "write": {"write", "i", "candidate", "hx", "h_prev", "x"},
    "c": {"c", "keep", "write", "f", "i", "candidate", "c_prev", "hx", "h_prev", "x"},
    "hx": {"hx", "h_prev", "x"},
}


def lit(root):
    return set(
        root.evaluate(
            "root => [...root.querySelectorAll('[data-wire]:not(.lstm-diagram-dim)')].map(part => part.dataset.wire)"
        )
    )


def test_a_number_lights_what_it_depends_on_and_dims_the_rest(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, CELL)
    for name, wires in LIT.items():
        numbers(root, CHIPS, [("shown", name)])
        assert lit(root) == wires
    # By keyboard: from [h, x] one to the right is f.
    root.locator("input[value=hx]").focus()
    page.keyboard.press("ArrowRight")
    assert root.locator("input[value=f]").is_checked()
    numbers(root, CHIPS)
    assert lit(root) == LIT["f"]
    # Pointing shows a number for as long as the mouse is there; a click keeps it.
    wire = root.locator("[data-wire=write] text").first
    wire.hover()
    assert lit(root) == LIT["write"]
    page.mouse.move(2, 2)
    assert lit(root) == LIT["f"]
    wire.click()
    numbers(root, CHIPS)
    assert root.locator("input[value=write]").is_checked()


def test_a_press_counts_though_the_picture_is_drawn_anew_before_the_release(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, CELL)
    root.locator("[data-wire=write] text").first.hover()
    page.mouse.down()
    numbers(root, CHIPS, [("c_prev", 1.25)])
    page.mouse.up()
    numbers(root, CHIPS)
    assert root.locator("input[value=write]").is_checked()


def test_no_gate_depends_on_the_memory_in_the_drawing(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, CELL)
    for gate in GATES:
        numbers(root, CHIPS, [("shown", gate)])
        assert "c_prev" not in lit(root)


def test_thickness_follows_the_number_and_a_dash_its_sign(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, CELL)
    root.locator("[data-preset=keep]").click()

    def wire(c_prev):
        numbers(root, CHIPS, [("c_prev", c_prev)])
        # The computed style: another widget's style may override what the drawing says.
        style = "flow => [getComputedStyle(flow).strokeWidth, getComputedStyle(flow).strokeDasharray]"
        width, dashes = root.locator("[data-wire=c_prev] .lstm-diagram-flow").first.evaluate(style)
        return float(width.removesuffix("px")), None if dashes == "none" else dashes

    widths = [wire(value)[0] for value in (0, 0.25, 0.5, 1, 3)]
    assert widths[0] == 1 and widths == sorted(widths) and len(set(widths)) == 5
    assert wire(1)[1] is None and wire(-1)[1] is not None
    # A wire with corners would look like a triangle if it were filled.
    fills = "root => [...root.querySelectorAll('.lstm-diagram-flow')].map(flow => getComputedStyle(flow).fill)"
    assert set(root.evaluate(fills)) == {"none"}


@pytest.mark.parametrize("letters", LETTERS)
@pytest.mark.parametrize("width", [1200, 360, 320])
def test_no_number_lies_outside_the_drawing_or_on_another(visit, site, width, letters):
    page = visit(f"{site}/{PAGE}", width=width)
    root = widget(page, CELL)
    page.add_style_tag(content=LETTERS[letters])
    numbers(root, CHIPS, [("c_prev", -3.33), ("h_prev", -0.88)])
    outside, overlapping = root.evaluate(
        """root => {
          const frame = root.getBoundingClientRect();
          const found = [...root.querySelectorAll('.lstm-plot text')];
          const texts = found.map(one => [one.textContent, one.getBoundingClientRect()]);
          const out = texts.filter(([, box]) => box.left < frame.left || box.right > frame.right).map(([text]) => text);
          const on = [];
          texts.forEach(([text, a], n) => texts.slice(n + 1).forEach(([other, b]) => {
            const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            if (wide > 1 && high > 5) on.push(`${text} / ${other}`);
          }));
          return [out, on];
        }"""
    )
    assert outside == [] and overlapping == []


def test_each_example_sets_the_widget_to_itself(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, CELL)
    for preset in presets():
        root.locator(f"[data-preset={preset['key']}]").click()
        numbers(root, CHIPS)
        pressed = root.locator(".lstm-presets [aria-pressed=true]")
        assert pressed.evaluate_all("found => found.map(one => one.dataset.preset)") == [preset["key"]]
        assert root.locator(".lstm-note").first.inner_text() == preset["note"]


def test_thirty_random_sizes_give_the_shapes_of_lstm_ref(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, SHAPES)
    rng = random.Random(5)
    for _ in range(30):
        sizes = {"B": rng.randint(1, 6), "D": rng.randint(1, 6), "H": rng.randint(1, 8)}
        shown = numbers(root, "table", sizes.items())
        for name, shape in lstm_ref.cell_shapes(*sizes.values()).items():
            if f"numbers.{name}" in shown:
                assert tuple(shown[f"{name}[{n}]"] for n in range(len(shape))) == shape
                assert shown[f"numbers.{name}"] == np.prod(shape)
        assert shown["count"] == lstm_ref.parameter_count(sizes["D"], sizes["H"], biases=1)
        squares = root.locator(".lstm-shapes-number-square").count()
        hx, W, f = (np.prod(lstm_ref.cell_shapes(*sizes.values())[name]) for name in ("hx", "W_f", "f"))
        assert squares == hx + W + f
    assert {"numbers.hx", "numbers.W_f", "numbers.b_f", "numbers.f"} <= set(shown)
