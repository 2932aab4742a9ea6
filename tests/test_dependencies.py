"""What is imported is declared, what is declared is used and pinned, and each use installs only what it needs."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
USES = sorted(path.stem for path in (ROOT / "requirements").glob("*.txt"))
NOT_IMPORTED = "not imported"
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
SETTING = re.compile(r"^(:.*|%.*|!.*)$", re.MULTILINE)


class Line:
    """One line of a file in requirements/: what it requires, and why."""

    def __init__(self, text):
        self.text, _, self.reason = (part.strip() for part in text.partition("#"))
        self.requirement = Requirement(self.text)
        self.name = canonicalize_name(self.requirement.name)


def lines(use):
    text = (ROOT / "requirements" / f"{use}.txt").read_text(encoding="utf-8")
    return [Line(line) for line in text.splitlines() if line and line[0] not in "#-"]


def parts(use):
    """A use, and all uses that its file includes."""
    text = (ROOT / "requirements" / f"{use}.txt").read_text(encoding="utf-8")
    included = re.findall(r"^-r (\w+)\.txt$", text, re.MULTILINE)
    return {use}.union(*map(parts, included))


def declared(*uses):
    return {line.name for use in uses for part in parts(use) for line in lines(part)}


def everything():
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return re.findall(r"^-r requirements/(\w+)\.txt$", text, re.MULTILINE)


def sources(path):
    """The Python code in a file: a module, or the code cells of a notebook or of a page."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return [text]
    if path.suffix == ".ipynb":
        cells = ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    else:
        cells = CELL.findall(text)
    return [SETTING.sub("", cell) for cell in cells]


def imported_by(source):
    """Top-level names that a text imports anywhere, in a function or below a condition too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.partition(".")[0]


@cache
def files():
    """Every file that holds Python in the folders of NEEDS, by its path from the top."""
    found = [path for top in NEEDS for path in ([ROOT / top] if (ROOT / top).is_file() else (ROOT / top).rglob("*"))]
    found = [path.relative_to(ROOT) for path in found if path.suffix in (".py", ".ipynb", ".md")]
    return [path for path in found if ".ipynb_checkpoints" not in path.parts]


@cache
def ours():
    """Names that are modules of the project itself."""
    return {part for path in files() if path.suffix == ".py" for part in (path.stem, *path.parts[:-1])}


# Cached: to know which distributions bring a name, every file of every distribution is read.
brought_by = cache(packages_distributions)


def distributions(name):
    return set(map(canonicalize_name, brought_by().get(name, [name])))


def imports(*folders):
    """name -> files, of what the files in these folders import that is neither Python's nor the project's own."""
    found = {}
    for path in files():
        if path.parts[0] in folders:
            for source in sources(ROOT / path):
                for name in imported_by(source):
                    if name not in sys.stdlib_module_names and name not in ours():
                        found.setdefault(name, set()).add(path.as_posix())
    return found


def missing(found, names):
    """The imports that no declared distribution brings."""
    return {name: sorted(where) for name, where in found.items() if not distributions(name) & names}


# Folder -> the uses whose packages it needs. The lab is without PyTorch: exercises 1 to 10 do not need it.
NEEDS = {
    "lstm_ref": ("course", "pictures", "torch"),
    "book": ("book",),
    "solutions": ("lab", "torch"),
    "exercises": ("lab", "torch"),
    "autograding": ("exercises", "large"),
    "nbgrader_config.py": ("lab",),
    "benchmarks": ("test",),
    "tests": ("test",),
    "tools": ("test",),
}


@pytest.mark.parametrize("folder", NEEDS)
def test_what_is_imported_is_declared_for_its_use(folder):
    assert missing(imports(folder), declared(*NEEDS[folder])) == {}


def test_no_folder_is_passed_over():
    # What the commands make is ignored by Git: a class that was graded may lie here.
    made = {line.rstrip("/") for line in (ROOT / ".gitignore").read_text().split()}
    tops = [path for path in ROOT.iterdir() if path.name[0] not in "._" and path.name not in made]
    assert {path.name for path in tops if path.suffix == ".py" or any(path.rglob("*.py"))} <= set(NEEDS)


def test_an_import_that_is_declared_nowhere_is_found():
    found = {
        name: ["here"] for name in imported_by("def f():\n    import numpy.linalg, nbclient\n    from bs4 import x")
    }
    assert missing(found, declared("grade")) == {"nbclient": ["here"]}
    assert "bs4" in missing(found, declared("lab"))


def test_what_is_declared_is_imported_or_says_why_not():
    found = frozenset().union(*(distributions(name) for name in imports(*NEEDS)))
    for use in USES:
        for line in lines(use):
            said = line.reason.startswith(NOT_IMPORTED)
            assert said != (line.name in found), f"requirements/{use}.txt, {line.text}: {line.reason}"


def test_every_line_is_one_version_once_with_a_reason():
    seen = {}
    for use in USES:
        for line in lines(use):
            assert re.fullmatch(r"==[\w.]+", str(line.requirement.specifier)), line.text
            assert line.reason, line.text
            assert seen.setdefault(line.name, use) == use, f"{line.name}: {seen[line.name]}.txt and {use}.txt"


def test_everything_at_once_is_every_file():
    assert set().union(*map(parts, everything())) == set(USES)


def locked():
    """name -> its requirements in the lock: several if platforms differ."""
    found = {}
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if text:
            requirement = Requirement(text)
            found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


@cache
def closure(use):
    """All distributions that a use installs on this machine: name -> the requested extras."""
    found = {}

    def add(requirement):
        name = canonicalize_name(requirement.name)
        if name in found and requirement.extras <= found[name]:
            return
        found[name] = found.get(name, set()) | requirement.extras
        for text in distribution(name).requires or []:
            further = Requirement(text)
            extras = [*found[name], ""]
            if further.marker is None or any(further.marker.evaluate({"extra": extra}) for extra in extras):
                add(further)

    for part in parts(use):
        for line in lines(part):
            add(line.requirement)
    return found


@pytest.mark.parametrize("use", USES)
def test_the_lock_pins_what_a_use_declares_and_all_that_it_brings(use):
    """Fails after a change in requirements/ without `make lock`."""
    lock = locked()
    for part in parts(use):
        for line in lines(part):
            pinned = [str(requirement.specifier) for requirement in lock.get(line.name, [])]
            assert pinned == [str(line.requirement.specifier)], f"{line.text}: run `make lock`"
    for name in closure(use):
        applying = [one for one in lock.get(name, []) if one.marker is None or one.marker.evaluate()]
        assert len(applying) == 1, f"{name}, which requirements/{use}.txt brings: run `make lock`"
        # The version may end with the name of a build, as in 2.13.0+cpu.
        assert applying[0].specifier.contains(distribution(name).version.partition("+")[0])


def test_the_lock_holds_nothing_that_nobody_asks_for():
    wanted = set().union(*map(closure, everything()))
    here = default_environment()
    for name, requirements in locked().items():
        everywhere = any(one.marker is None for one in requirements)
        assert not everywhere or name in wanted, f"{name}: run `make lock` ({here['sys_platform']})"


def test_the_lock_names_no_address_and_no_place():
    assert not re.search(
        r"://|^-|file:|/(?!\w+\.txt)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE
    )


LARGE = {"torch", "sympy", "playwright", "onnx", "onnxruntime", "distributed", "dask", "ruff", "pytest"}


@pytest.mark.parametrize(
    "use, brings, not_more",
    [
        ("course", {"numpy"}, LARGE | {"matplotlib", "jupyterlab", "sphinx", "ipython"}),
        ("lab", {"numpy", "matplotlib", "jupyterlab", "nbgrader"}, LARGE | {"sphinx", "jupyter-book"}),
        ("book", {"torch", "jupyter-book"}, LARGE - {"torch", "sympy"} | {"jupyterlab", "nbgrader"}),
        ("exercises", {"nbgrader"}, LARGE | {"sphinx", "jupyter-book"}),
        ("grade", {"nbgrader", "torch"}, LARGE - {"torch", "sympy"} | {"sphinx", "jupyter-book"}),
        ("lint", {"ruff", "babel"}, LARGE - {"ruff"} | {"sphinx", "jupyter-book"}),
        ("catalogue", {"babel"}, LARGE | {"numpy"}),
        ("test", LARGE - {"ruff"} | {"jupyter-book", "nbgrader"}, {"ruff"}),
    ],
)
def test_each_use_installs_what_it_needs_and_no_more(use, brings, not_more):
    assert brings <= closure(use).keys()
    assert not closure(use).keys() & not_more


# Runs before an exercise's code, and hides from it the packages that its use does not install.
ONLY = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
"""


def run_with(use, code):
    """Run a text with only the packages that a use installs."""
    names = [name for name, of in packages_distributions().items() if not {*map(canonicalize_name, of)} & allowed(use)]
    code = f"ABSENT = {set(names)}\n{ONLY}\n{code}"
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)


def allowed(use):
    return {*closure(use), "lstm-course"}


@pytest.mark.parametrize("stem", [path.name for path in sorted((ROOT / "solutions").iterdir())])
def test_the_lab_is_enough_for_every_exercise_but_the_eleventh(stem):
    done = run_with("lab", "\n".join(sources(ROOT / "solutions" / stem / f"{stem}.ipynb")))
    if stem.startswith("11"):
        assert "No module named 'torch'" in done.stderr
    else:
        assert done.returncode == 0, done.stderr


def test_the_reference_and_its_checks_need_what_the_first_file_names():
    use = "import lstm_ref; lstm_ref.check('forget_gate', lstm_ref.forget_gate)"
    assert run_with("course", use).returncode == 0
    assert "No module named 'lazy_loader'" in run_with("catalogue", use).stderr  # what the reference imports first


def test_the_grader_declares_what_it_imports_in_a_range_that_holds_what_is_pinned():
    project = tomllib.loads((ROOT / "autograding" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = {canonicalize_name(one.name): one.specifier for one in map(Requirement, project["dependencies"])}
    imported = {name for names in map(distributions, imports("autograding")) for name in names}
    assert required.keys() == imported - {"distributed"}
    for name, allowed in required.items():
        assert {">=", "<"} == {one.operator for one in allowed}
        assert all(allowed.contains(one.version) for pinned in locked()[name] for one in pinned.specifier), name
    large = {canonicalize_name(Requirement(text).name) for text in project["optional-dependencies"]["large"]}
    assert large == declared("large")


def test_the_package_declares_what_the_files_do():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    def names(texts):
        return {canonicalize_name(Requirement(text).name) for text in texts}

    extras = {extra: names(texts) for extra, texts in project["optional-dependencies"].items()}
    assert names(project["dependencies"]) == declared("course") - {"setuptools"}
    assert extras["torch"] == declared("torch")
    assert extras["pictures"] == declared("pictures")
    assert extras["grading"] == declared("exercises") - declared("course") - {"jupyterlab"}
    assert extras["large"] == declared("large")
