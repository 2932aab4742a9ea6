"""KeeperCell on the built page: its numbers are lstm_ref's, its verdicts follow them."""

import random

import numpy as np
import pytest
from browser_fixtures import numbers, widget
from playwright.sync_api import expect

from lstm_ref.widgets.keeper_cell import SETTINGS, STEPS, presets, run_keeper

pytestmark = pytest.mark.browser

PAGE = "book/09_engineer_intuition.html"
CELL = ".lstm-keeper >> nth=0"


@pytest.fixture
def root(visit, site):
    return widget(visit(f"{site}/{PAGE}"), CELL)


def assert_same(table, expected):
    for name, values in expected.items():
        np.testing.assert_allclose([table[f"{name}[{t}]"] for t in range(1, STEPS + 1)], values, rtol=0, atol=1e-12)


def test_thirty_random_settings_give_the_numbers_of_lstm_ref(root):
    rng = random.Random(9)
    for _ in range(30):
        # Stops of the sliders, so that the browser rounds nothing.
        now = {
            "threshold": rng.randint(0, 30) / 20,
            "k": rng.randint(2, 80) / 2,
            "w_h": float(rng.randint(0, 60)),
            "b_f": rng.randint(-4, 20) / 2,
            "spike": rng.randint(0, 40) / 10,
        }
        t = rng.randint(1, STEPS)
        table = numbers(root, "table", [*now.items(), ("t", t)])
        expected = run_keeper(**now)
        assert_same(table, expected)
        shown = numbers(root, ".lstm-equations")
        assert shown["i_t"] == pytest.approx(expected["i"][t - 1], rel=0, abs=1e-12)
        z = shown["weight_h"] * shown["h_1"] + shown["weight_a"] * shown["a_t"] + shown["bias"]
        assert 1 / (1 + np.exp(-np.clip(z, -700, 700))) == pytest.approx(shown["i_t"], abs=1e-9)
        moved = max(abs(a - b) for a, b in zip(expected["c"], expected["calm"], strict=True))
        good = {"kept": expected["calm"][-1] >= 0.5, "dropped": moved <= 0.1}
        for name, holds in good.items():
            assert root.locator(f"[data-verdict={name}]").get_attribute("data-good") == str(holds).lower()


def test_each_example_sets_the_widget_to_itself(root):
    for preset in presets():
        root.locator(f"[data-preset={preset['key']}]").click()
        table = numbers(root, "table")
        pressed = root.locator(".lstm-presets [aria-pressed=true]")
        assert pressed.evaluate_all("found => found.map(one => one.dataset.preset)") == [preset["key"]]
        assert_same(table, run_keeper(*(preset[name] for name in SETTINGS)))


def test_the_keyboard_turns_the_watcher_up_until_the_spike_is_dropped(root):
    root.locator("[data-preset=threshold]").click()
    dropped = root.locator("[data-verdict=dropped]")
    expect(dropped).to_have_attribute("data-good", "false")
    root.locator('input[data-control="w_h"]').focus()
    for presses in range(1, 61):
        root.page.keyboard.press("ArrowRight")
        assert numbers(root, ".lstm-w_h")["w_h"] == presses
        if dropped.get_attribute("data-good") == "true":
            break
    assert presses < 25
    assert root.locator("[data-verdict=kept]").get_attribute("data-good") == "true"


def test_what_fails_has_a_mark_of_another_colour(root):
    """In addition to the words and the shape of the mark."""
    root.locator("[data-preset=threshold]").click()
    colours = [
        root.locator(f"[data-verdict={name}] .lstm-keeper-mark").evaluate("node => getComputedStyle(node).color")
        for name in ("kept", "dropped")
    ]
    assert colours[0] != colours[1]


def test_a_click_goes_to_a_step_and_the_result_is_said_in_words(root):
    root.locator("[data-preset=two]").click()
    root.locator(".lstm-column").nth(5).click()
    assert numbers(root, ".lstm-t") == {"t": 6}
    assert "The spike is dropped: it moves the memory by 0.00." in root.locator("[data-verdict=dropped]").inner_text()
    desc = root.locator(".lstm-plot desc").text_content()
    assert "The input gate opens at the steps 6, 7, 8." in desc
