"""What we rely on of nbgrader's inner workings is as it was when it was read: `autograding/stock/upstream.toml`."""

import ast
import hashlib
import re
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

OURS = Path(__file__).parents[2] / "autograding"
TABLE = OURS / "stock" / "upstream.toml"
SOURCES = tomllib.loads(TABLE.read_text(encoding="utf-8"))["source"]
READ = ("nbgrader", "nbconvert", "nbclient", "nbformat", "jsonschema", "IPython")
CITED = re.compile(rf"\b(?:{'|'.join(READ)})/[\w./]+\.(?:py|j2|json)\b")
MADE_TO_BE_EXTENDED = {"NbGraderPreprocessor"}


def place_of(file: str) -> Path:
    """Where a file of another package is installed."""
    package = Path(find_spec(file.partition("/")[0]).origin).parent
    place = package.parent / file
    return place if place.is_file() else Path(sys.prefix, "share", "jupyter", file)


def text_of(file: str, name: str = "") -> str:
    """The text of a definition, `name` being "function", "Class" or "Class.member"; without a name, of the file."""
    text = place_of(file).read_text(encoding="utf-8")
    if not name:
        return text
    found = ast.parse(text)
    for part in name.split("."):
        found = next(node for node in found.body if part in names_of(node))
    first = min([found.lineno, *(decorator.lineno for decorator in getattr(found, "decorator_list", ()))])
    return "\n".join(text.splitlines()[first - 1 : found.end_lineno])


def names_of(node: ast.stmt) -> set[str]:
    """What a statement defines."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}


def changes(sources: list[dict]) -> list[str]:
    """A sentence for each entry whose text is no longer the one that was read."""
    told = []
    for source in sources:
        what, ours = f"{source['file']} {source.get('name', '')}".strip(), ", ".join(source["ours"])
        try:
            now = hashlib.sha256(text_of(source["file"], source.get("name", "")).encode()).hexdigest()
        except (FileNotFoundError, StopIteration):
            now = "missing"
        if now != source["sha256"]:
            told.append(f"{what} changed ({source['how']}: {source['why']}); look at {ours}; sha256 is now {now}")
    return told


def test_what_we_rely_on_is_as_it_was_read():
    assert changes(SOURCES) == []


def test_a_change_names_the_place_and_what_of_ours_to_look_at():
    ignore = next(source for source in SOURCES if source.get("name") == "CourseDirectory.ignore")
    for wrong in ({"sha256": "0" * 64}, {"name": "CourseDirectory.gone"}, {"file": "nbgrader/gone.py"}):
        (told,) = changes([ignore | wrong])
        assert {**ignore, **wrong}["file"] in told and "look at plugged.py" in told and "copied: " in told
    assert "sha256 is now missing" in told


def test_each_entry_says_how_and_why_and_names_files_of_ours():
    for source in SOURCES:
        assert source["how"] in ("copied", "patched", "extended", "replaced", "relied on"), source
        assert source["why"] and source["ours"], source
        assert all((OURS / file).is_file() for file in source["ours"]), source
    keys = [(source["file"], source.get("name")) for source in SOURCES]
    assert len(set(keys)) == len(keys)


def missing(file: str, text: str) -> list[str]:
    """What the text of one of our files shows to need an entry in the table, and has none."""
    entries = [source for source in SOURCES if file in source["ours"]]
    names = {part for source in entries for part in source.get("name", "").split(".")}
    faults = [f"cites {cited}" for cited in CITED.findall(text) if cited not in {one["file"] for one in entries}]
    # A line's number is another one after each upgrade; a name stays.
    faults += [f"cites a line: {cited}" for cited in re.findall(r"\w+\.py:\d+", text)]
    tree = ast.parse(text)
    imported = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in READ
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            bases = {imported[base.id] for base in node.bases if isinstance(base, ast.Name) and base.id in imported}
            faults += [f"extends {base}" for base in bases - MADE_TO_BE_EXTENDED - names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "patch.object":
            if not any(source["how"] == "patched" for source in entries):
                faults.append(f"patches {ast.unparse(node.args[0])}")
        elif isinstance(node, ast.Attribute) and re.match("_[a-z]", node.attr) and ast.unparse(node.value) != "os":
            if node.attr not in names and node.attr not in OWN:
                faults.append(f"uses {ast.unparse(node)}")
    return faults


TEXTS = {path.relative_to(OURS).as_posix(): path.read_text(encoding="utf-8") for path in sorted(OURS.rglob("*.py"))}
# Underscored names that are ours, in whichever file.
OWN = {
    name
    for text in TEXTS.values()
    for node in ast.walk(ast.parse(text))
    for name in (
        {node.attr}
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self"
        else names_of(node)
    )
}


@pytest.mark.parametrize("file", TEXTS)
def test_the_table_holds_all_that_can_be_seen_to_rely_on_them(file):
    assert missing(file, TEXTS[file]) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("# as in nbgrader/apps/api.py", "cites nbgrader/apps/api.py"),
        ("# as in base.py:409", "cites a line: base.py:409"),
        ("from nbgrader.preprocessors import LimitOutput as L\nclass Mine(L): pass", "extends LimitOutput"),
        ("patch.object(Gradebook, 'close', None)", "patches Gradebook"),
        ("converter._strange()", "uses converter._strange"),
    ],
)
def test_what_is_not_in_the_table_is_found(text, fault):
    assert missing("calls.py", text) == [fault]
