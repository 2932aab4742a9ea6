"""WeightMap from Python: what it says is what the bridge to torch does, and what is wrong is refused."""

import re

import numpy as np
import pytest
import torch
from torch import nn
from traitlets import TraitError

import lstm_ref
from lstm_ref import WeightMap
from lstm_ref.widgets.weight_map import CHOICES, PARAMETERS, presets


def random_settings(rng):
    """Any choice; the row and the column within the array."""
    H = int(rng.integers(1, 65))
    chosen = {
        "hidden_size": H,
        "directions": str(rng.choice(["one", "both"])),
        "layer": int(rng.integers(2)),
        "direction": str(rng.choice(["forward", "backward"])),
        "parameter": str(rng.choice(PARAMETERS)),
        "row": int(rng.integers(4 * H)),
    }
    both = 2 if chosen["directions"] == "both" else 1
    width = {"weight_ih": both * H if chosen["layer"] else 2, "weight_hh": H}.get(chosen["parameter"], 1)
    return {**chosen, "column": int(rng.integers(width))}


def module(widget):
    return nn.LSTM(2, widget.hidden_size, num_layers=2, bidirectional=widget.directions == "both", dtype=torch.float64)


def test_the_two_lines_of_code_name_the_same_number():
    """Runs both lines of code that the widget shows: the number from nn.LSTM is the one in the book's layout."""
    rng = np.random.default_rng(0)
    for _ in range(30):
        widget = WeightMap(**random_settings(rng))
        lstm = module(widget)
        with torch.no_grad():
            for value in lstm.parameters():
                value.zero_()
            eval(widget.torch_code, {"lstm": lstm}).fill_(1.0)
        names = {"lstm": lstm, "from_torch": lstm_ref.from_torch}
        assert eval(widget.book_code, names) == 1
        array = eval(re.sub(r"\[[\d, ]+\]$", "", widget.book_code), names)
        assert array.abs().sum() == 1  # and nothing else is


def test_it_goes_back_to_the_number_it_came_from():
    rng = np.random.default_rng(1)
    for _ in range(30):
        widget = WeightMap(**random_settings(rng))
        code, place = widget.torch_code, widget.place
        other = WeightMap(
            **{name: getattr(widget, name) for name in ("hidden_size", "directions", "layer", "direction")}
        )
        other.go_to(place.array, *place.index)
        assert other.torch_code == code.replace("bias_hh", "bias_ih")


def test_beyond_the_last_stands_for_the_last():
    widget = WeightMap(row=255, column=127)
    assert widget.torch_code == "lstm.weight_hh_l0[255, 63]"
    widget.hidden_size = 4
    assert widget.torch_code == "lstm.weight_hh_l0[15, 3]"
    widget.parameter = "bias_hh"
    assert widget.torch_code == "lstm.bias_hh_l0[15]"


def test_a_direction_counts_only_where_there_are_two():
    widget = WeightMap(direction="backward")
    assert widget.name == "weight_hh_l0" and not widget.backward
    widget.directions = "both"
    assert widget.name == "weight_hh_l0_reverse" and widget.book_code.startswith("from_torch(lstm)[0][1].")


def test_the_line_of_the_course_is_counted():
    widget = WeightMap()
    assert "16384 of the 50688 numbers" in widget.summary()
    assert sum(value.numel() for value in module(widget).parameters()) == 50_688


def test_what_is_said_of_the_backward_direction_is_what_the_line_says():
    widget = WeightMap(hidden_size=4, directions="both", layer=1, row=5, column=2)
    assert "its own h, one step before" in widget.summary()
    widget.direction = "backward"
    assert "its own h, one step after" in widget.summary()
    widget.parameter = "weight_ih"
    for column, said in (
        (2, "output 2 of the layer below, which is unit 2 of its forward direction"),
        (6, "unit 2 of its backward"),
    ):
        widget.column = column
        assert said in widget.summary()
    widget.directions = "one"
    assert "output 3 of the layer below. " in widget.summary()


EXPECTED = {
    "own": ("f", "h", 3),
    "amplitude": ("candidate", "x", 0),
    "bias": ("f", "1", None),
    "above": ("o", "below", 17),
    "both": ("f", "below", 6),
}


def test_each_example_is_what_its_name_says():
    found = {}
    for preset in presets():
        place = WeightMap(**{name: preset[name] for name in CHOICES}).place
        found[preset["key"]] = (place.gate, place.reads, place.source)
    assert found == EXPECTED


@pytest.mark.parametrize(
    "settings",
    [{"hidden_size": 0}, {"hidden_size": 65}, {"layer": 2}, {"row": -1}, {"row": 1.5}, {"parameter": "weight_hr"}],
)
def test_what_is_out_of_range_is_refused(settings):
    with pytest.raises(TraitError):
        WeightMap(**settings)


def test_an_entry_that_does_not_exist_is_refused():
    widget = WeightMap()
    for array, index, error in (("W_g", (0, 0), KeyError), ("W_f", (64, 0), IndexError), ("W_f", (0, 66), IndexError)):
        with pytest.raises(error):
            widget.go_to(array, *index)
    assert widget.torch_code == "lstm.weight_hh_l0[70, 3]"
