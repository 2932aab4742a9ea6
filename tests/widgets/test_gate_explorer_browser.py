"""GateExplorer on its page, served and opened from disk: numbers are lstm_ref's; mouse, keyboard and examples."""

import random

import numpy as np
import pytest
from browser_fixtures import numbers, press_example, widget
from playwright.sync_api import expect

import lstm_ref
from lstm_ref.widgets.gate_explorer import GATES, STEPS, constant, presets

pytestmark = pytest.mark.browser

PAGE = "book/03_forget_gate.html"
EXPLORER = ".lstm-gate-explorer >> nth=0"


def run_memory(sequence, c_prev):
    """c (T+1) and h (T) as lstm_ref computes them."""
    gates = {name: np.array(values) for name, values in sequence.items()}
    c = [np.float64(c_prev)]
    for t in range(STEPS):
        c.append(lstm_ref.update_memory(gates["f"][t], c[-1], gates["i"][t], gates["candidate"][t]))
    return np.array(c), lstm_ref.hidden_state(gates["o"], np.array(c[1:]))


def test_thirty_random_settings_give_the_numbers_of_lstm_ref(visit, address):
    page = visit(f"{address}/{PAGE}")
    root = widget(page, EXPLORER)
    rng = random.Random(3)
    sequence, c_prev = constant(f=1), 1.0
    root.locator("[data-preset=keep]").click()
    for _ in range(30):
        scope, t = rng.choice(["every", "one"]), rng.randint(1, STEPS)
        moves = [("scope", scope), ("t", t)]
        for name, (low, high) in GATES.items():
            value = round(rng.uniform(low, high), 2)
            moves.append((name, value))
            sequence[name] = [value if scope == "every" or n + 1 == t else old for n, old in enumerate(sequence[name])]
        c_prev = round(rng.uniform(-2, 2), 1)
        table = numbers(root, "table", [*moves, ("c_prev", c_prev)])

        c, h = run_memory(sequence, c_prev)
        for name in GATES:
            assert [table[f"{name}[{n + 1}]"] for n in range(STEPS)] == sequence[name]
        np.testing.assert_allclose([table[f"c[{n}]"] for n in range(STEPS + 1)], c, rtol=0, atol=1e-12)
        np.testing.assert_allclose([table[f"h[{n + 1}]"] for n in range(STEPS)], h, rtol=0, atol=1e-12)
        shown = numbers(root, ".lstm-equations")
        expected = {"c_t": c[t], "c_before": c[t - 1], "h_t": h[t - 1], **{n: sequence[n][t - 1] for n in GATES}}
        assert shown == pytest.approx(expected, rel=0, abs=1e-12)


def test_a_slider_follows_the_mouse(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, EXPLORER)
    root.locator("[data-preset=keep]").click()
    slider = root.locator('input[data-control="f"]')
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] - 8, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, middle, steps=4)
    page.mouse.up()
    table = numbers(root, "table")
    assert table["f[1]"] == pytest.approx(0.5, abs=0.03)
    assert table["c[12]"] == pytest.approx(table["f[1]"] ** 12, rel=0, abs=1e-12)


def test_every_control_answers_to_the_keyboard(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, EXPLORER)
    press_example(root, "keep")
    expect(root.locator("[data-preset=keep]")).to_have_attribute("aria-pressed", "true")
    root.locator('input[data-control="f"]').focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    assert numbers(root, "table")["f[7]"] == 0.97
    expect(root.locator("[data-preset=keep]")).to_have_attribute("aria-pressed", "false")
    root.locator('input[data-control="t"]').focus()
    page.keyboard.press("Home")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    root.locator("input[type=radio][value=every]").focus()
    page.keyboard.press("ArrowDown")  # to "only step 5"
    root.locator('input[data-control="f"]').focus()
    page.keyboard.press("Home")
    table = numbers(root, "table")
    assert [table[f"f[{t}]"] for t in range(1, STEPS + 1)] == [0.97] * 4 + [0] + [0.97] * 7
    assert table["c[5]"] == 0


def test_tab_reaches_every_control_in_the_order_of_the_page(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, EXPLORER)
    root.locator("[data-preset=keep]").focus()
    reached = []
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.dataset.control || document.activeElement.tagName"))
    sliders = [name for name in reached if name in {"t", "f", "i", "candidate", "o", "c_prev"}]
    assert sliders == ["t", "f", "i", "candidate", "o", "c_prev"]
    assert "SUMMARY" in reached


def test_a_click_on_the_plot_chooses_the_step(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, EXPLORER)
    root.locator(".lstm-column").nth(6).click()
    assert numbers(root, ".lstm-t") == {"t": 7}


def test_each_example_sets_the_widget_to_itself(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, EXPLORER)
    for preset in presets():
        root.locator(f"[data-preset={preset['key']}]").click()
        table = numbers(root, "table")
        pressed = root.locator(".lstm-presets [aria-pressed=true]")
        assert pressed.evaluate_all("found => found.map(one => one.dataset.preset)") == [preset["key"]]
        c, _ = run_memory(preset["sequence"], preset["c_prev"])
        assert table["c[12]"] == pytest.approx(c[12], rel=0, abs=1e-12)


def test_the_result_is_said_in_words_once_the_hand_rests(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, EXPLORER)
    root.locator("[data-preset=keep]").click()
    numbers(root, "table", [("t", 1), ("f", 0.25)])
    status = root.locator('[role=status][aria-live="polite"]')
    page.wait_for_function("node => node.textContent.includes('25 %')", arg=status.element_handle())
    assert "0.250" in status.inner_text()
    assert "is 0.000 after 12 steps" in root.locator(".lstm-plot desc").text_content()
