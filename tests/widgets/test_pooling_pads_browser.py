"""PoolingPads on the built page: its numbers are lstm_ref's, the keyboard works, its examples are true."""

import random

import numpy as np
import pytest
from browser_fixtures import numbers, press_example, widget

from lstm_ref import PoolingPads
from lstm_ref.widgets.pooling_pads import VALID, presets

pytestmark = pytest.mark.browser

PAGE = "book/11_configure_and_diagnose.html"
ROOT = ".lstm-pooling-pads >> nth=0"


@pytest.fixture
def root(visit, site):
    return widget(visit(f"{site}/{PAGE}"), ROOT)


def agree(root, same):
    table = numbers(root, "table")
    steps = VALID + same.padding
    assert set(table) == {f"{name}[{t}]" for name in ("h", "share") for t in range(1, steps + 1)}
    hs = same.hs[same.unit - 1]
    np.testing.assert_allclose([table[f"h[{t}]"] for t in range(1, steps + 1)], hs[:steps], rtol=0, atol=1e-12)
    np.testing.assert_allclose([table[f"share[{t}]"] for t in range(1, steps + 1)], same.share, rtol=0, atol=1e-12)
    shown = numbers(root, ".lstm-pads-results")
    assert shown == pytest.approx({"result": same.result, "alone": same.alone}, rel=0, abs=1e-12)
    assert root.locator(".lstm-summary [aria-hidden]").inner_text().replace("\u2212", "-") == same.summary()


def test_thirty_random_settings_give_the_numbers_of_lstm_ref(root):
    rng = random.Random(11)
    for _ in range(30):
        moves = {
            "unit": rng.randint(1, 2),
            "pooling": rng.choice(["last", "mean", "max", "attention"]),
            "counts": rng.choice(["all", "valid"]),
            "padding": rng.randint(0, 12),
            "v": rng.randint(-40, 40) / 2,
        }
        numbers(root, "table", moves.items())
        agree(root, PoolingPads(**moves))


def test_each_example_sets_the_widget_to_itself(root):
    for preset in presets():
        root.locator(f"[data-preset={preset['key']}]").click()
        numbers(root, "table")
        pressed = root.locator(".lstm-presets [aria-pressed=true]")
        assert pressed.evaluate_all("found => found.map(one => one.dataset.preset)") == [preset["key"]]
        same = PoolingPads()
        same.show(preset["key"])
        agree(root, same)


def test_the_keyboard_reaches_everything_and_the_sentence_follows(root):
    keyboard = root.page.keyboard
    press_example(root, "alone")
    root.locator('input[data-control="padding"]').focus()
    keyboard.press("End")
    assert numbers(root, ".lstm-slider.lstm-padding")["padding"] == 12
    root.locator("input[value=mean]").focus()
    keyboard.press("ArrowRight")
    keyboard.press("ArrowRight")  # attention: now its slider is there
    root.locator('input[data-control="v"]').wait_for()
    root.locator('input[data-control="v"]').focus()
    keyboard.press("ArrowLeft")
    root.locator("input[value=all]").focus()
    keyboard.press("ArrowDown")
    agree(root, PoolingPads(pooling="attention", counts="valid", padding=12, v=9.5))
    status = root.locator('[role=status][aria-live="polite"]')
    said = "node => node.textContent.includes('12 steps of padding changed nothing')"
    root.page.wait_for_function(said, arg=status.element_handle())


def test_the_slider_of_attention_is_there_for_attention_alone(root):
    for pooling, there in (("mean", False), ("attention", True), ("last", False)):
        numbers(root, "table", [("pooling", pooling)])
        assert root.locator(".lstm-slider.lstm-v").is_visible() == there
