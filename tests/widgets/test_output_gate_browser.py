"""OutputGate on its page: numbers are lstm_ref's; mouse, keyboard and examples."""

import random

import numpy as np
import pytest
from browser_fixtures import numbers, press_example, widget

from lstm_ref import OutputGate
from lstm_ref.widgets.output_gate import STEPS, presets

pytestmark = pytest.mark.browser

PAGE = "book/06_output_gate.html"


@pytest.fixture
def root(visit, site):
    return widget(visit(f"{site}/{PAGE}"), ".lstm-output-gate >> nth=0")


def test_thirty_random_settings_give_the_numbers_of_lstm_ref(root):
    rng = random.Random(6)
    root.locator("[data-preset=open]").click()
    same = OutputGate()
    for _ in range(30):
        moves = {
            "line": rng.choice(["whole", "no_tanh", "no_gate"]),
            "scope": rng.choice(["one", "one", "every"]),
            "t": rng.randint(1, STEPS),
            "o": rng.randint(0, 100) / 100,
            "memory": rng.randint(-50, 50) / 10,
        }
        table = numbers(root, "table", moves.items())
        for name, value in moves.items():
            setattr(same, name, value)
        for name, expected in {"o": same.gate, **same.trace}.items():
            np.testing.assert_allclose([table[f"{name}[{t}]"] for t in range(1, 17)], expected, rtol=0, atol=1e-12)
        shown = numbers(root, ".lstm-equations")
        expected = {"h_t": same.h_t, "o": same.o, "c_t": same.c_t}
        if same.line == "no_gate":
            del expected["o"]
        assert shown == pytest.approx(expected, rel=0, abs=1e-12)
        assert root.locator(".lstm-summary [aria-hidden]").inner_text().replace("\u2212", "-") == same.summary()


def test_the_page_begins_with_a_memory_that_is_shown_at_the_end(root):
    table = numbers(root, "table")
    assert [table[f"h[{t}]"] == 0 for t in range(1, 17)] == [True] * 15 + [False]


def test_each_example_sets_the_widget_to_itself(root):
    for preset in presets():
        numbers(root, "table", [("line", "no_tanh")])
        root.locator(f"[data-preset={preset['key']}]").click()
        table = numbers(root, "table")
        pressed = root.locator(".lstm-presets [aria-pressed=true]")
        assert pressed.evaluate_all("found => found.map(one => one.dataset.preset)") == [preset["key"]]
        same = OutputGate(gate=preset["gate"], memory=preset["memory"])
        np.testing.assert_allclose([table[f"h[{t}]"] for t in range(1, 17)], same.trace["h"], rtol=0, atol=1e-12)


def test_a_hand_drawn_across_the_lane_opens_one_bar_after_the_other(root):
    root.locator("[data-preset=hidden]").click()
    numbers(root, "table")
    lane = root.locator(".lstm-output-drag")
    lane.scroll_into_view_if_needed()
    box = lane.bounding_box()
    column = (box["width"] - 50) / STEPS
    mouse = root.page.mouse

    def at(t, height):
        return box["x"] + 40 + column * (t - 0.5), box["y"] + 6 + 40 * (1 - height)

    mouse.move(*at(12, 0.5))
    mouse.down()
    mouse.move(*at(14, 0.5), steps=8)
    mouse.move(*at(14, 3), steps=3)  # far above the lane: wide open, and no more
    mouse.up()
    mouse.move(*at(3, 1))  # the hand is up: nothing follows it
    table = numbers(root, "table")
    o = [table[f"o[{t}]"] for t in range(1, 17)]
    assert o[:11] == [0] * 11 and o[14:] == [0, 0]
    assert o[11:13] == pytest.approx([0.5, 0.5], abs=0.03) and o[13] == 1
    assert table["h[14]"] == pytest.approx(np.tanh(1), abs=1e-12)
    assert numbers(root, ".lstm-t") == {"t": 14}


def test_every_control_answers_to_the_keyboard(root):
    keyboard = root.page.keyboard
    press_example(root, "hidden")
    root.locator('input[data-control="t"]').focus()
    keyboard.press("End")
    root.locator('input[data-control="o"]').focus()
    keyboard.press("End")
    keyboard.press("ArrowLeft")
    table = numbers(root, "table")
    assert [table[f"o[{t}]"] for t in range(1, 17)] == [0] * 15 + [0.99]
    root.locator("input[type=radio][value=whole]").focus()
    keyboard.press("ArrowRight")
    assert numbers(root, "table")["h[16]"] == pytest.approx(0.99, abs=1e-12)
    root.locator('input[data-control="memory"]').focus()
    keyboard.press("End")
    assert numbers(root, "table")["h[16]"] == pytest.approx(0.99 * 5, abs=1e-12)


def test_tab_reaches_every_control_and_no_trap(root):
    root.locator("[data-preset=saturated]").focus()
    reached = []
    for _ in range(9):
        root.page.keyboard.press("Tab")
        reached.append(root.evaluate("() => document.activeElement.dataset.control || document.activeElement.value"))
    assert [one for one in reached if one] == ["t", "whole", "o", "one", "memory"]


def test_the_result_is_said_in_words_once_the_hand_rests(root):
    root.locator("[data-preset=open]").click()
    numbers(root, "table", [("t", 8), ("o", 0.25)])
    status = root.locator('[role=status][aria-live="polite"]')
    root.page.wait_for_function("node => node.textContent.includes('25 %')", arg=status.element_handle())
    assert "The output gate is above one half at 15 of 16 steps" in root.locator(".lstm-plot desc").first.text_content()
