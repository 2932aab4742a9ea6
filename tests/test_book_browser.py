"""The built book in a browser: no network is needed, nothing is cut off, and each widget has its still picture."""

import re

import pytest
from browser_fixtures import DRAWN, LETTERS, wait_until_whole, widget

pytestmark = pytest.mark.browser

PAGE = "book/03_forget_gate.html"
EXPLORER = ".lstm-gate-explorer >> nth=0"

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
        assert not page.locator("mjx-merror").count(), name
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


def test_mathematics_is_typeset_from_local_files(visit, address):
    page = visit(f"{address}/{PAGE}")
    page.wait_for_selector("mjx-container")


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
