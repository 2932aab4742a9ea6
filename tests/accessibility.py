"""What axe objects to on a page: in light and in dark, on a wide screen and on a phone.

It finds what four runs of every rule would find, in half the time. Rules that do not look at colours are run again only
if something else than colours has changed. Of all words in code, definitions and tables that look alike, thousands on
some pages, only one has its contrast measured. Letters in pictures are left out: axe never reports them.
"""

from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe

SCHEMES = ("light", "dark")
WIDTHS = (1200, 360)
OPTIONS = {
    "resultTypes": ["violations"],
    "preload": False,
}  # else axe fetches style sheets itself, from wrong addresses
OF_COLOURS = ["color-contrast", "link-in-text-block"]

# Colours change at once, without transitions.
AT_ONCE = "*, *::before, *::after { transition: none !important; }"
# True once the page shows the wanted theme, if it has themes, and nothing on it moves.
SHOWN = """(scheme) => (document.documentElement.dataset.theme ?? scheme) === scheme
  && document.getAnimations().every((one) => one.playState !== "running")"""

# All that rules without colours look at: the elements, their attributes, which of them are shown, where, how large.
BESIDES_COLOURS = """() => document.querySelector("main").outerHTML + [...document.querySelectorAll("main *")].map(
  (one) => {
    const {x, y, width, height} = one.getBoundingClientRect();
    const shown = one.checkVisibility({visibilityProperty: true, opacityProperty: true});
    return [shown, x, y, width, height, one.scrollWidth, one.scrollHeight];
  }).join(" ")"""

# Marks each text in code, in a list of definitions or in a table that looks like an earlier one on the same background.
# Text that may lie over something else is not marked: its background depends on its place.
MARK_ALIKE = """() => {
  const grounds = new Map();
  const ground = (one) => {
    if (!one) return "";
    if (!grounds.has(one)) {
      const {backgroundColor, backgroundImage, opacity, filter, mixBlendMode, position} = getComputedStyle(one);
      const flows = ["static", "relative"].includes(position) || !one.closest("main");
      const before = ground(one.parentElement);
      grounds.set(one, flows && before !== null
        ? [before, backgroundColor, backgroundImage, opacity, filter, mixBlendMode].join() : null);
    }
    return grounds.get(one);
  };
  const seen = new Set();
  for (const one of document.querySelectorAll("main :is(pre, dl, table) :not(svg, svg *)")) {
    const says = [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!says || ground(one) === null) continue;
    if (!one.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
    const {color, fontSize, fontWeight, textShadow} = getComputedStyle(one);
    const look = [ground(one), color, fontSize, fontWeight, textShadow].join();
    if (seen.has(look)) one.setAttribute("data-alike", "");
    seen.add(look);
  }
}"""
UNMARK = """() => document.querySelectorAll("[data-alike]").forEach((one) => one.removeAttribute("data-alike"))"""
CONTRAST_OF_ONE = """() => axe.configure({rules: [{id: "color-contrast", selector: ":not([data-alike], svg *)"}]})"""


def objections(page, settled: str = "() => true") -> Iterator[tuple]:
    """(scheme, width, rule, elements) of every violation in <main>. `settled`: JavaScript, true once axe may look."""
    page.evaluate(Axe().axe_script)
    page.evaluate(CONTRAST_OF_ONE)
    page.add_style_tag(content=AT_ONCE)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        seen = set()
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function(SHOWN, arg=scheme)
            page.wait_for_function(settled)
            page.evaluate(UNMARK)
            besides = page.evaluate(BESIDES_COLOURS)
            rules = {"runOnly": OF_COLOURS} if besides in seen else {}
            seen.add(besides)
            page.evaluate(MARK_ALIKE)
            result = page.evaluate("options => axe.run('main', options)", OPTIONS | rules)
            for one in result["violations"]:
                yield scheme, width, one["id"], [node["html"] for node in one["nodes"]]
