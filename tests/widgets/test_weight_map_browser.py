"""WeightMap on the built page: it names the numbers that lstm_ref names, by controls, keyboard and mouse."""

import numpy as np
import pytest
from browser_fixtures import numbers, press_example, widget
from test_weight_map import random_settings

from lstm_ref import WeightMap
from lstm_ref.widgets.weight_map import CHOICES, presets

pytestmark = pytest.mark.browser

PAGE = "book/10_pytorch.html"
MAP = ".lstm-weight-map >> nth=0"
GATES = ("i", "f", "candidate", "o")


def codes(root):
    return tuple(root.locator(f"[data-code={side}]").inner_text() for side in ("torch", "book"))


def test_thirty_random_settings_give_the_places_of_lstm_ref(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, MAP)
    rng = np.random.default_rng(3)
    for _ in range(30):
        settings = random_settings(rng)
        reference = WeightMap(**settings)
        moves = [(name, settings[name]) for name in CHOICES]
        numbers(root, ".lstm-sliders", moves[:5])  # they set how far the sliders of row and column reach
        shown = numbers(root, ".lstm-sliders", moves[5:])
        assert codes(root) == (reference.torch_code, reference.book_code)
        assert shown["row"] == settings["row"] and shown["hidden_size"] == settings["hidden_size"]
        line = root.locator("[data-code=line]").inner_text()
        assert line.startswith("ĉ" if reference.place.gate == "candidate" else reference.place.gate)
        assert ("tanh" in line) == (reference.place.gate == "candidate")
        assert ("t+1" in line) == (reference.backward and reference.place.reads == "h")
        assert root.locator(".lstm-summary [aria-hidden]").inner_text() == reference.summary()


def test_each_example_sets_the_widget_to_itself(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, MAP)
    for preset in presets():
        root.locator(f"[data-preset={preset['key']}]").click()
        numbers(root, ".lstm-sliders")
        reference = WeightMap(**{name: preset[name] for name in CHOICES})
        assert codes(root) == (reference.torch_code, reference.book_code)
        pressed = root.locator(".lstm-presets [aria-pressed=true]")
        assert pressed.evaluate_all("found => found.map(one => one.dataset.preset)") == [preset["key"]]


def test_a_click_on_either_side_chooses_the_number_there(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, MAP)
    root.locator("[data-preset=both]").click()  # 4 units: layer 1, backward, 8 inputs
    numbers(root, ".lstm-sliders")  # wait until it is redrawn: the elements from before can no longer be measured
    settings = {name: presets()[-1][name] for name in CHOICES}
    torch_blocks = {"weight_ih": 8, "weight_hh": 4, "bias_hh": 1}
    book_blocks = {"h": ("weight_hh", 4), "x": ("weight_ih", 8), "b": ("bias_ih", 1)}
    sides = [(name, name, width) for name, width in torch_blocks.items()]
    sides += [(block, *found) for block, found in book_blocks.items()]
    rng = np.random.default_rng(4)
    for block, parameter, width in sides:
        gate, unit, column = int(rng.integers(4)), int(rng.integers(4)), int(rng.integers(width))
        rect = root.locator(f'[data-block="{block}:{GATES[gate]}"]')
        box = rect.bounding_box()
        place = {"x": box["width"] * (column + 0.5) / width, "y": box["height"] * (unit + 0.5) / 4}
        rect.click(position=place)
        numbers(root, ".lstm-sliders")
        want = WeightMap(**{**settings, "parameter": parameter, "row": 4 * gate + unit, "column": column})
        assert codes(root) == (want.torch_code, want.book_code)


def test_gates_and_rows_by_keyboard(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, MAP)
    press_example(root, "own")
    root.locator('[data-control="gate"] input[value="f"]').focus()
    page.keyboard.press("ArrowRight")
    numbers(root, ".lstm-sliders")
    assert codes(root) == ("lstm.weight_hh_l0[134, 3]", "from_torch(lstm)[0].W_c[6, 3]")
    root.locator('[data-control="row"]').focus()
    page.keyboard.press("ArrowRight")
    numbers(root, ".lstm-sliders")
    assert codes(root)[0] == "lstm.weight_hh_l0[135, 3]"
    root.locator('[data-control="parameter"] input[value="weight_hh"]').focus()
    page.keyboard.press("ArrowRight")
    numbers(root, ".lstm-sliders")
    assert codes(root)[0] == "lstm.bias_ih_l0[135]"
    assert root.locator('[data-control="column"]').is_hidden()


def test_a_bias_is_marked_twice_in_torch_and_once_in_the_book(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, MAP)
    for key, marks in (("bias", 3), ("own", 2)):
        root.locator(f"[data-preset={key}]").click()
        numbers(root, ".lstm-sliders")
        assert root.locator(".lstm-marked").count() == marks


def test_a_smaller_cell_keeps_the_choice_within_its_arrays(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, MAP)
    root.locator("[data-preset=above]").click()
    shown = numbers(root, ".lstm-sliders", [("hidden_size", 5)])
    assert shown["row"] == 19 and shown["column"] == 4
    assert codes(root)[0] == "lstm.weight_ih_l1[19, 4]"


def test_a_cell_of_another_size_keeps_the_gate_and_the_unit(visit, site):
    page = visit(f"{site}/{PAGE}")
    root = widget(page, MAP)
    root.locator("[data-preset=own]").click()  # unit 6 of the forget gate
    for size, row in ((20, 26), (5, 9)):
        assert numbers(root, ".lstm-sliders", [("hidden_size", size)])["row"] == row
    assert codes(root) == ("lstm.weight_hh_l0[9, 3]", "from_torch(lstm)[0].W_f[4, 3]")
