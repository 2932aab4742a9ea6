"""Every page of the built book in a browser: everyone can use it, and its questions explain every answer."""

import pytest
from accessibility import objections
from browser_fixtures import chapters, wait_until_whole

pytestmark = pytest.mark.browser

# Some time after a resize, later on a busy machine, the theme lets code blocks that scroll take the focus. If it never
# does, the test waits in vain.
SETTLED = """() => [...document.querySelectorAll(
  'main pre, main .cell_output > .output, main .pst-scrollable-table-container')].every(
  (one) => one.tabIndex === 0 || one.scrollWidth <= one.clientWidth)"""


@pytest.mark.parametrize("stem", chapters())
def test_axe_finds_nothing_to_object_to(visit, site, stem):
    page = visit(f"{site}/book/{stem}.html")
    wait_until_whole(page)
    for summary in page.locator(".lstm details > summary").all():
        summary.click()
    for explained in page.locator(".lstm-question").all():
        explained.locator("input").first.check()
    found = list(objections(page, SETTLED))
    assert not found, found


@pytest.mark.parametrize("stem", [stem for stem in chapters() if stem[0].isdigit()])
def test_a_chapter_asks_what_was_understood_and_explains_every_answer(visit, site, stem):
    page = visit(f"{site}/book/{stem}.html", javascript=False)
    asked = page.locator(".lstm-question")
    assert 3 <= page.locator("#check-yourself .lstm-question").count() <= 5  # chapter 11 asks on the way, too
    for question in asked.all():
        assert question.locator(".lstm-explanation.lstm-right").count() == 1
        assert question.locator(".lstm-explanation:visible").count() == 0
        for choice in question.locator(".lstm-answer").all():
            choice.locator("input").check()
            assert choice.locator(".lstm-explanation").is_visible()
            assert len(choice.locator(".lstm-explanation").inner_text()) > 30
            assert question.locator(".lstm-explanation:visible").count() == 1
