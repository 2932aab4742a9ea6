"""GradientFlow on the built page: drawn by hand and by keyboard, its numbers are lstm_ref's."""

import random

import numpy as np
import pytest
from browser_fixtures import numbers, stroke, widget

from lstm_ref.widgets.gradient_flow import STEPS, gradients, presets

pytestmark = pytest.mark.browser

PAGE = "book/08_learning.html"
FLOW = ".lstm-gradient-flow >> nth=0"


@pytest.fixture
def root(visit, site):
    return widget(visit(f"{site}/{PAGE}"), FLOW)


def assert_same(table, expected):
    for name, values in expected.items():
        shown = [table[f"{name}[{t}]"] for t in range(STEPS + 1)]
        np.testing.assert_allclose(shown, values, rtol=1e-12, atol=1e-12)


def test_thirty_random_settings_give_the_numbers_of_lstm_ref(root):
    rng = random.Random(8)
    root.locator("[data-preset=default]").click()
    rows = {name: [0.5] * STEPS for name in "fio"}
    root.locator("input[type=radio][value=one]").check()
    for _ in range(30):
        for name, row in rows.items():
            t, level = rng.randint(1, STEPS), rng.randint(0, 20) / 20
            stroke(root, name, (t, level))
            row[t - 1] = level
        t, w, candidate = rng.randint(0, STEPS), rng.randint(-30, 30) / 10, rng.randint(-20, 20) / 20
        table = numbers(root, "table", [("t", t), ("w", w), ("candidate", candidate)])
        expected = gradients(rows["f"], rows["i"], rows["o"], candidate, w)
        assert_same(table, expected)
        shown = numbers(root, ".lstm-equations")
        assert shown == pytest.approx({name: expected[name][t] for name in expected}, rel=1e-12, abs=1e-12)


def test_each_example_sets_the_widget_to_itself(root):
    for preset in presets():
        root.locator(f"[data-preset={preset['key']}]").click()
        table = numbers(root, "table")
        pressed = root.locator(".lstm-presets [aria-pressed=true]")
        assert pressed.evaluate_all("found => found.map(one => one.dataset.preset)") == [preset["key"]]
        assert_same(table, gradients(*(preset[name] for name in ("f", "i", "o", "candidate", "w"))))


def test_the_keyboard_draws_and_brings_the_gradient_back(root):
    page = root.page
    root.locator("[data-preset=keep]").click()
    root.locator("input[type=radio][value=one]").check()
    numbers(root, "table")  # drawn: the thumbs lie where the example puts them
    root.locator('[data-control="t"]').focus()
    page.keyboard.press("End")
    for _ in range(6):
        page.keyboard.press("ArrowLeft")
    assert numbers(root, ".lstm-t") == {"t": 10}
    page.wait_for_function("() => document.querySelector('[data-bar=\"f[10]\"]').tabIndex === 0")
    page.keyboard.press("Tab")
    focused = "document.activeElement.dataset.bar || document.activeElement.dataset.control"
    assert page.evaluate(focused) == "f[10]"
    page.keyboard.press("Home")
    table = numbers(root, "table")
    assert [table[f"along[{t}]"] for t in (9, 10, 16)] == [0, 1, 1]
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "i[10]"
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "o[10]"


def test_what_lies_ahead_is_faint_and_a_click_goes_there(root):
    root.locator("[data-preset=default]").click()
    assert root.locator(".lstm-flow-ahead").count() == 0
    root.locator(".lstm-column").nth(12).click()
    assert numbers(root, ".lstm-t") == {"t": 12}
    assert root.locator(".lstm-flow-ahead").count() == 12


def test_the_result_is_said_in_words(root):
    root.locator("[data-preset=keep]").click()
    numbers(root, "table", [("t", 14)])
    status = root.locator('[role=status][aria-live="polite"]')
    root.page.wait_for_function("node => node.textContent.includes('2 steps back')", arg=status.element_handle())
    assert "1.00 of the gradient has come along c, 0 by way of h" in status.inner_text()
    assert "along c and 0 by way of h, together 1.00" in root.locator(".lstm-plot desc").text_content()
