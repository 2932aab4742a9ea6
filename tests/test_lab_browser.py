"""A real JupyterLab: a widget's page and Python see each other's changes, and Run All goes on past failing checks."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest
from browser_fixtures import numbers

from lstm_ref.widgets.gate_explorer import STEPS

pytestmark = pytest.mark.browser

EXPLORER = ".lstm-gate-explorer >> nth=0"

CELLS = [
    "from lstm_ref import GateExplorer\nexplorer = GateExplorer(f=1, i=0, c_prev=1)\nexplorer",
    "import json; print(json.dumps([explorer.f, explorer.t, explorer.sequence['f'], explorer.c_t]))",
    "explorer.t = 12; explorer.f = 0.25; print('done')",
]


EXERCISE = Path(__file__).parents[1] / "exercises" / "03_forget_gate" / "03_forget_gate.ipynb"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """lab(name) is the address of a notebook, of CELLS or of an exercise, in a JupyterLab without our own settings."""
    tmp_path = tmp_path_factory.mktemp("lab")
    shutil.copy(EXERCISE, tmp_path / "exercise.ipynb")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, tmp_path / "gate.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    homes = {
        name: str(tmp_path / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR")
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}", "--ServerApp.port_retries=0"]
    command += [f"--ServerApp.root_dir={tmp_path}", "--IdentityProvider.token=course", "--allow-root"]
    with open(tmp_path / "lab.log", "wb") as log:
        server = subprocess.Popen(command, env={**os.environ, **homes}, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/api?token=course", timeout=2).close()
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.25)
        else:
            pytest.fail(f"JupyterLab does not answer:\n{(tmp_path / 'lab.log').read_text()[-2000:]}")
        # Each in a workspace of its own, or the second page opens the first one's notebook, too.
        yield lambda name: f"{address}/lab/workspaces/{name.partition('.')[0]}/tree/{name}?token=course"
    finally:
        server.terminate()
        server.wait(timeout=20)


def ready(visit, address):
    page = visit(address)
    page.wait_for_selector(".jp-CodeCell .cm-content", timeout=60000)
    # JupyterLab silently drops a cell that is run before the kernel is ready.
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60000)
    return page


def test_the_page_and_python_follow_each_other(visit, lab):
    page = ready(visit, lab("gate.ipynb"))

    def run(cell):
        page.locator(".jp-CodeCell .cm-content").nth(cell).click()
        page.keyboard.press("Shift+Enter")
        output = page.locator(".jp-CodeCell").nth(cell).locator(".jp-OutputArea-output pre").last
        if cell:
            output.wait_for(timeout=20000)
            return output.inner_text()
        page.wait_for_selector(EXPLORER, timeout=60000)

    run(0)
    root = page.locator(EXPLORER)
    root.locator("input[type=radio][value=one]").check()
    numbers(root, "table", [("t", 3)])
    root.locator('input[data-control="f"]').focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(500)  # if Python answered, its answers would come now and move the slider
    assert numbers(root, ".lstm-equations")["f"] == 0.95
    f, t, row, c = json.loads(run(1))
    assert (f, t, c) == (0.95, 3, 0.95)
    assert row == [1, 1, 0.95] + [1] * (STEPS - 3)

    run(2)
    page.wait_for_function("() => document.querySelector('.lstm-gate-explorer [data-control=t]').value === '12'")
    table = numbers(root, "table")
    assert table["f[12]"] == 0.25
    assert table["c[12]"] == 0.95 * 0.25
    assert root.locator('input[data-control="f"]').input_value() == "0.25"


def test_run_all_goes_on_past_checks_that_fail(visit, lab):
    page = ready(visit, lab("exercise.ipynb"))
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    last = page.get_by_text("Still missing: sigmoid, forget_gate, half_life, bias_for_half_life.")
    last.wait_for(timeout=60000, state="attached")
    explained = page.locator(".jp-OutputArea-output a[href$='/book/03_forget_gate.html#the-gate-in-one-line']")
    assert explained.first.get_attribute("target") == "_blank"
