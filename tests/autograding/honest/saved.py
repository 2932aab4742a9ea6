"""Right solutions of the toy course, saved or handed in oddly. Each function writes one into a student's folder."""

import json
import os
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell
from notebooks import NOTEBOOK, named, rewritten, save

BOX = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="  # a PNG of 1 x 1
)


def _text(nb: NotebookNode, folder: Path, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NOTEBOOK).write_text(text, encoding="utf-8", newline="")


def by_visual_studio_code(nb, folder):
    nb = deepcopy(nb)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.metadata["vscode"] = {"languageId": "python"}
            cell.metadata["notebookRunGroups"] = {"groupValue": "2"}
    nb.metadata = {
        "kernelspec": {"display_name": ".venv (3.11.7)", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "version": "3.11.7", "codemirror_mode": {"name": "ipython", "version": 3}},
        "orig_nbformat": 4,
        "vscode": {"interpreter": {"hash": "0" * 64}},
    }
    save(nb, folder)


def by_colab(nb, folder):
    nb = deepcopy(nb)
    nb.metadata = {
        "colab": {"provenance": [], "collapsed_sections": ["x"], "toc_visible": True},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "accelerator": "GPU",
    }
    for number, cell in enumerate(nb.cells):
        cell.metadata["id"] = f"Zx{number}"
        cell.metadata["colab"] = {"base_uri": "https://localhost:8080/", "height": 35}
        cell.metadata["outputId"] = "0" * 32
    nb.nbformat_minor = 0
    for cell in nb.cells:
        cell.pop("id", None)
    _text(nb, folder, json.dumps(nb, indent=2, ensure_ascii=False))


def by_jupyterlab(nb, folder):
    nb = deepcopy(nb)
    for cell in nb.cells:
        cell.metadata.update({"collapsed": True, "scrolled": True, "editable": True, "slideshow": {"slide_type": ""}})
        cell.metadata.update({"tags": ["hide-input", "parameters"], "jupyter": {"source_hidden": True}})
        cell.metadata["execution"] = {"iopub.status.busy": "2026-01-01T00:00:00.000000Z"}
    nb.metadata["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {"state": {}, "version_major": 2, "version_minor": 0}
    }
    nb.metadata["toc-autonumbering"] = True
    save(nb, folder)


def without_cell_ids(nb, folder):
    nb = deepcopy(nb)
    nb.nbformat_minor = 4
    for cell in nb.cells:
        cell.pop("id", None)
    save(nb, folder)


def oldest_minor_version(nb, folder):
    nb = deepcopy(nb)
    nb.nbformat_minor = 0
    for cell in nb.cells:
        cell.pop("id", None)
        cell.metadata.setdefault("trusted", True)
    save(nb, folder)


def same_id_for_all_cells(nb, folder):
    plain = json.loads(nbformat.writes(nb))
    for cell in plain["cells"]:
        cell["id"] = "cell"
    _text(nb, folder, json.dumps(plain))


def another_kernel(nb, folder):
    nb = deepcopy(nb)
    nb.metadata["kernelspec"] = {"name": "conda-env-lstm-py", "display_name": "Python [conda env:lstm]"}
    nb.metadata["language_info"] = {"name": "python", "version": "2.7.18"}
    save(nb, folder)


def no_metadata(nb, folder):
    nb = deepcopy(nb)
    nb.metadata = {}
    save(nb, folder)


def metadata_of_many_tools(nb, folder):
    nb = deepcopy(nb)
    nb.metadata["nbdime-conflicts"] = {"local_diff": [], "remote_diff": []}
    nb.metadata["jupytext"] = {"formats": "ipynb,py:percent"}
    nb.metadata["authors"] = [{"name": "Zoë"}]
    nb.metadata["deep"] = {"a": [{"b": [{"c": None}]}]}
    save(nb, folder)


def windows_line_ends(nb, folder):
    nb = deepcopy(nb)
    for cell in nb.cells:
        cell.source = cell.source.replace("\n", "\r\n")
    _text(nb, folder, nbformat.writes(nb).replace("\n", "\r\n"))


def old_macintosh_line_ends(nb, folder):
    _text(nb, folder, nbformat.writes(nb).replace("\n", "\r"))


def byte_order_mark(nb, folder):
    _text(nb, folder, "\ufeff" + nbformat.writes(nb))


def one_line(nb, folder):
    _text(nb, folder, json.dumps(nb, separators=(",", ":")))


def only_ascii_with_tabs(nb, folder):
    nb = deepcopy(nb)
    nb.cells.append(new_markdown_cell("π ≈ 3, 😀", id="emoji"))
    _text(nb, folder, json.dumps(nb, indent="\t", ensure_ascii=True, sort_keys=True))


def sources_as_lists(nb, folder):
    plain = json.loads(nbformat.writes(nb))
    for cell in plain["cells"]:
        cell["source"] = ["".join(cell["source"])]
    _text(nb, folder, json.dumps(plain))


def executed_out_of_order(nb, folder):
    nb = deepcopy(nb)
    for number, cell in enumerate(reversed([cell for cell in nb.cells if cell.cell_type == "code"])):
        cell.execution_count = 100 + number
        cell.outputs = [new_output("execute_result", {"text/plain": "2"}, execution_count=100 + number)]
    save(nb, folder)


def saved_with_errors(nb, folder):
    nb = deepcopy(nb)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs = [
                new_output("error", ename="NameError", evalue="name 'x'", traceback=["\x1b[0;31mNameError"])
            ]
    save(nb, folder)


def _with_outputs(nb, folder, size):
    nb = deepcopy(nb)
    named(nb, "double").outputs = [new_output("display_data", {"image/png": "iVBO" * (size // 4)})]
    save(nb, folder)


def large_outputs(nb, folder):
    _with_outputs(nb, folder, 12_000_000)


def outputs_of_22_megabytes(nb, folder):
    _with_outputs(nb, folder, 22_000_000)


def many_outputs(nb, folder):
    nb = deepcopy(nb)
    named(nb, "double").outputs = [new_output("stream", name="stdout", text=f"step {n}\n") for n in range(20_000)]
    save(nb, folder)


def attachments(nb, folder):
    nb = deepcopy(nb)
    nb.cells.insert(1, new_markdown_cell("![box](attachment:box.png)", id="picture"))
    nb.cells[1]["attachments"] = {"box.png": {"image/png": BOX}}
    save(nb, folder)


def picture_in_the_text(nb, folder):
    nb = deepcopy(nb)
    nb.cells.insert(1, new_markdown_cell(f"![box](data:image/png;base64,{BOX}) and <img src='box.png'>", id="picture"))
    save(nb, folder)


def cell_of_5000_lines(nb, folder):
    lines = "\n".join(f"value_{number} = {number}  # line {number}" for number in range(5000))
    save(rewritten(nb, {"last": lines}), folder)


def many_cells(nb, folder):
    nb = deepcopy(nb)
    for number in range(100):
        nb.cells.insert(2, new_code_cell(f"tried_{number} = {number}", id=f"tried-{number}"))
        nb.cells.insert(2, new_markdown_cell(f"Attempt {number}: $x_{number}^2$", id=f"text-{number}"))
    save(nb, folder)


def raw_and_empty_cells(nb, folder):
    nb = deepcopy(nb)
    nb.cells[1:1] = [new_raw_cell("raw", id="raw"), new_code_cell("", id="empty"), new_markdown_cell("", id="nothing")]
    nb.cells.append(new_code_cell("   \n\n", id="blank"))
    save(nb, folder)


def answer_in_a_cell_of_its_own(nb, folder):
    nb = deepcopy(nb)
    at = nb.cells.index(named(nb, "double"))
    nb.cells.insert(at + 1, new_code_cell(named(nb, "double").source, id="mine"))
    named(nb, "double").source = "# see below"
    save(nb, folder)


def answer_split_in_two(nb, folder):
    nb = deepcopy(nb)
    at = nb.cells.index(named(nb, "double"))
    nb.cells.insert(at, new_code_cell("FACTOR = 2", id="before"))
    named(nb, "double").source = "def double(x):\n    return FACTOR * x"
    save(nb, folder)


def text_turned_into_code(nb, folder):
    nb = deepcopy(nb)
    nb.cells[0] = new_code_cell("# " + nb.cells[0].source.replace("\n", "\n# "), id=nb.cells[0].id)
    save(nb, folder)


def answers_moved_up(nb, folder):
    nb = deepcopy(nb)
    greet = named(nb, "greet")
    nb.cells.remove(greet)
    nb.cells.insert(2, greet)
    save(nb, folder)


def nested_folder(nb, folder):
    save(nb, folder / folder.name)


def nested_in_a_folder_of_another_name(nb, folder):
    save(nb, folder / "my exercise")


def renamed(nb, folder):
    save(nb, folder, "01_toy (1).ipynb")


def renamed_with_capitals(nb, folder):
    save(nb, folder, "01_TOY_Zoë's final.IPYNB")


def further_notebooks(nb, folder):
    save(nb, folder)
    scratch = nbformat.v4.new_notebook(cells=[new_code_cell("1 / 0", id="scratch")])
    save(scratch, folder, "Untitled.ipynb")
    save(scratch, folder, "scratch.ipynb")


def an_older_copy_beside_it(nb, folder):
    save(nb, folder)
    save(rewritten(nb, {"double": "def double(x): return 0"}), folder, "01_toy-Copy1.ipynb")


def checkpoints(nb, folder):
    save(nb, folder)
    save(rewritten(nb, {"double": "def double(x): return 0"}), folder / ".ipynb_checkpoints", "01_toy-checkpoint.ipynb")


def left_by_macos(nb, folder):
    save(nb, folder)
    (folder / ".DS_Store").write_bytes(b"\0\0\0\1Bud1" + bytes(6000))
    (folder / "__MACOSX").mkdir()
    (folder / "__MACOSX" / "._01_toy.ipynb").write_bytes(b"\0\5\26\7" + bytes(100))
    (folder / "._01_toy.ipynb").write_bytes(b"\0\5\26\7" + bytes(100))


def left_by_windows(nb, folder):
    save(nb, folder)
    (folder / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(100))
    (folder / "desktop.ini").write_text("[.ShellClassInfo]\r\n", encoding="utf-16")


def left_by_tools(nb, folder):
    save(nb, folder)
    for name in (".git/objects", "__pycache__", ".venv/lib", "node_modules/x", ".idea"):
        (folder / name).mkdir(parents=True)
        (folder / name / "file").write_bytes(b"x" * 100)
    (folder / "__pycache__" / "mine.cpython-311.pyc").write_bytes(b"not a pyc")


def data_files(nb, folder):
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "Größe 1.csv").write_text("factor\n2\n", encoding="utf-8")
    (folder / "mine.py").write_text("FACTOR = 2\n")
    code = "import csv\nfrom mine import FACTOR\nprint(list(csv.reader(open('data/Größe 1.csv', encoding='utf-8'))))"
    save(rewritten(nb, {"double": f"{code}\ndef double(x): return FACTOR * x"}), folder)


def file_called_like_a_library(nb, folder):
    save(nb, folder)
    for name in ("numpy.py", "random.py", "struct.py", "json.py", "inside.py", "conftest.py"):
        (folder / f"old_{name}").write_text("raise ImportError\n")
    (folder / "csv.py").write_text("FACTOR = 2\n")


def files_only_for_reading(nb, folder):
    save(nb, folder).chmod(0o444)
    (folder / "notes.txt").write_text("read only")
    (folder / "notes.txt").chmod(0o400)
    folder.chmod(0o555)


def time_stamp_of_another_form(nb, folder):
    save(nb, folder)
    (folder / "timestamp.txt").write_text("28.11.2026, 07:04 Uhr\n")


def time_stamp(nb, folder):
    save(nb, folder)
    (folder / "timestamp.txt").write_text("2026-01-02 03:04:05 UTC")


def old_times(nb, folder):
    os.utime(save(nb, folder), (0, 0))


def many_small_files(nb, folder):
    save(nb, folder)
    for number in range(200):
        (folder / f"frame {number:03}.txt").write_text(str(number))


def merged_by_hand(nb, folder):
    nb = deepcopy(nb)
    nb.cells.append(new_markdown_cell("<<<<<<< mine\ntext\n=======\n>>>>>>> theirs", id="conflict"))
    save(nb, folder)


def mathematics_in_the_text(nb, folder):
    nb = deepcopy(nb)
    text = "$\\frac{a}{b}$, \\$5, $$\\begin{aligned}x&=1\\\\y&<2\\end{aligned}$$ <b>and</b> $\\unknown{x}$ | $ | `$x$`"
    nb.cells.append(new_markdown_cell(text, id="mathematics"))
    save(nb, folder)


# name: what writes it
SAVED = {
    name: function
    for name, function in list(globals().items())
    if callable(function) and getattr(function, "__module__", "") == __name__ and not name.startswith("_")
}
