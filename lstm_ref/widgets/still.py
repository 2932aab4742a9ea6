"""Still pictures of the widgets, drawn by matplotlib without pyplot: no global state, no window."""

import io
from html import escape

from matplotlib import rc_context
from matplotlib.figure import Figure

# One colour per letter, the same as in base.css. A shape or a label always says the same thing as the colour.
COLOURS = {"f": "#b8420f", "i": "#2e7d32", "candidate": "#8a6100", "o": "#7b3fb5", "c": "#0a5fb4", "h": "#b0195f"}


def axes_in_a_row(count: int, **options):
    """A figure and its axes, side by side or one above the other (`rows=True`), without the upper and right spines."""
    rows = options.pop("rows", False)
    figure = Figure(figsize=(7, 3.2), layout="constrained")
    shape = (count, 1) if rows else (1, count)
    axes = figure.subplots(*shape, squeeze=False, **options).ravel()
    for one in axes:
        one.spines[["top", "right"]].set_visible(False)
    return figure, axes


def as_png(figure: Figure) -> bytes:
    """The figure as a PNG, for paper."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=160)
    return buffer.getvalue()


def as_svg(figure: Figure, alt: str) -> str:
    """The figure as one inline <svg> that says what it shows; the same bytes every time."""
    buffer = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": alt}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]  # inline: no XML declaration, no doctype
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(alt)}"', 1)
