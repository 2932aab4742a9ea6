"""Pictures for a page: text without a colour is readable in dark mode, and letters keep their size on a phone."""

import io
import re

import numpy as np
import pytest
from matplotlib import rc_context
from matplotlib.image import imread

from lstm_ref.figures.compact import compact
from lstm_ref.figures.drawing import _FONTS, _LINES, axes_in_a_row, forms
from lstm_ref.figures.s01_why_lstm import apart


def in_a_page(width=4.0, alt="A line."):
    figure, (axes,) = axes_in_a_row(1, figsize=(width, 3))
    axes.plot([0, 1], label="a name")
    axes.legend()
    axes.annotate("a note", (0, 0))
    axes.text(0, 1, "in red", color="#ff0000")
    return forms(figure, alt)["text/html"]


@pytest.mark.parametrize("words", ["a name", "a note"])
def test_words_without_a_colour_take_that_of_the_page(words):
    html = in_a_page()
    colour = re.search(rf'<text [^>]*style="[^"]*fill: var\((--[^)]*)\)"[^>]*>{words}</text>', html)[1]
    assert f"{colour}: var(--pst-color-text-base" in html


def test_a_legend_has_no_white_frame():
    assert ">a name</text>" in in_a_page()
    assert "fill: #ffffff" not in in_a_page()


def test_words_with_a_colour_keep_it():
    assert re.search(r'fill: #ff0000"[^>]*>in red</text>', in_a_page())


def test_a_narrow_picture_is_not_stretched():
    widest = [float(re.search(r"max-width: (\d+)rem", in_a_page(width)).group(1)) for width in (4.0, 5.4)]
    assert widest[0] < 30 and widest[1] >= 36  # the page gives a picture 36rem


def test_a_picture_is_short_and_names_nothing_twice():
    html = in_a_page()
    assert len(html) < 8_000  # matplotlib's own has 17,000 letters
    assert "metadata" not in html and "<style" not in html and not re.search(r"\d\.\d{3}", html)
    named = re.findall(r' id="([^"]*)"', html)
    assert named and all(f"#{name}" in html for name in named)
    assert not set(named) & set(re.findall(r' id="([^"]*)"', in_a_page(alt="Another.")))


@pytest.mark.browser
def test_a_compact_picture_looks_as_matplotlib_drew_it(browser):
    figure, axes = axes_in_a_row(4, figsize=(7, 6), columns=2)
    axes[0].plot(np.sin(np.arange(40)), "o-", label="a name")
    axes[0].legend()
    axes[1].bar(range(6), np.arange(6.0), color=["#0a5fb4", "#b8420f"] * 3)
    axes[2].fill_between(range(30), np.cos(np.arange(30)), alpha=0.3)
    axes[2].annotate("a note", (3, 0.5), (10, 0.8), arrowprops={"arrowstyle": "->"})
    axes[3].imshow(np.arange(12.0).reshape(3, 4))
    axes[3].set_ylabel("turned")
    with rc_context({"svg.fonttype": "none"}):
        drawn = io.StringIO()
        figure.savefig(drawn, format="svg")
    drawn = drawn.getvalue()[drawn.getvalue().index("<svg") :]
    short = compact(drawn).replace("<svg", f'<svg style="{_LINES}; font-family: {_FONTS}"', 1)
    assert len(short) < len(drawn) / 2
    page = browser.new_page(viewport={"width": 800, "height": 700})
    pixels = []
    for svg in (drawn, short):
        page.set_content(f"<body style='margin:0;background:white'>{svg}")
        pixels.append(255 * imread(io.BytesIO(page.screenshot()))[:, :, :3].mean(axis=2))
    page.close()
    apart = np.abs(pixels[0] - pixels[1])
    assert pixels[0].std() > 10  # something was drawn
    assert (apart > 60).mean() < 0.001  # here and there an edge lies a hundredth of a pixel further


def test_names_that_stand_too_close_are_moved_apart_and_keep_their_order():
    moved = apart([0.0, -18.3, -18.4, 2.0], 2.0)
    assert sorted(moved) == [moved[2], moved[1], moved[0], moved[3]]
    assert moved[1] - moved[2] == pytest.approx(2) and (moved[0], moved[3]) == (0, 2)
