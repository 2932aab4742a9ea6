"""Pictures for the pages and for paper, drawn by matplotlib without pyplot: no global state, no window.

An SVG in a page takes the page's colours, so one picture serves light and dark. Elsewhere (paper, a notebook) it keeps
the colours written here.
"""

import base64
import io
from html import escape

from matplotlib import rc_context
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text

from lstm_ref.figures.compact import compact

# One colour per letter, the same as in base.css. A shape or a label always says the same thing as the colour.
COLOURS = {"f": "#b8420f", "i": "#2e7d32", "candidate": "#8a6100", "o": "#7b3fb5", "c": "#0a5fb4", "h": "#b0195f"}
INK = "#222832"
QUIET = "#48566b"
_IN_A_PAGE = {
    **{colour: f"var(--lstm-colour-{name}, {colour})" for name, colour in COLOURS.items()},
    INK: f"var(--pst-color-text-base, var(--jp-content-font-color1, {INK}))",
    QUIET: f"var(--pst-color-text-muted, var(--jp-content-font-color2, {QUIET}))",
}
# Letters are placed by the width that they have in the first of these.
_FONTS = "'DejaVu Sans', Verdana, Geneva, Arial, Helvetica, sans-serif"
_LINES = "stroke-linejoin: round; stroke-linecap: butt"
_STYLE = {
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "axes.titlecolor": INK,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "font.size": 11,
}


def axes_in_a_row(count: int, **options):
    """A figure and its axes, side by side, one above the other (`rows=True`) or in `columns`, in the course's style.

    `figsize` is in inches. At a width of 4.4, letters of 10 points have 9.8 pixels on a phone; in a wider picture,
    less. The other options go to matplotlib's `subplots`.
    """
    rows = options.pop("rows", False)
    columns = options.pop("columns", 1 if rows else count)
    shape = (-(-count // columns), columns)
    with rc_context(_STYLE):
        figure = Figure(figsize=options.pop("figsize", (4.4, 3.0)), layout="constrained")
        return figure, figure.subplots(*shape, squeeze=False, **options).ravel()


def forms(figure: Figure, alt: str, kind: str = "lstm-figure", caption: str = "") -> dict:
    """The forms in which a notebook or a page can take a picture: HTML with `alt`, PNG for paper, text."""
    _ink(figure)
    shown = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    with rc_context(_STYLE):
        return {
            "text/html": f'<figure class="{kind}">{_as_svg(figure, alt)}{shown}</figure>',
            "image/png": base64.b64encode(_as_png(figure)).decode("ascii"),
            "text/plain": alt,
        }


def _ink(figure: Figure) -> None:
    """Replace default colours: in dark mode, black words and the white frame of a legend would stay as they are."""
    for legend in figure.findobj(Legend):
        legend.set_frame_on(False)
    for text in figure.findobj(Text):
        if to_hex(text.get_color()) == "#000000":
            text.set_color(INK)


def _as_png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=160, facecolor="white")
    return buffer.getvalue()


def _as_svg(figure: Figure, alt: str) -> str:
    """One inline <svg> that says what it shows; the same bytes every time."""
    buffer = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": alt}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue()
    svg = compact(svg[svg.index("<svg") :])  # inline: no XML declaration, no doctype
    colours = [colour for colour in _IN_A_PAGE if colour in svg]
    for colour in colours:
        svg = svg.replace(colour, f"var(--{colour[1:]})")
    names = "; ".join(f"--{colour[1:]}: {_IN_A_PAGE[colour]}" for colour in colours)
    # As wide as the page allows, but a narrow picture is not stretched: its letters keep their size.
    style = f"max-width: {6.7 * figure.get_figwidth():.0f}rem; font-family: {_FONTS}; {_LINES}; {names}"
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(alt)}" style="{escape(style)}"', 1)
