"""SettingsPuzzle on the built page: distances are lstm_ref's, each target can be reached, and it says so."""

import ast
import random

import numpy as np
import pytest
from browser_fixtures import numbers, stroke, widget
from test_settings_puzzle import solved

from lstm_ref import SettingsPuzzle, check

pytestmark = pytest.mark.browser

PAGE = "book/05_memory_update.html"
PUZZLE = ".lstm-settings-puzzle >> nth=0"


@pytest.fixture
def root(visit, site):
    return widget(visit(f"{site}/{PAGE}"), PUZZLE)


def distance(root, moves=()):
    return numbers(root, ".lstm-puzzle-score", moves)["distance"]


def returned(root):
    """Runs the code that the page shows the reader to return."""
    settings = ast.literal_eval(root.locator(".lstm-puzzle-code").inner_text().removeprefix("return "))
    return lambda: settings


def test_thirty_random_settings_have_the_distance_of_lstm_ref(root):
    rng = random.Random(6)
    for _ in range(30):
        f, i, c_prev = rng.randint(0, 20) / 20, rng.randint(0, 20) / 20, rng.randint(-10, 10) / 10
        shown = distance(root, [("f", f), ("i", i), ("c_prev", c_prev)])
        want = SettingsPuzzle("leaky", f=f, i=i, c_prev=c_prev)
        assert shown == pytest.approx(want.distance, rel=0, abs=1e-12)
        table = numbers(root, "table")
        np.testing.assert_allclose([table[f"c[{t}]"] for t in range(17)], want.c, rtol=0, atol=1e-12)
        assert [table[f"target[{t}]"] for t in range(17)] == want.target
        assert returned(root)() == want.settings
        assert root.locator(".lstm-summary [aria-hidden]").inner_text().startswith(want.summary())


def test_the_first_target_is_reached_with_the_sliders_and_the_page_says_so(root):
    assert not root.locator(".lstm-puzzle-found").is_visible()
    assert distance(root, list(solved("leaky").items())) < 1e-4
    assert root.locator(".lstm-puzzle-found").is_visible()
    assert "Found: your memory lies on the target" in root.locator(".lstm-summary").inner_text()
    check("leaky_settings", returned(root))


@pytest.mark.parametrize("key", ["latch", "bump"])
def test_the_others_are_reached_by_drawing(root, key):
    settings = solved(key)
    distance(root, [("puzzle", key), ("c_prev", settings["c_prev"])])
    for gate in ("f", "i"):
        for t, level in enumerate(settings[gate], start=1):
            stroke(root, gate, (t, level))
    assert distance(root) < 1e-4
    assert root.locator(".lstm-puzzle-found").is_visible()
    check(f"{key}_settings", returned(root))
    assert returned(root)() == settings


def test_each_target_shows_the_controls_it_needs_and_starts_afresh(root):
    assert root.locator('input[data-control="f"]').is_visible()
    assert not root.locator(".lstm-bars").first.is_visible()
    distance(root, [("f", 1), ("puzzle", "latch")])
    assert not root.locator('input[data-control="f"]').is_visible()
    assert root.locator(".lstm-bars").count() == 2 and root.locator(".lstm-bars").first.is_visible()
    assert returned(root)() == SettingsPuzzle("latch").settings


def test_every_control_answers_to_the_keyboard(root):
    page = root.page
    root.locator('input[data-control="f"]').focus()
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    assert distance(root) < 1e-4
    root.locator("input[value=leaky]").focus()
    page.keyboard.press("ArrowDown")  # to the latch
    numbers(root, "table")  # drawn: the bars are the latch's
    root.locator('[data-bar="i[1]"]').focus()
    page.keyboard.press("End")
    assert numbers(root, "table")["i[1]"] == 1
