"""Pictures for a page: text without a colour is readable in dark mode, and letters keep their size on a phone."""

import re

import pytest

from lstm_ref.figures.drawing import axes_in_a_row, forms
from lstm_ref.figures.s01_why_lstm import apart


def in_a_page(width=4.0):
    figure, (axes,) = axes_in_a_row(1, figsize=(width, 3))
    axes.plot([0, 1], label="a name")
    axes.legend()
    axes.annotate("a note", (0, 0))
    axes.text(0, 1, "in red", color="#ff0000")
    return forms(figure, "A line.")["text/html"]


@pytest.mark.parametrize("words", ["a name", "a note"])
def test_words_without_a_colour_take_that_of_the_page(words):
    style = re.search(rf'<text style="([^"]*)"[^>]*>{words}</text>', in_a_page()).group(1)
    assert "fill: var(--pst-color-text-base" in style


def test_a_legend_has_no_white_frame():
    assert 'id="legend_1"' in in_a_page()
    assert "fill: #ffffff" not in in_a_page()


def test_words_with_a_colour_keep_it():
    assert re.search(r'fill: #ff0000"[^>]*>in red</text>', in_a_page())


def test_a_narrow_picture_is_not_stretched():
    widest = [float(re.search(r"max-width: (\d+)rem", in_a_page(width)).group(1)) for width in (4.0, 5.4)]
    assert widest[0] < 30 and widest[1] >= 36  # the page gives a picture 36rem


def test_names_that_stand_too_close_are_moved_apart_and_keep_their_order():
    moved = apart([0.0, -18.3, -18.4, 2.0], 2.0)
    assert sorted(moved) == [moved[2], moved[1], moved[0], moved[3]]
    assert moved[1] - moved[2] == pytest.approx(2) and (moved[0], moved[3]) == (0, 2)
