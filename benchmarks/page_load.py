"""How fast do the pages open, and what do they load? `python -m benchmarks.page_load [--before FOLDER] [PAGE ...]`

Each page of the built book (_build/html) is opened five times with an empty cache, at full speed and with a processor
slowed four times, in turn with the same page of FOLDER, an older build, if one is given. The medians are printed and
written to results/page_load.md:

- answer: milliseconds from the click until the first widget has followed its first slider. The slider is moved as soon
  as it stands in the page; what it moved is looked for once in every frame;
- kB and requests: what came over the wire, as an ordinary server sends it, not compressed;
- shift: by how much what was on show moved while the page loaded (Chromium's cumulative layout shift).

Run it on an idle machine.
"""

import argparse
import functools
import http.server
import statistics
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from browser_fixtures import QUIET, SHIFT, Quiet, installed_chromium  # noqa: E402 (found by the line before)

RESULTS = Path(__file__).with_name("results") / "page_load.md"
PAGES = ("index", "01_why_lstm", "03_forget_gate", "08_learning", "11_configure_and_diagnose")
LOADS, SLOWED = 5, 4
SETTLED = 1500  # milliseconds after the answer: what comes later is none of a page's loading
# Runs in the page before anything else. `lstm_answer` becomes the time at which the first slider's number had changed.
WATCH = """
const look = () => {
  const slider = document.querySelector(".lstm input[type=range]");
  const said = slider?.closest(".lstm").querySelector(`output[for="${slider.id}"]`);
  if (!said) return requestAnimationFrame(look);
  const before = said.textContent;
  slider.value = slider.value === slider.max ? slider.min : slider.max;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  const followed = () => said.textContent === before
    ? requestAnimationFrame(followed) : window.lstm_answer = performance.now();
  followed();
};
requestAnimationFrame(look);
"""


@dataclass
class Load:
    """One opening of a page."""

    answer: float  # milliseconds
    sent: float  # kilobytes
    requests: int
    shift: float


class _Kept(Quiet):
    protocol_version = "HTTP/1.1"  # connections stay open, as on any server of today


def served(folder: Path) -> tuple[http.server.ThreadingHTTPServer, str]:
    """A server of this folder, and its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Kept, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}"


def load(browser: Browser, address: str, slowed: int) -> Load:
    """Open a page with an empty cache, and wait until its first widget has answered, and a little longer."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        page = context.new_page()
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.send("Emulation.setCPUThrottlingRate", {"rate": slowed})
        sizes: list[float] = []
        wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        page.add_init_script(SHIFT + WATCH)
        page.goto(address, wait_until="load")
        page.wait_for_function("window.lstm_answer", timeout=120_000)
        page.wait_for_timeout(SETTLED)
        answer, shift = page.evaluate("[window.lstm_answer, window.shift]")
        return Load(answer, sum(sizes) / 1000, len(sizes), shift)
    finally:
        context.close()


def measured(pages: list[str], builds: dict[str, Path]) -> list[str]:
    """The rows of the table."""
    servers = {build: served(folder) for build, folder in builds.items()}
    rows = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_chromium(), args=QUIET)
        for page in pages:
            found: dict[tuple[str, int], list[Load]] = {}
            for _round in range(LOADS):
                for build, (_server, address) in servers.items():
                    for slowed in (1, SLOWED):
                        one = load(browser, f"{address}/book/{page}.html", slowed)
                        found.setdefault((build, slowed), []).append(one)
            for build in servers:
                plain, slow = found[build, 1], found[build, SLOWED]
                middle = functools.partial(_median, plain)
                shift = max(one.shift for one in plain + slow)
                rows.append(
                    f"| {page} | {build} | {middle('answer'):.0f} | {_median(slow, 'answer'):.0f} "
                    f"| {middle('sent'):.0f} | {middle('requests'):.0f} | {shift:.3f} |"
                )
                print(rows[-1], flush=True)
        browser.close()
    for server, _address in servers.values():
        server.shutdown()
    return rows


def _median(loads: list[Load], name: str) -> float:
    return statistics.median(getattr(one, name) for one in loads)


def main() -> None:
    """Measure, print, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", default=list(PAGES), metavar="PAGE", help="of book/, without .html")
    parser.add_argument("--before", type=Path, metavar="FOLDER", help="an older build, such as _build/html of a clone")
    options = parser.parse_args()
    builds = {"before": options.before} if options.before else {}
    builds["now"] = ROOT / "_build" / "html"
    head = [
        f"| page | build | answer, ms | slowed {SLOWED} times, ms | kB | requests | shift, most |",
        "| --- | --- | --: | --: | --: | --: | --: |",
    ]
    rows = measured(options.pages, builds)
    command = "python -m benchmarks.page_load" + (" --before FOLDER" if options.before else "")
    text = ["# How fast the pages open", "", f"`{command}`, medians of {LOADS} loads with an empty cache", ""]
    RESULTS.write_text("\n".join([*text, *head, *rows, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
