"""The built book in a browser: no network is needed, nothing is cut off, and each widget has its still picture."""

import re

import pytest
from browser_fixtures import DRAWN, LETTERS, SHIFT, chapters, wait_until_whole, widget

pytestmark = pytest.mark.browser

PAGE = "book/03_forget_gate.html"
EXPLORER = ".lstm-gate-explorer >> nth=0"

# The size of the page and of each file that it has asked for, those in the browser's cache included.
LOADED = """() => Object.fromEntries(["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind))
  .map(one => [one.name, one.decodedBodySize]))"""

# The width of each icon on show, by its letter in the font of icons; one that the font lacks is not in it.
ICONS = """() => Object.fromEntries([...document.querySelectorAll("i.fa-solid, i.fas")]
  .filter(icon => icon.offsetParent && document.fonts.check(
    '900 16px "Font Awesome 6 Free"', getComputedStyle(icon, "::before").content.slice(1, -1)))
  .map(icon => [getComputedStyle(icon, "::before").content, icon.getBoundingClientRect().width]))"""

# Letters in pictures that are smaller than `least` pixels, indices and exponents included: [pixels, letters].
SMALL_LETTERS = """least => [...document.querySelectorAll(".lstm-figure svg")].flatMap(svg => {
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  return [...svg.querySelectorAll("text, text *")]
    .filter(one => [...one.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim()))
    .map(one => [parseFloat(getComputedStyle(one).fontSize) * scale, one.textContent.trim()])
    .filter(([pixels]) => pixels < least);
})"""


def test_every_page_is_whole_without_a_network_and_fits_a_phone(visit, site, book):
    """`visit` fails the test if a request leaves the machine or the console has an error."""
    names = [path.relative_to(book) for path in sorted(book.rglob("*.html")) if "_static" not in path.parts]
    assert len(names) >= 5
    for name in names:
        page = visit(f"{site}/{name}")
        text = (book / name).read_text(encoding="utf-8")
        if leads_to := re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', text):
            page.wait_for_url(f"{site}/{leads_to[1]}")
        wait_until_whole(page)
        for letters, style in LETTERS.items():
            page.add_style_tag(content=style)
            for width in (360, 320):
                page.set_viewport_size({"width": width, "height": 900})
                page.wait_for_function(DRAWN)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, letters)
                if width == 360:
                    assert not page.evaluate(SMALL_LETTERS, 9), name


def test_every_page_names_an_icon_that_exists(book):
    """Without an icon, a browser requests /favicon.ico, and sometimes logs an error because it is missing."""
    for page in book.rglob("*.html"):
        if "_static" not in page.parts:
            icon = re.search(r'<link rel="icon" href="([^"]+)"', page.read_text(encoding="utf-8"))
            assert icon and (page.parent / icon[1]).is_file(), page


FORMULA = """() => {
  const [sum] = document.querySelectorAll(".math math[display=block]");
  const letters = sum.querySelector("mi").getBoundingClientRect();
  return [document.fonts.check('16px "Course Math"'), letters.width > 0 && letters.height > 0];
}"""


def test_mathematics_is_typeset_from_local_files(visit, address):
    page = visit(f"{address}/{PAGE}")
    wait_until_whole(page)
    assert page.evaluate(FORMULA) == [True, True]


def test_mathematics_needs_no_javascript(visit, site):
    page = visit(f"{site}/{PAGE}", javascript=False)
    formula = page.locator(".math math").first
    assert formula.is_visible()
    assert not page.locator(".math", has_text=re.compile(r"\\[a-z(\[]")).count()  # nothing is left as it was typed
    box = page.locator("math[display=block] mfrac").first.bounding_box()
    assert box["height"] > 1.5 * page.locator("math[display=block] mi").first.bounding_box()["height"]


# What a page may load, over any line and on any phone: 15 files and a megabyte, as an ordinary server sends them. The
# times are for benchmarks/page_load.py to measure; these two are the same on every machine.
@pytest.mark.parametrize("name", [*(f"book/{stem}" for stem in chapters()), "search"])
def test_a_page_loads_little_and_nothing_moves(visit, site, name):
    page = visit(f"{site}/{name}.html", prepare=lambda page: page.add_init_script(SHIFT))
    wait_until_whole(page)
    loaded = page.evaluate(LOADED)
    assert 3 < len(loaded) <= 15 and 50_000 < sum(loaded.values()) <= 1_000_000, loaded
    assert page.evaluate("window.shift") < 0.02


def test_each_icon_is_drawn_though_its_font_holds_no_other(visit, site, book):
    style = next(book.joinpath("_static").glob("pages.*.css")).read_text(encoding="utf-8")
    assert "fontawesome" not in style and len(re.findall(r"url\(data:font/woff", style)) >= 1
    page = visit(f"{site}/{PAGE}")
    wait_until_whole(page)
    widths = page.evaluate(ICONS)
    assert len(widths) >= 5 and all(width > 5 for width in widths.values()), widths


def test_there_is_one_search_field(visit, site):
    page = visit(f"{site}/{PAGE}")
    assert page.locator(".search-button-field:visible").count() == 1


def test_without_javascript_a_still_picture_takes_the_widgets_place(visit, site):
    page = visit(f"{site}/{PAGE}", javascript=False)
    pictures = page.locator("noscript figure.lstm-still svg[role=img]")
    assert pictures.count() >= 2
    for picture in pictures.all():
        assert picture.is_visible()
        assert len(picture.get_attribute("aria-label")) > 40


def test_with_javascript_the_still_picture_is_not_shown(visit, site):
    page = visit(f"{site}/{PAGE}")
    widget(page, EXPLORER)
    assert page.locator("figure.lstm-still:visible").count() == 0


def test_on_paper_a_still_picture_takes_the_widgets_place(visit, site):
    page = visit(f"{site}/{PAGE}")
    widget(page, EXPLORER)
    page.emulate_media(media="print")
    assert page.locator(".lstm-gate-explorer:visible, .lstm-forget-gate:visible").count() == 0
    assert page.locator("figure.lstm-still:visible").count() == 2
    assert page.locator(".lstm-explanation:visible").count() >= 8


@pytest.mark.parametrize(
    "before, after, reason",
    [
        (
            "export default { render };",
            "throw new Error('a broken widget'); export default { render };",
            "a broken widget",
        ),
        ('"state": {', '"state": {}, "was": {', "no state for model"),
    ],
)
def test_a_widget_that_cannot_start_says_so_in_the_page(visit, site, book, before, after, reason):
    source = (book / PAGE).read_text(encoding="utf-8")
    assert before in source
    broken = source.replace(before, after)

    def serve_broken(page):
        page.route(f"**/{PAGE}", lambda route: route.fulfill(body=broken, content_type="text/html"))

    page = visit(f"{site}/{PAGE}", prepare=serve_broken)
    page.wait_for_selector(".lstm-failed[role=alert]")
    assert reason in page.locator(".lstm-failed").first.inner_text()
    assert any(reason in trouble for trouble in page.troubles)
    page.troubles.clear()


def test_an_exercise_page_gives_its_notebook_and_leads_to_its_chapter(visit, site):
    page = visit(f"{site}/exercises/03_forget_gate/03_forget_gate.html")
    note = page.locator(".exercise-note")
    assert note.locator("a[download]").get_attribute("href").endswith("03_forget_gate.ipynb")
    note.locator("a:not([download])").click()
    page.wait_for_url(f"**/{PAGE}")
