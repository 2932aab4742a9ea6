"""RNNForgetting on the built page: its numbers are lstm_ref's, the keyboard works, its examples are true."""

import random

import numpy as np
import pytest
from browser_fixtures import numbers, press_example, widget

from lstm_ref import RNNForgetting
from lstm_ref.widgets.rnn_forgetting import STEPS, presets

pytestmark = pytest.mark.browser

PAGE = "book/01_why_lstm.html"
ROOT = ".lstm-rnn-forgetting >> nth=0"


def expected(**settings):
    """The table's numbers as Python has them."""
    unit = RNNForgetting(**settings)
    found = {f"h[{t}]": unit.h[t - 1] for t in range(1, STEPS + 1)}
    found |= {f"factor[{t}]": unit.factors[t - 1] for t in range(1, STEPS + 1)}
    return found | {f"product[{k}]": unit.products[k] for k in range(STEPS)}


def test_thirty_random_settings_give_the_numbers_of_lstm_ref(visit, site):
    root = widget(visit(f"{site}/{PAGE}"), ROOT)
    rng = random.Random(1)
    for _ in range(30):
        # Stops of the slider: multiples of 1/20, so that the browser rounds nothing.
        now = {"w": rng.randint(-50, 50) / 20, "u": rng.randint(-40, 40) / 20, "b": rng.randint(-40, 40) / 20}
        now["lag"] = rng.randint(1, STEPS - 1)
        table = numbers(root, "table", now.items())
        want = expected(**now)
        assert list(table) != [] and set(table) == set(want)
        np.testing.assert_allclose([table[name] for name in want], list(want.values()), rtol=1e-11, atol=1e-12)
        shown = numbers(root, ".lstm-equations")
        t = STEPS - now["lag"] + 1
        assert shown["left"] == pytest.approx(want[f"product[{now['lag']}]"], rel=1e-11, abs=1e-12)
        assert shown["factor"] == pytest.approx(want[f"factor[{t}]"], rel=1e-11, abs=1e-12)
        assert shown["h_t"] == pytest.approx(want[f"h[{t}]"], abs=1e-12)
        assert shown["h_before"] == pytest.approx(want[f"h[{t - 1}]"], abs=1e-12)
        assert {name: shown[name] for name in ("w", "u", "b")} == {name: now[name] for name in ("w", "u", "b")}


def test_each_example_sets_the_widget_to_itself(visit, site):
    root = widget(visit(f"{site}/{PAGE}"), ROOT)
    for preset in presets():
        root.locator(f"[data-preset={preset['key']}]").click()
        table = numbers(root, "table")
        pressed = root.locator(".lstm-presets [aria-pressed=true]")
        assert pressed.evaluate_all("found => found.map(one => one.dataset.preset)") == [preset["key"]]
        want = expected(**{name: preset[name] for name in ("w", "u", "b", "lag")})
        assert table["product[19]"] == pytest.approx(want["product[19]"], rel=1e-11, abs=1e-12)


def test_the_keyboard_moves_every_slider_and_the_sentence_follows(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, ROOT)
    press_example(root, "edge")
    for name, key, value in (("w", "ArrowRight", 1.05), ("u", "ArrowLeft", -0.05), ("b", "ArrowRight", 0.05)):
        root.locator(f'input[data-control="{name}"]').focus()
        page.keyboard.press(key)
        assert numbers(root, f".lstm-slider.lstm-{name}")[name] == pytest.approx(value)
    root.locator('input[data-control="lag"]').focus()
    page.keyboard.press("Home")
    assert numbers(root, ".lstm-slider.lstm-lag")["lag"] == 1
    status = root.locator('[role=status][aria-live="polite"]')
    said = "node => node.textContent.includes('The last step multiplies')"
    page.wait_for_function(said, arg=status.element_handle())


def test_a_click_on_either_plot_chooses_how_far_back(visit, site):
    root = widget(visit(f"{site}/{PAGE}"), ROOT)
    said, back = root.locator(".lstm-plot").all()
    back.locator(".lstm-column").nth(4).click()
    assert numbers(root, ".lstm-slider.lstm-lag") == {"lag": 5}
    said.locator(".lstm-column").nth(0).click()  # step 1 is 19 steps before the end
    assert numbers(root, ".lstm-slider.lstm-lag") == {"lag": 19}
    assert "19 steps back it is" in back.locator("desc").text_content()
