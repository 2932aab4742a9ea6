"""MemoryTrack on the built page: drawn by hand and by keyboard, its numbers are lstm_ref's."""

import random

import numpy as np
import pytest
from browser_fixtures import numbers, stroke, widget
from playwright.sync_api import expect

import lstm_ref
from lstm_ref.widgets.memory_track import SOURCES, STEPS, candidates, presets

pytestmark = pytest.mark.browser

PAGE = "book/05_memory_update.html"
TRACK = ".lstm-memory-track >> nth=0"


def expected(f, i, source, c_prev, t):
    """c (17) and the parts of c_t (t + 1)."""
    rows = [np.array(row)[None, :, None] for row in (f, i, candidates()[source])]
    c0 = np.array([[c_prev]])
    parts = lstm_ref.memory_parts(*(row[:, :t] for row in rows), c0)[0, :, 0]
    return np.append(c_prev, lstm_ref.run_memory(*rows, c0)[0, :, 0]), parts


@pytest.fixture
def root(visit, site):
    return widget(visit(f"{site}/{PAGE}"), TRACK)


def test_thirty_random_settings_give_the_numbers_of_lstm_ref(root):
    rng = random.Random(5)
    root.locator("[data-preset=leaky]").click()
    f, i = [0.8] * STEPS, [0.2] * STEPS
    for _ in range(30):
        for name, row in (("f", f), ("i", i)):
            t, level = rng.randint(1, STEPS), rng.randint(0, 20) / 20
            stroke(root, name, (t, level))
            row[t - 1] = level
        t, source, c_prev = rng.randint(1, STEPS), rng.choice(SOURCES), rng.randint(-20, 20) / 10
        table = numbers(root, "table", [("t", t), ("source", source), ("c_prev", c_prev)])
        c, parts = expected(f, i, source, c_prev, t)
        drawn = {name: [table[f"{name}[{n}]"] for n in range(1, STEPS + 1)] for name in ("f", "i", "candidate")}
        assert (drawn["f"], drawn["i"]) == (f, i)
        np.testing.assert_allclose(drawn["candidate"], candidates()[source], rtol=0, atol=1e-12)
        np.testing.assert_allclose([table[f"c[{n}]"] for n in range(STEPS + 1)], c, rtol=0, atol=1e-12)
        np.testing.assert_allclose([table[f"part[{n}]"] for n in range(t + 1)], parts, rtol=0, atol=1e-12)
        shown = numbers(root, ".lstm-equations")
        want = {"c_t": c[t], "f_t": f[t - 1], "c_before": c[t - 1], "i_t": i[t - 1]}
        want["candidate"] = candidates()[source][t - 1]
        assert shown == pytest.approx(want, rel=0, abs=1e-12)


def test_the_mouse_draws_and_a_quick_hand_leaves_no_gap(root):
    page = root.page
    root.locator("[data-preset=leaky]").click()
    numbers(root, "table")
    row = root.locator(".lstm-f .lstm-bars")
    row.scroll_into_view_if_needed()
    box = row.bounding_box()

    def at(t, level):
        return box["x"] + box["width"] * (t - 0.5) / STEPS, box["y"] + box["height"] * (1 - level)

    page.mouse.move(*at(4, 0.2))
    page.mouse.down()
    page.mouse.move(*at(8, 0.6))
    page.mouse.up()
    page.mouse.move(*at(12, 0))
    table = numbers(root, "table")
    drawn = [table[f"f[{n}]"] for n in range(1, STEPS + 1)]
    assert drawn[3:8] == pytest.approx([0.2, 0.3, 0.4, 0.5, 0.6], abs=0.051)
    assert drawn[3:8] == sorted(drawn[3:8])
    assert drawn[:3] + drawn[8:] == [0.8] * 11  # nothing before the pointer went down, nor after it was lifted


def test_a_stroke_can_set_every_step(root):
    root.locator("[data-preset=counter]").click()
    root.locator("input[type=radio][value=every]").check()
    stroke(root, "i", (3, 0.35))
    assert {numbers(root, "table")[f"i[{t}]"] for t in range(1, STEPS + 1)} == {0.35}


def test_a_lane_is_one_stop_of_the_tab_key_and_answers_to_the_arrows(root):
    page = root.page
    root.locator("[data-preset=latch]").click()  # step 6 is on show
    root.locator('[data-bar="i[6]"]').focus()
    for key in ("ArrowRight", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowDown", "ArrowRight", "PageUp", "ArrowLeft"):
        page.keyboard.press(key)
    focused = "document.activeElement.dataset.bar || document.activeElement.dataset.control"
    assert page.evaluate(focused) == "i[7]"
    page.wait_for_function("() => document.activeElement.getAttribute('aria-valuetext') === '0.10'")
    numbers(root, "table")  # once all key presses are drawn, the lane has one stop again
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "f[7]"
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "t"
    table = numbers(root, "table")
    assert [table[f"i[{t}]"] for t in (6, 7, 8, 9)] == [1, 0.1, 0.25, 0]
    assert [table[f"f[{t}]"] for t in (5, 6, 7, 8)] == [1, 0, 0, 1]
    assert numbers(root, ".lstm-t") == {"t": 7}
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("End")
    assert numbers(root, "table")["f[7]"] == 1


def test_a_bar_says_what_it_is(root):
    root.locator("[data-preset=latch]").click()
    bar = root.get_by_role("slider", name="input gate, step 6")
    expect(bar).to_have_attribute("aria-valuetext", "1.00")
    assert root.get_by_role("slider", name="forget gate, step").count() == STEPS


def test_a_click_on_the_picture_chooses_the_step(root):
    root.locator(".lstm-column").nth(6).click()
    assert numbers(root, ".lstm-t") == {"t": 7}


def test_each_example_sets_the_widget_to_itself(root):
    for preset in presets():
        root.locator(f"[data-preset={preset['key']}]").click()
        table = numbers(root, "table")
        pressed = root.locator(".lstm-presets [aria-pressed=true]")
        assert pressed.evaluate_all("found => found.map(one => one.dataset.preset)") == [preset["key"]]
        c, _ = expected(preset["f"], preset["i"], preset["source"], preset["c_prev"], preset["t"])
        assert table["c[16]"] == pytest.approx(c[16], rel=0, abs=1e-12)


def test_the_layers_of_the_picture_add_up_to_the_memory(root):
    """On the screen, while all is positive: the layers of a step are together as high as the line of its memory."""
    root.locator("[data-preset=reset]").click()
    numbers(root, "table")
    heights = root.locator(".lstm-plot").first.evaluate(
        """plot => {
          const sums = {};
          for (const bar of plot.querySelectorAll('rect.lstm-memory-layer')) {
            const x = Math.round(bar.getAttribute('x'));
            sums[x] = (sums[x] ?? 0) + Number(bar.getAttribute('height'));
          }
          return Object.entries(sums).sort((a, b) => a[0] - b[0]).map(one => one[1]);
        }"""
    )
    preset = next(preset for preset in presets() if preset["key"] == "reset")
    c, _ = expected(preset["f"], preset["i"], preset["source"], preset["c_prev"], 16)
    assert len(heights) == STEPS
    assert np.array(heights) / heights[8] == pytest.approx(c[1:] / c[9], rel=1e-9)


def test_the_result_is_said_in_words_once_the_hand_rests(root):
    root.locator("[data-preset=leaky]").click()
    numbers(root, "table", [("t", 15)])
    status = root.locator('[role=status][aria-live="polite"]')
    words = "of that write, 64 % is left"
    root.page.wait_for_function(
        "([node, words]) => node.textContent.includes(words)", arg=[status.element_handle(), words]
    )
    assert "is 0.239 after 16 steps" in root.locator(".lstm-plot desc").first.text_content()
