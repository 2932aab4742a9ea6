"""In pages with planted faults, `accessibility.objections` finds all that four runs of every rule find."""

import re

import pytest
from accessibility import OF_COLOURS, OPTIONS, SCHEMES, WIDTHS, objections
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
PAGE = f"""<!doctype html><html lang="en"><head><title>Faults</title><style>
  body {{ background: #fff; color: #000; }}
  .dark, .narrow, .dark-narrow {{ display: none; }}
  .pale-if-light, .pale {{ color: #ccc; }}
  .shaded {{ background: #222; }}
  .grey {{ color: #707070; }}
  .far {{ color: #bbb; }}
  .soft {{ color: #666; }}
  td {{ position: relative; }}
  .block {{ display: block; width: 9em; height: 2em; background: #555; }}
  .over {{ position: absolute; top: 0.5em; left: 1em; }}
  .row {{ overflow: auto; white-space: nowrap; }}
  a.link-if-dark {{ color: #00c; text-decoration: underline; }}
  @media (prefers-color-scheme: dark) {{
    body {{ background: #111; color: #eee; }}
    .dark {{ display: inline; }}
    .pale, .pale-if-dark {{ color: #333; }}
    .shaded {{ background: #111; }}
    .grey {{ color: #888; }}
    .soft {{ color: #aaa; }}
    a.link-if-dark {{ color: #ccc; text-decoration: none; }}
  }}
  @media (max-width: 500px) {{
    .narrow {{ display: inline; }}
    .pale-if-narrow {{ color: #777; background: #888; }}
  }}
  @media (max-width: 500px) and (prefers-color-scheme: dark) {{
    .dark-narrow {{ display: inline; }}
    .pale-if-dark-narrow {{ color: #333; }}
  }}
</style></head><body><main>
  <h1>Faults</h1>
  <img src="{DOT}" id="image">
  <img src="{DOT}" class="dark" id="dark-image">
  <img src="{DOT}" class="narrow" id="narrow-image">
  <img src="{DOT}" class="dark-narrow" id="dark-narrow-image">
  <p class="pale" id="words">some words</p>
  <p class="pale-if-light" id="light-words">some words</p>
  <p class="pale-if-dark" id="dark-words">some words</p>
  <p class="pale-if-narrow" id="narrow-words">some words</p>
  <p class="pale-if-dark-narrow" id="dark-narrow-words">some words</p>
  <p>Words before <a href="#a" class="link-if-dark" id="dark-link">a link</a> and words behind it.</p>
  <div class="row" id="narrow-row">Words in a row that is wider than the screen of a phone, with no stop for tab.</div>
  <pre tabindex="0"><span class="grey">fine</span> <b class="shaded"><span class="grey" id="ground">grey</span></b>
<span class="pale"> </span><span class="pale" hidden>hidden</span><span class="pale" id="code">first</span> = <span
class="pale" id="second">second</span></pre>
  <svg role="img" aria-label="pale letters"><text y="20" fill="#ccc" id="letters">some letters</text></svg>
  <pre tabindex="0">{"=" * 60}<span class="far" id="light-far">far to the right</span></pre>
  <table><tr><td><b class="soft">fine</b></td><td><b class="soft">fine, too</b></td>
    <td><i class="block"></i><b class="soft over" id="over">over a block</b></td></tr></table>
</main></body></html>"""

ALWAYS = {(scheme, width) for scheme in SCHEMES for width in WIDTHS}
LIGHT, DARK, NARROW = (
    {("light", 1200), ("light", 360)},
    {("dark", 1200), ("dark", 360)},
    {("light", 360), ("dark", 360)},
)
FAULTS = {
    ("image-alt", "image"): ALWAYS,
    ("image-alt", "dark-image"): DARK,
    ("image-alt", "narrow-image"): NARROW,
    ("image-alt", "dark-narrow-image"): DARK & NARROW,
    ("color-contrast", "words"): ALWAYS,
    ("color-contrast", "light-words"): LIGHT,
    ("color-contrast", "dark-words"): DARK,
    ("color-contrast", "narrow-words"): NARROW,
    ("color-contrast", "dark-narrow-words"): DARK & NARROW,
    ("link-in-text-block", "dark-link"): DARK,
    ("scrollable-region-focusable", "narrow-row"): NARROW,
    ("color-contrast", "ground"): LIGHT,
    ("color-contrast", "code"): ALWAYS,
    ("color-contrast", "light-far"): LIGHT,
    ("color-contrast", "over"): ALWAYS,
}


def by_fault(found):
    """(rule, id of the element) -> where it was found."""
    places = {}
    for scheme, width, rule, elements in found:
        for html in elements:
            places.setdefault((rule, re.search(r'id="(.*?)"', html)[1]), set()).add((scheme, width))
    return places


def every_rule_four_times(page):
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            for one in Axe().run(page, context="main", options=OPTIONS).response["violations"]:
                yield scheme, width, one["id"], [node["html"] for node in one["nodes"]]


@pytest.fixture
def show(visit, tmp_path):
    """Open a page of this source."""

    def show(source):
        (tmp_path / "faults.html").write_text(source, encoding="utf-8")
        return visit((tmp_path / "faults.html").as_uri())

    return show


def test_every_planted_fault_is_found_where_it_is(show):
    assert by_fault(objections(show(PAGE))) == FAULTS


def test_where_the_dark_changes_nothing_but_colours_the_other_rules_run_in_the_light_alone(show):
    images = {("image-alt", "dark-image"), ("image-alt", "dark-narrow-image")}
    page = show(re.sub(r'<img .* class="dark.*', "", PAGE))
    assert by_fault(objections(page)) == {
        (rule, name): where if rule in OF_COLOURS else where & LIGHT
        for (rule, name), where in FAULTS.items()
        if (rule, name) not in images
    }


def test_four_runs_of_every_rule_find_no_other(show):
    """One difference: of two words of code that look alike, the four runs report both."""
    assert by_fault(every_rule_four_times(show(PAGE))) == FAULTS | {("color-contrast", "second"): ALWAYS}
