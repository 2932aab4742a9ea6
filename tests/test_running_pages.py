"""Pages are executed side by side, each once, and each gets its own outputs."""

import pytest
from test_failed_pages import Book

WAIT = """import pathlib, time
here, there = pathlib.Path({here!r}), pathlib.Path({there!r})
here.touch()
until = time.monotonic() + 90
while not there.exists() and time.monotonic() < until:
    time.sleep(0.05)
print("met" if there.exists() else "alone")"""


@pytest.fixture
def book(tmp_path):
    made = Book(tmp_path / "book")
    with (made.folder / "conf.py").open("a") as file:
        file.write("running_pages_at_once = 2\n")
    return made


def test_pages_run_side_by_side_and_keep_their_own_outputs(book, tmp_path):
    """Each page waits for the other one; if they ran one after the other, the first would wait in vain."""
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    book.write("index", WAIT.format(here=one, there=two) + "\nprint('I am', 'the index')")
    book.write("other", WAIT.format(here=two, there=one) + "\nprint('I am', 'the other')")
    assert book.build() == 0
    for name in ("index", "other"):
        page = book.page(name)
        assert "met\n" in page and f"I am the {name}" in page and page.count("I am the") == 1


def test_a_page_that_is_in_the_cache_is_not_run_again(book, tmp_path):
    runs = tmp_path / "runs"
    book.write("other", f"print('run', file=open({str(runs)!r}, 'a'))\nprint('six', 'times')")
    assert book.build() == 0
    page = book.folder / "other.md"
    page.write_text(page.read_text().replace("Before.", "Before all."))
    assert book.build() == 0
    assert "Before all." in book.page("other") and "six times" in book.page("other")
    assert runs.read_text() == "run\n"
