"""CellStepper in a browser: every number is lstm_forward's; buttons, keys and the clock change the step."""

import random

import numpy as np
import pytest
from browser_fixtures import numbers, widget
from playwright.sync_api import expect

from lstm_ref import LSTMParams, LSTMState, lstm_forward, radar_example
from lstm_ref.widgets.cell_stepper import LETTERS, STEPS, presets

pytestmark = pytest.mark.browser

PAGE = "book/07_full_cell.html"
STEPPER = ".lstm-cell-stepper >> nth=0"
LINE = {"f": "f", "i": "i", "candidate": "c", "o": "o"}


def reference(preset, xs):
    """Every value of every step and unit: f, i, candidate, o, c, h (T, H), and what each step starts from."""
    params = LSTMParams(**{name: np.array(part) for name, part in preset["params"].items()})
    zeros = np.zeros((1, params.hidden_size))
    hs, _last, gates = lstm_forward(xs[None], params, LSTMState(zeros, zeros), return_gates=True)
    before = {"h": np.concatenate([zeros, hs[0, :-1]]), "c": np.concatenate([zeros, gates.c[0, :-1]])}
    return params, {**{n: v[0] for n, v in gates._asdict().items()}, "h": hs[0]}, before


def test_thirty_random_settings_agree_in_every_intermediate_value(visit, site):
    root = widget(visit(f"{site}/{PAGE}"), STEPPER)
    rng = random.Random(7)
    xs = radar_example()[0].copy()
    for _ in range(30):
        preset = rng.choice(presets())
        units = len(preset["params"]["b_f"])
        unit, t = rng.randint(1, units), rng.randint(1, STEPS)
        root.locator(f"[data-preset={preset['key']}]").click()
        xs[t - 1] = [rng.randint(0, 40) / 20, rng.randint(0, 40) / 20]  # stops of the sliders
        moves = [("unit", unit)] if units == 2 else []
        moves += [("t", t), ("amplitude", xs[t - 1, 0]), ("distance", xs[t - 1, 1])]
        table = numbers(root, ".lstm-stepper-steps", moves)
        params, want, before = reference(preset, xs)
        for name, values in want.items():
            got = [table[f"{name}[{n + 1}]"] for n in range(STEPS)]
            np.testing.assert_allclose(got, values[:, unit - 1], rtol=0, atol=1e-12)

        six = numbers(root, ".lstm-stepper-six")
        for name, values in want.items():
            assert six[name] == pytest.approx(values[t - 1, unit - 1], rel=0, abs=1e-12)
        assert six["c_before"] == pytest.approx(before["c"][t - 1, unit - 1], rel=0, abs=1e-12)
        read = [*before["h"][t - 1], *xs[t - 1]]
        keys = [f"h{n + 1}" for n in range(units)] + ["amplitude", "distance"]
        for name, letter in LINE.items():
            row, bias = getattr(params, f"W_{letter}")[unit - 1], getattr(params, f"b_{letter}")[unit - 1]
            for key, weight, value in zip(keys, row, read, strict=True):
                got = [six[f"z_{name}.{key}.{what}"] for what in ("weight", "value", "product")]
                assert got == pytest.approx([weight, value, weight * value], rel=0, abs=1e-12)
            assert six[f"z_{name}.bias"] == bias
            assert six[f"z_{name}"] == pytest.approx(row @ read + bias, rel=0, abs=1e-12)
            assert six[f"z_{name}.total"] == six[f"z_{name}"]
    assert set(LINE.values()) == set(LETTERS)


def step(root):
    return numbers(root, ".lstm-t")["t"]


def test_buttons_and_arrow_keys_walk_both_ways_and_stop_at_the_ends(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, STEPPER)
    walk = {name: root.locator(f"[data-walk={name}]") for name in ("first", "previous", "next", "last")}
    seen = []
    for name in ("first", "previous", "next", "next", "previous", "last", "next"):
        walk[name].click(force=True)  # at an end the button is marked as disabled, but keeps the focus
        seen.append(step(root))
    assert seen == [1, 1, 2, 3, 2, STEPS, STEPS]
    assert walk["next"].get_attribute("aria-disabled") == "true"
    walk["next"].focus()
    seen = []
    for key in ("ArrowLeft", "ArrowLeft", "ArrowRight", "Home", "ArrowLeft", "End"):
        page.keyboard.press(key)
        seen.append(step(root))
    assert seen == [STEPS - 1, STEPS - 2, STEPS - 1, 1, 1, STEPS]
    root.locator('input[data-control="amplitude"]').focus()
    page.keyboard.press("ArrowLeft")
    assert step(root) == STEPS, "a slider keeps its own arrow keys"


def test_play_walks_to_the_end_and_can_be_stopped(visit, site):
    page = visit(f"{site}/{PAGE}", prepare=lambda page: page.clock.install())
    root = widget(page, STEPPER)
    numbers(root, ".lstm-t", [("t", STEPS - 2)])
    play = root.locator("[data-walk=play]")
    play.click()
    expect(play).to_have_attribute("aria-label", "Pause")
    last = '.lstm-cell-stepper data[data-name="t"]'
    page.wait_for_function(f"document.querySelector('{last}').value === '{STEPS}'")
    page.wait_for_function("document.querySelector('[data-walk=play]').getAttribute('aria-label') === 'Play'")
    play.click()  # at the end it starts again from the first step
    begun = step(root)
    assert begun < STEPS
    root.locator("[data-walk=next]").click()
    expect(play).to_have_attribute("aria-label", "Play")
    stopped = step(root)
    assert stopped > begun
    page.clock.run_for(5000)  # milliseconds
    assert step(root) == stopped


def test_without_motion_there_is_no_play(visit, site):
    page = visit(f"{site}/{PAGE}", prepare=lambda page: page.emulate_media(reduced_motion="reduce"))
    root = widget(page, STEPPER)
    assert root.locator("[data-walk=play]").is_hidden()
    root.locator("[data-walk=first]").click()
    root.locator("[data-walk=next]").click()
    assert step(root) == 2
    page.emulate_media(reduced_motion="no-preference")
    root.locator("[data-walk=play]").wait_for(state="visible")
    root.locator("[data-walk=play]").click()
    page.emulate_media(reduced_motion="reduce")
    root.locator("[data-walk=play]").wait_for(state="hidden")


def test_each_example_sets_the_widget_to_itself(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, STEPPER)
    for preset in presets():
        root.locator(f"[data-preset={preset['key']}]").click()
        numbers(root, ".lstm-t")
        pressed = root.locator(".lstm-presets [aria-pressed=true]")
        assert pressed.evaluate_all("found => found.map(one => one.dataset.preset)") == [preset["key"]]
        assert root.locator('[data-control="unit"]').is_visible() == (len(preset["params"]["b_f"]) == 2)


def test_a_click_on_the_plot_chooses_the_step(visit, site):
    root = widget(visit(f"{site}/{PAGE}"), STEPPER)
    root.locator(".lstm-column").nth(10).click()
    assert step(root) == 11
