"""The built book, a server for it, and one headless Chromium that reports whatever goes wrong in a page."""

import fcntl
import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BUILD = [str(Path(sys.executable).with_name("jupyter-book")), "build", ".", "-W", "--keep-going", "-n"]
# The shell is the same engine without windows: a page takes half the time.
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# Nothing in the background: a request seen in a test is the page's own.
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]
LOCAL = ("http://127.0.0.1", "file://", "blob:", "data:")


# By how much what is on show moves while a page loads: to be run in it before anything else.
SHIFT = """window.shift = 0; new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });"""


def installed_chromium() -> str | None:
    """The program of a Chromium on this machine, if there is one."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


def _build_book():
    done = subprocess.run(BUILD, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.fail(f"The book does not build:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")


@pytest.fixture(scope="session")
def book(tmp_path_factory) -> Path:
    """The folder of the book's pages, built as `make book` builds it; only what changed is built again.

    Once per run: if several processes share the tests, the first one builds and the others wait for it.
    """
    run = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        run = run.parent
    with (run / "book.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        built = run / "book.built"
        if not built.exists():
            _build_book()
            built.touch()
    return ROOT / "_build" / "html"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server's manner that says nothing of requests."""

    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def site(book) -> str:
    """The address of the built book on this machine."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=book))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["http", "file"])
def address(request) -> str:
    """Where the built book is, one after the other: served, and on disk."""
    return request.getfixturevalue("site") if request.param == "http" else request.getfixturevalue("book").as_uri()


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests."""
    from playwright.sync_api import sync_playwright

    path = installed_chromium()
    if path is None:
        pytest.fail("No Chromium found: install the system package `chromium-headless-shell`, or `chromium`")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def context(browser):
    """What pages share: the cache, so that each test does not load the theme again."""
    shared = browser.new_context()
    shared.set_default_timeout(60_000)  # milliseconds: a machine may be busy
    yield shared
    shared.close()


def _note_error(page, message):
    if message.type == "error":
        page.troubles.append(f"{message.text} ({message.location['url']})")


@pytest.fixture
def visit(browser, context):
    """visit(address, ...) -> page. Any error on a page, and any request to another machine, fails the test at its end.

    A test that breaks a page on purpose empties `page.troubles` after checking them.
    """
    pages = []

    def open_page(address, *, width=1200, scheme="light", javascript=True, prepare=None):
        page = context.new_page() if javascript else browser.new_page(java_script_enabled=False)
        pages.append(page)
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.troubles = []
        page.on("console", lambda message: _note_error(page, message))
        page.on("pageerror", lambda error: page.troubles.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith(LOCAL) else page.troubles.append(request.url))
        if prepare:
            prepare(page)
        page.goto(address)
        return page

    yield open_page
    troubles = [f"{page.url}: {trouble}" for page in pages for trouble in page.troubles]
    for page in pages:
        page.close()
    assert not troubles, troubles


def chapters() -> list[str]:
    """The names of the book's pages: 03_forget_gate, glossary, index, ..."""
    return sorted(path.stem for path in (ROOT / "book").glob("*.md"))


# Pages must look right with any font. Wide: the spacing that WCAG 2.2, 1.4.12 lets readers set. Narrow: a condensed
# font.
LETTERS = {
    "wide": "* { letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }",
    "narrow": "* { letter-spacing: -0.05em !important; word-spacing: 0 !important; }",
}

# True once every picture is drawn for its present width: a widget redraws a moment after its width has changed.
DRAWN = """() => [...document.querySelectorAll(".lstm-plot")].every(
  plot => plot.querySelector("svg").viewBox.baseVal.width === Math.max(plot.clientWidth, 200))"""

# Formulas are drawn with a font of their own, which comes after the page.
FONTS = """async () => { await document.fonts.ready; }"""
VIEWS = 'script[type="application/vnd.jupyter.widget-view+json"]'
WIDGETS = """views => [...document.querySelectorAll(views)].every(
  script => script.nextElementSibling?.querySelector(".lstm") || script.nextElementSibling?.role === "alert")"""


def wait_until_whole(page):
    """Wait until a page has its formulas, fonts, widgets and their pictures. A widget that failed shows a message."""
    page.evaluate(FONTS)
    page.wait_for_function(WIDGETS, arg=VIEWS)
    page.wait_for_function(DRAWN)


# Does what a reader does, without a mouse: sets controls one after the other, each with the event that a browser sends;
# then, when the page is redrawn, reads every number in `within`.
MOVE_AND_READ = """async (root, [moves, within]) => {
  for (const [name, value] of moves) {
    const control = root.querySelector(`[data-control="${name}"]`);
    const input = control.querySelector(`[value="${value}"]`) ?? control;
    if (input.type === "radio") input.click();
    else {
      input.value = value;
      input.dispatchEvent(new Event("input", {bubbles: true}));
    }
  }
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  const found = [...root.querySelectorAll(`${within} data`)];
  return Object.fromEntries(found.map(one => [one.dataset.name, Number(one.value)]));
}"""


def widget(page, selector):
    page.wait_for_selector(selector)
    return page.locator(selector)


def numbers(root, within, moves=()):
    """name -> exact number on the page, after the moves."""
    return root.evaluate(MOVE_AND_READ, [[[name, value] for name, value in moves], within])


def press_example(root, key):
    """Choose an example by the keyboard, and wait until it is drawn: only then have the sliders moved."""
    root.locator(f"[data-preset={key}]").focus()
    root.page.keyboard.press("Enter")
    numbers(root, "table")


# A pointer stroke in a lane, through the points that the test gives, each (step, level 0 to 1).
STROKE = """(row, points) => {
  const box = row.getBoundingClientRect();
  const send = (type, [t, level]) => row.dispatchEvent(new PointerEvent(type, {
    bubbles: true, cancelable: true, pointerId: 1, button: 0,
    clientX: box.left + box.width * (t - 0.5) / row.children.length, clientY: box.top + box.height * (1 - level),
  }));
  row.setPointerCapture = () => {};
  row.hasPointerCapture = () => true;
  send("pointerdown", points[0]);
  for (const point of points.slice(1)) send("pointermove", point);
  send("pointerup", points.at(-1));
}"""


def stroke(root, gate, *points):
    """Draw in the lane of a gate with the pointer: the points are (step, level)."""
    root.locator(f".lstm-{gate} .lstm-bars").evaluate(STROKE, points)
