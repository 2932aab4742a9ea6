"""The built book in a browser: widgets move, numbers are lstm_ref's, no network is needed, nothing is cut off."""

import random
import re

import numpy as np
import pytest
from browser_fixtures import DRAWN, LETTERS, numbers, wait_until_whole, widget
from playwright.sync_api import expect

import lstm_ref
from lstm_ref.widgets.gate_explorer import GATES, STEPS, constant

pytestmark = pytest.mark.browser

PAGE = "book/03_forget_gate.html"
EXPLORER = ".lstm-gate-explorer >> nth=0"
FORGET_GATE = ".lstm-forget-gate >> nth=0"

# The letters of the pictures that are smaller than `least` pixels, indices and exponents too: [pixels, letters].
SMALL_LETTERS = """least => [...document.querySelectorAll(".lstm-figure svg")].flatMap(svg => {
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  return [...svg.querySelectorAll("text, text *")]
    .filter(one => [...one.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim()))
    .map(one => [parseFloat(getComputedStyle(one).fontSize) * scale, one.textContent.trim()])
    .filter(([pixels]) => pixels < least);
})"""


def run_memory(sequence, c_prev):
    """c (T+1) and h (T) as lstm_ref computes them."""
    gates = {name: np.array(values) for name, values in sequence.items()}
    c = [np.float64(c_prev)]
    for t in range(STEPS):
        c.append(lstm_ref.update_memory(gates["f"][t], c[-1], gates["i"][t], gates["candidate"][t]))
    return np.array(c), lstm_ref.hidden_state(gates["o"], np.array(c[1:]))


@pytest.fixture(params=["http", "file"])
def address(request):
    """Where the chapter is: served, and opened from disk."""
    if request.param == "http":
        return f"{request.getfixturevalue('site')}/{PAGE}"
    return (request.getfixturevalue("book") / PAGE).as_uri()


def test_thirty_random_settings_give_the_numbers_of_lstm_ref(visit, address):
    page = visit(address, formulas=False)
    root = widget(page, EXPLORER)
    rng = random.Random(3)
    sequence, c_prev = constant(f=1), 1.0
    root.locator("[data-preset=keep]").click()
    for _ in range(30):
        scope, t = rng.choice(["every", "one"]), rng.randint(1, STEPS)
        moves = [("scope", scope), ("t", t)]
        for name, (low, high) in GATES.items():
            value = round(rng.uniform(low, high), 2)
            moves.append((name, value))
            sequence[name] = [value if scope == "every" or n + 1 == t else old for n, old in enumerate(sequence[name])]
        c_prev = round(rng.uniform(-2, 2), 1)
        table = numbers(root, "table", [*moves, ("c_prev", c_prev)])

        c, h = run_memory(sequence, c_prev)
        for name in GATES:
            assert [table[f"{name}[{n + 1}]"] for n in range(STEPS)] == sequence[name]
        np.testing.assert_allclose([table[f"c[{n}]"] for n in range(STEPS + 1)], c, rtol=0, atol=1e-12)
        np.testing.assert_allclose([table[f"h[{n + 1}]"] for n in range(STEPS)], h, rtol=0, atol=1e-12)
        shown = numbers(root, ".lstm-equations")
        expected = {"c_t": c[t], "c_before": c[t - 1], "h_t": h[t - 1], **{n: sequence[n][t - 1] for n in GATES}}
        assert shown == pytest.approx(expected, rel=0, abs=1e-12)


def test_thirty_random_forget_gates_give_the_numbers_of_lstm_ref(visit, site):
    page = visit(f"{site}/{PAGE}", formulas=False)
    root = widget(page, FORGET_GATE)
    rng = random.Random(4)
    limits = {"w_h": 4, "w_x": 4, "b": 6, "h_prev": 1, "x": 2}
    for _ in range(30):
        # Stops of the slider: multiples of 1/20, so that the browser rounds nothing.
        v = {name: rng.randint(-20 * limit, 20 * limit) / 20 for name, limit in limits.items()}
        expected = lstm_ref.forget_gate(
            np.array([[v["h_prev"]]]), np.array([[v["x"]]]), np.array([[v["w_h"], v["w_x"]]]), np.array([v["b"]])
        )
        shown = numbers(root, ".lstm-equations", v.items())
        assert shown["f"] == pytest.approx(expected[0, 0], rel=0, abs=1e-12)
        assert {name: shown[name] for name in v} == v


def test_a_slider_follows_the_mouse(visit, site):
    page = visit(f"{site}/{PAGE}", formulas=False)
    root = widget(page, EXPLORER)
    root.locator("[data-preset=keep]").click()
    slider = root.locator('input[data-control="f"]')
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] - 8, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, middle, steps=4)
    page.mouse.up()
    table = numbers(root, "table")
    assert table["f[1]"] == pytest.approx(0.5, abs=0.03)
    assert table["c[12]"] == pytest.approx(table["f[1]"] ** 12, rel=0, abs=1e-12)


def test_every_control_answers_to_the_keyboard(visit, site):
    page = visit(f"{site}/{PAGE}", formulas=False)
    root = widget(page, EXPLORER)
    root.locator("[data-preset=keep]").focus()
    page.keyboard.press("Enter")
    expect(root.locator("[data-preset=keep]")).to_have_attribute("aria-pressed", "true")
    numbers(root, "table")  # drawn: the thumbs lie where the example puts them
    root.locator('input[data-control="f"]').focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    assert numbers(root, "table")["f[7]"] == 0.97
    expect(root.locator("[data-preset=keep]")).to_have_attribute("aria-pressed", "false")
    root.locator('input[data-control="t"]').focus()
    page.keyboard.press("Home")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    root.locator("input[type=radio][value=every]").focus()
    page.keyboard.press("ArrowDown")  # to "only step 5"
    root.locator('input[data-control="f"]').focus()
    page.keyboard.press("Home")
    table = numbers(root, "table")
    assert [table[f"f[{t}]"] for t in range(1, STEPS + 1)] == [0.97] * 4 + [0] + [0.97] * 7
    assert table["c[5]"] == 0


def test_tab_reaches_every_control_in_the_order_of_the_page(visit, site):
    page = visit(f"{site}/{PAGE}", formulas=False)
    root = widget(page, EXPLORER)
    root.locator("[data-preset=keep]").focus()
    reached = []
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.dataset.control || document.activeElement.tagName"))
    sliders = [name for name in reached if name in {"t", "f", "i", "candidate", "o", "c_prev"}]
    assert sliders == ["t", "f", "i", "candidate", "o", "c_prev"]
    assert "SUMMARY" in reached


def test_a_click_on_the_plot_chooses_the_step(visit, site):
    page = visit(f"{site}/{PAGE}", formulas=False)
    root = widget(page, EXPLORER)
    root.locator(".lstm-column").nth(6).click()
    assert numbers(root, ".lstm-t") == {"t": 7}


def test_each_example_sets_the_widget_to_itself(visit, site):
    from lstm_ref.widgets.gate_explorer import presets

    page = visit(f"{site}/{PAGE}", formulas=False)
    root = widget(page, EXPLORER)
    for preset in presets():
        root.locator(f"[data-preset={preset['key']}]").click()
        table = numbers(root, "table")
        pressed = root.locator(".lstm-presets [aria-pressed=true]")
        assert pressed.evaluate_all("found => found.map(one => one.dataset.preset)") == [preset["key"]]
        c, _ = run_memory(preset["sequence"], preset["c_prev"])
        assert table["c[12]"] == pytest.approx(c[12], rel=0, abs=1e-12)


def test_the_result_is_said_in_words_once_the_hand_rests(visit, site):
    page = visit(f"{site}/{PAGE}", formulas=False)
    root = widget(page, EXPLORER)
    root.locator("[data-preset=keep]").click()
    numbers(root, "table", [("t", 1), ("f", 0.25)])
    status = root.locator('[role=status][aria-live="polite"]')
    page.wait_for_function("node => node.textContent.includes('25 %')", arg=status.element_handle())
    assert "0.250" in status.inner_text()
    assert "is 0.000 after 12 steps" in root.locator(".lstm-plot desc").text_content()


def test_every_page_is_whole_without_a_network_and_fits_a_phone(visit, site, book):
    """`visit` fails the test for any request that leaves the machine and any error in the console."""
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
    """A browser that finds none asks for /favicon.ico, and its absence is an error in the console, now and then."""
    for page in book.rglob("*.html"):
        if "_static" not in page.parts:
            icon = re.search(r'<link rel="icon" href="([^"]+)"', page.read_text(encoding="utf-8"))
            assert icon and (page.parent / icon[1]).is_file(), page


def test_mathematics_is_typeset_from_local_files(visit, address):
    page = visit(address)
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
