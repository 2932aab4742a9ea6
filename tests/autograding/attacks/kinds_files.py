"""Kinds: notebooks of any depth and size, and files and folders that are none."""

import itertools
import json
import os
import socket
from pathlib import Path

import nbformat
from kinds import Member
from notebooks import NOTEBOOK, save, wrong

LEVELS = (100, 240, 400, 440, 460, 470, 475, 479, 480, 481, 482, 483, 485, 490, 500, 600, 900, 990, 1000, 1500, 5000)
PLACES = ("notebook", "cell", "output", "attachments", "output metadata")
OPEN = {"lists": ("[", "]"), "dicts": ('{"a":', "}")}
OFTEN = (480, 482, 600, 5000)
CASES = {
    "output": "depth sweep, outputs (15 notebooks)",
    "cell": "depth sweep, metadata, outputs, attachments (69 + 80 notebooks)",
    "attachments": "depth sweep, metadata, outputs, attachments (69 + 80 notebooks)",
}


def depths() -> list[Member]:
    """Lists and dicts in each other, in every place of a notebook that holds them."""
    return [
        Member(
            f"{place}_of_{level}_{shape}".replace(" ", "_"),
            "depth of a notebook",
            3,
            lambda nb, folder, deep=(place, shape, level): _deep(nb, folder, *deep),
            least=0,
            case=CASES.get(place, ""),
            often=level in OFTEN
            and place in CASES
            and shape == "dicts"
            or (place, shape, level) == ("output", "lists", 600),
        )
        for place, shape, level in itertools.product(PLACES, OPEN, LEVELS)
    ]


def _deep(nb, folder, place, shape, level):
    before, after = OPEN[shape]
    deep = before * level + "0" + after * level
    plain = json.loads(nbformat.writes(wrong(nb)))
    mark = {"here": 0}
    cell = next(
        cell for cell in plain["cells"] if cell["cell_type"] == ("markdown" if place == "attachments" else "code")
    )
    if place == "notebook":
        plain["metadata"]["x"] = mark
    elif place == "cell":
        cell["metadata"]["x"] = mark
    elif place == "attachments":
        cell["attachments"] = {"a.png": {"image/png": mark}}
    else:
        inside = {"application/json": mark} if place == "output" else {}
        metadata = mark if place == "output metadata" else {}
        cell["outputs"] = [{"output_type": "display_data", "data": inside, "metadata": metadata}]
    text = json.dumps(plain).replace('{"here": 0}', deep)
    folder.mkdir(parents=True)
    (folder / NOTEBOOK).write_text(text, encoding="utf-8")


def _more_cells(count):
    def write(nb, folder):
        nb = wrong(nb)
        nb.cells += [nbformat.v4.new_code_cell("", id=f"empty-{number}") for number in range(count)]
        save(nb, folder)

    return write


def _metadata(text):
    def write(nb, folder):
        plain = json.loads(nbformat.writes(wrong(nb)))
        plain["cells"][0]["metadata"]["x"] = {"here": 0}
        folder.mkdir(parents=True)
        (folder / NOTEBOOK).write_text(json.dumps(plain).replace('{"here": 0}', text()), encoding="utf-8")

    return write


def _last_cell(source, kind="code"):
    def write(nb, folder):
        nb = wrong(nb)
        make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
        nb.cells.append(make(source(), id="last"))
        save(nb, folder)

    return write


# What costs much more than its size: name -> (how it is written, the case, tried often)
LARGE = {
    "empty_cells_2000": (_more_cells(2000), "2,000 / 8,000 empty code cells", False),
    "empty_cells_8000": (_more_cells(8000), "2,000 / 8,000 empty code cells", False),
    "metadata_of_empty_dicts": (_metadata(lambda: "[" + "{}," * 700_000 + "{}]"), "4.5 MB of {} in metadata", False),
    "metadata_of_empty_lists": (_metadata(lambda: "[" + "[]," * 500_000 + "[]]"), "", False),
    "metadata_of_many_keys": (_metadata(lambda: "{" + ",".join(f'"{n}":0' for n in range(400_000)) + "}"), "", False),
    "metadata_of_a_long_number": (_metadata(lambda: "9" * 1_000_000), "", True),
    "metadata_not_a_number": (_metadata(lambda: "[NaN, Infinity, -Infinity, 1e999]"), "", True),
    "metadata_half_a_character": (_metadata(lambda: '"\\ud800"'), "", True),
    "code_of_dots": (_last_cell(lambda: "a" + ".a" * 16_000), "code cell 'a.a.a…' of 16/32/64 KB", True),
    "code_of_dots_64k": (_last_cell(lambda: "a" + ".a" * 32_000), "code cell 'a.a.a…' of 16/32/64 KB", False),
    "code_of_quotes": (_last_cell(lambda: "'" * 64_000), "", False),
    "code_of_brackets": (_last_cell(lambda: "(" * 64_000), "", False),
    "code_of_backslashes": (_last_cell(lambda: "\\" * 64_000), "", False),
    "code_of_spaces": (_last_cell(lambda: " " * 64_000 + "x"), "", False),
    "code_of_decorators": (_last_cell(lambda: "@a.b " * 12_000), "", False),
    "code_of_f_strings": (_last_cell(lambda: "f'{" * 20_000), "", False),
    "code_of_magics": (_last_cell(lambda: "%%%" * 20_000), "", False),
    "code_of_digits": (_last_cell(lambda: "1_" * 32_000), "", False),
    "code_of_minus": (_last_cell(lambda: "-" * 64_000 + "1"), "", False),
}


def large() -> list[Member]:
    """Notebooks that cost far more than their size."""
    return [
        Member(name, "notebooks that cost more than their size", 3, write, least=0, case=case, often=often)
        for name, (write, case, often) in LARGE.items()
    ]


def _with(make):
    """The wrong notebook, and beside it what `make` makes."""

    def write(nb, folder):
        save(wrong(nb), folder)
        make(folder)

    return write


def _instead(make):
    """No notebook; `make` makes something else."""

    def write(_nb, folder):
        folder.mkdir(parents=True)
        make(folder)

    return write


def _written(path: Path | bytes, content: bytes = b"x") -> None:
    with open(path, "wb") as file:
        file.write(content)


def _sparse(folder):
    with (folder / "sparse.bin").open("wb") as file:
        file.truncate(30 * 2**30)


def _long_path(folder):
    here = os.getcwd()
    try:
        os.chdir(folder)
        for _ in range(45):
            os.mkdir("n" * 100)
            os.chdir("n" * 100)
        _written(Path("deep.txt"))
    finally:
        os.chdir(here)


def _deep_folders(folder):
    (folder / Path(*["d"] * 600)).mkdir(parents=True)


def _socket(folder):
    here = os.getcwd()
    os.chdir(folder)  # the name of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("sock")
    finally:
        os.chdir(here)


def _without_rights(path_of):
    def write(nb, folder):
        path = save(wrong(nb), folder)
        path_of(path).chmod(0)

    return write


# name -> (how it is written, points at most, at least, the case, tried often)
STRANGE = {
    "folder_called_as_the_notebook": (
        _instead(lambda folder: (folder / NOTEBOOK).mkdir()),
        0,
        0,
        "directory called 01_toy.ipynb (empty or not)",
        True,
    ),
    "full_folder_called_as_the_notebook": (
        _instead(lambda folder: (folder / NOTEBOOK / "a").mkdir(parents=True)),
        0,
        0,
        "directory called 01_toy.ipynb (empty or not)",
        False,
    ),
    "fifo_called_as_the_notebook": (_instead(lambda folder: os.mkfifo(folder / NOTEBOOK)), 0, 0, "", True),
    "link_called_as_the_notebook": (
        _instead(lambda folder: os.symlink("/etc/passwd", folder / NOTEBOOK)),
        0,
        0,
        "",
        True,
    ),
    "link_to_the_solution": (
        _instead(lambda folder: os.symlink("../../../solutions/01_toy/01_toy.ipynb", folder / NOTEBOOK)),
        0,
        0,
        "",
        True,
    ),
    "link_to_itself": (_instead(lambda folder: os.symlink(NOTEBOOK, folder / NOTEBOOK)), 0, 0, "", True),
    "device_called_as_the_notebook": (
        _instead(lambda folder: os.symlink("/dev/zero", folder / NOTEBOOK)),
        0,
        0,
        "",
        True,
    ),
    "timestamp_is_a_folder": (
        _with(lambda folder: (folder / "timestamp.txt").mkdir()),
        2,
        2,
        "timestamp.txt a directory",
        True,
    ),
    "timestamp_is_a_fifo": (_with(lambda folder: os.mkfifo(folder / "timestamp.txt")), 2, 2, "", True),
    "timestamp_is_large": (_with(lambda folder: _written(folder / "timestamp.txt", b"2" * 3_000_000)), 2, 2, "", True),
    "timestamp_is_binary": (_with(lambda folder: _written(folder / "timestamp.txt", b"\xff\xfe\0\0")), 2, 2, "", True),
    "timestamp_of_another_age": (
        _with(lambda folder: _written(folder / "timestamp.txt", b"9999-12-31 23:59:59 UTC")),
        2,
        2,
        "",
        True,
    ),
    "file_in_latin_1": (
        _with(lambda folder: _written(os.fsencode(folder) + b"/\xe9\xff.txt")),
        2,
        2,
        "file name in latin-1",
        True,
    ),
    "folder_in_latin_1": (_with(lambda folder: os.mkdir(os.fsencode(folder) + b"/\xe9")), 2, 2, "", True),
    "notebook_in_latin_1": (
        _with(lambda folder: _written(os.fsencode(folder) + b"/\xe9.ipynb", b"{}")),
        2,
        0,
        "",
        True,
    ),
    "path_longer_than_4096": (_with(_long_path), 2, 2, "path longer than 4096", True),
    "folders_600_deep": (_with(_deep_folders), 2, 0, "", False),
    "sparse_file_of_30_gb": (_with(_sparse), 2, 2, "sparse file of 30 GB", True),
    "fifo": (_with(lambda folder: os.mkfifo(folder / "pipe")), 2, 2, "", True),
    "socket": (_with(_socket), 2, 2, "", True),
    "links_in_a_circle": (
        _with(lambda folder: (os.symlink(".", folder / "here"), os.symlink("..", folder / "up"))),
        2,
        2,
        "",
        True,
    ),
    "stamp_of_its_own": (
        _with(lambda folder: _written(folder / ".autograding.json", b'{"digest": "x"}')),
        2,
        2,
        "",
        True,
    ),
    "folder_called_as_a_teachers_file": (_with(lambda folder: (folder / "data.csv").mkdir()), 2, 2, "", False),
    "page_of_its_own": (
        _with(lambda folder: _written(folder / "01_toy.html", b"<script>steal()</script>")),
        2,
        2,
        "",
        True,
    ),
    "module_of_the_course": (
        _with(
            lambda folder: (
                (folder / "toy_course").mkdir(),
                _written(folder / "toy_course" / "__init__.py", b"def check(*a, **k): pass"),
            )
        ),
        2,
        2,
        "",
        True,
    ),
    "site_customize": (
        _with(
            lambda folder: (
                _written(folder / "sitecustomize.py", b"import os; os._exit(1)"),
                _written(folder / "usercustomize.py", b"1/0"),
            )
        ),
        2,
        2,
        "",
        True,
    ),
    "modules_of_the_grader": (
        _with(
            lambda folder: [
                _written(folder / f"{name}.py", b"raise SystemExit")
                for name in ("numpy", "json", "inside", "wire", "IPython", "struct")
            ]
        ),
        2,
        0,
        "",
        True,
    ),
    "configuration_of_ipython": (
        _with(
            lambda folder: [
                _written(folder / name, b"raise SystemExit")
                for name in ("ipython_config.py", "nbgrader_config.py", "conftest.py")
            ]
        ),
        2,
        2,
        "",
        True,
    ),
    "twenty_thousand_files": (
        _with(lambda folder: [_written(folder / f"f{number}") for number in range(20_000)]),
        2,
        0,
        "",
        False,
    ),
    "notebook_of_mode_000": (
        _without_rights(lambda path: path),
        2,
        0,
        "as nobody: notebook of mode 000, submission of mode 000, student of mode 000",
        False,
    ),
    "submission_of_mode_000": (
        _without_rights(lambda path: path.parent),
        2,
        0,
        "as nobody: notebook of mode 000, submission of mode 000, student of mode 000",
        False,
    ),
    "student_of_mode_000": (
        _without_rights(lambda path: path.parent.parent),
        2,
        0,
        "as nobody: notebook of mode 000, submission of mode 000, student of mode 000",
        False,
    ),
}


def strange() -> list[Member]:
    """Files and folders that are none, or that are somebody else's."""
    return [
        Member(name, "strange files", 5, write, deserves, least=least, case=case, often=often, never="root:x:0")
        for name, (write, deserves, least, case, often) in STRANGE.items()
    ]
