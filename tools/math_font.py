"""Make book/_assets/math.woff2 anew: `python tools/math_font.py FILE`. Needs `fonttools` and `brotli`.

FILE is the whole font, stix-two-math-latin-400-normal.woff2 of npm's @fontsource/stix-two-math 5.3.0. It has 5,000
letters in 400 kB. Kept are those of this course's formulas, and what grows from them: tall brackets, long bars.
"""

import sys
from pathlib import Path

from fontTools import subset

OUT = Path(__file__).parents[1] / "book" / "_assets" / "math.woff2"
LETTERS = [
    *range(0x20, 0x7F),  # what is on a keyboard
    *range(0x391, 0x3CA),  # Greek,
    *range(0x1D434, 0x1D468),  # and what a browser puts in place of an italic letter
    *range(0x1D6E2, 0x1D71C),
    *map(ord, "\u210e\u2212±×·⋅…⋯≤≥≈≠∞←→⇒∂∇∑∏√∫‖∥⌊⌋⌈⌉⊤′∈⊙⊕\u2061\u2062\u2063⏟⏞ˆ\u0302~\u0303\u0304¯ϵ\u00a0"),
]


def main(whole: str) -> None:
    """Write the font."""
    options = subset.Options(flavor="woff2", hinting=False, glyph_names=False, layout_features=["ssty", "flac", "dtls"])
    font = subset.load_font(whole, options)
    kept = subset.Subsetter(options)
    kept.populate(unicodes=LETTERS)
    kept.subset(font)
    subset.save_font(font, OUT, options)


if __name__ == "__main__":
    main(sys.argv[1])
