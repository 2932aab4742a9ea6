"""InputGate in the built page: the numbers of lstm_ref, keyboard, examples, words; the rectangle is the write."""

import random

import numpy as np
import pytest
from browser_fixtures import numbers, widget

import lstm_ref
from lstm_ref import InputGate
from lstm_ref.widgets.input_gate import NUMBERS, presets

pytestmark = pytest.mark.browser

PAGE = "book/04_input_gate.html"
ROOT = ".lstm-input-gate >> nth=0"
LIMITS = {"x": 2, "h_prev": 1, "w_ih": 4, "w_ix": 4, "b_i": 6, "w_ch": 4, "w_cx": 4, "b_c": 6, "c_prev": 2}
SHOWN = ("z_i", "i", "z_c", "candidate", "write", "c_t")


def rectangle(root):
    """Width, height and centre of the area on show, in parts of its frame: (1, 2) wide and high."""
    area, frame = (root.locator(f"rect.{name}") for name in ("lstm-input-area", "lstm-input-frame"))
    a, f = ({k: float(one.get_attribute(k)) for k in ("x", "y", "width", "height")} for one in (area, frame))
    middle = f["y"] + f["height"] / 2
    below = a["y"] >= middle - 1e-6 and a["height"] > 0
    return a["width"] / f["width"], (-1 if below else 1) * 2 * a["height"] / f["height"]


def test_thirty_random_settings_give_the_numbers_of_lstm_ref(visit, site):
    root = widget(visit(f"{site}/{PAGE}"), ROOT)
    rng = random.Random(5)
    for _ in range(30):
        # Stops of the slider: multiples of 1/20, so that the browser rounds nothing.
        v = {name: rng.randint(-20 * limit, 20 * limit) / 20 for name, limit in LIMITS.items()}
        shown = numbers(root, ".lstm-equations", v.items())
        h, x = np.array([[v["h_prev"]]]), np.array([[v["x"]]])
        i = lstm_ref.input_gate(h, x, np.array([[v["w_ih"], v["w_ix"]]]), np.array([v["b_i"]]))[0, 0]
        c_hat = lstm_ref.candidate(h, x, np.array([[v["w_ch"], v["w_cx"]]]), np.array([v["b_c"]]))[0, 0]
        expected = {"i": i, "candidate": c_hat, "write": i * c_hat}
        expected["c_t"] = lstm_ref.update_memory(1.0, v["c_prev"], i, c_hat)
        assert {name: shown[name] for name in expected} == pytest.approx(expected, rel=0, abs=1e-12)
        assert {name: shown[name] for name in v} == v
        assert rectangle(root) == pytest.approx((i, c_hat), abs=1e-6)


def test_each_example_sets_the_widget_to_itself(visit, site):
    root = widget(visit(f"{site}/{PAGE}"), ROOT)
    for preset in presets():
        root.locator(f"[data-preset={preset['key']}]").click()
        shown = numbers(root, ".lstm-equations")
        of_python = InputGate(**{name: preset[name] for name in NUMBERS})
        assert {name: shown[name] for name in SHOWN} == pytest.approx(
            {name: getattr(of_python, name) for name in SHOWN}, rel=0, abs=1e-12
        )
        pressed = root.locator(".lstm-presets [aria-pressed=true]")
        assert pressed.evaluate_all("found => found.map(one => one.dataset.preset)") == [preset["key"]]


def test_it_can_be_used_by_the_keyboard_alone(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, ROOT)
    root.locator("[data-preset=plus]").focus()
    page.keyboard.press("Enter")
    reached = []
    for _ in range(len(presets()) - 1 + len(NUMBERS)):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.dataset.control"))
    order = ["x", "h_prev", "c_prev", "w_ih", "w_ix", "b_i", "w_ch", "w_cx", "b_c"]
    assert [name for name in reached if name] == order
    root.locator('input[data-control="b_i"]').focus()
    page.keyboard.press("Home")
    shown = numbers(root, ".lstm-equations")
    assert shown["b_i"] == -6 and 0 < shown["write"] < 0.005
    assert root.locator(".lstm-presets [aria-pressed=true]").get_attribute("data-preset") == "shut"


def test_the_result_is_said_in_words_and_so_are_the_pictures(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, ROOT)
    root.locator("[data-preset=minus]").click()
    status = root.locator('[role=status][aria-live="polite"]')
    page.wait_for_function("node => node.textContent.includes('98 %')", arg=status.element_handle())
    assert "a memory of 0.50 becomes \u22120.447" in status.inner_text()
    described = root.locator(".lstm-plot desc").all_text_contents()
    assert "as high as the candidate, \u22120.964" in described[0]
    assert "lies between \u22120.981 and 0.981" in described[1]
    assert described[2] == "An arrow on a line of numbers, from 0.50 to \u22120.447."


@pytest.mark.parametrize("width", [1200, 320])
def test_no_word_of_a_picture_leaves_it(visit, site, width):
    page = visit(f"{site}/{PAGE}", width=width)
    root = widget(page, ROOT)
    for preset in presets():
        root.locator(f"[data-preset={preset['key']}]").click()
        for c_prev in (-2, 0.5, 2):
            numbers(root, ".lstm-equations", [("c_prev", c_prev)])
            outside = root.evaluate("""root => [...root.querySelectorAll(".lstm-plot svg")].flatMap(svg => {
                const box = svg.getBoundingClientRect();
                return [...svg.querySelectorAll("text")].filter(one => {
                    const text = one.getBoundingClientRect();
                    return text.left < box.left - 1 || text.right > box.right + 1 || text.bottom > box.bottom + 1;
                }).map(one => one.textContent);
            })""")
            assert not outside, (preset["key"], c_prev)
