"""What `make` installs for each use, what it does after an interruption, and what each command prints last."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# A stand-in for Python: it logs what pip is to install, and which modules are run with which arguments. If there is a
# file `pip_fails` beside the log, pip fails. Everything else is done by the real Python.
STAND_IN = f"""#!/bin/sh
case "$*" in
"-m venv --clear .venv")
    rm -rf .venv
    mkdir -p .venv/bin .venv/lib/python3/site-packages
    cp "$0" .venv/bin/python
    cp jupyter-book .venv/bin/jupyter-book ;;
"-m pip --version") ;;
"-m pip install "*) echo "$*" >> log; [ ! -e pip_fails ] ;;
"-m autograding"*) echo "$*" >> log ;;
"-m compileall"*) echo compileall >> log ;;
*) exec {sys.executable} "$@" ;;
esac
"""
# A stand-in for jupyter-book: one page failed.
BUILDS = """#!/bin/sh
echo "jupyter-book $*" >> log
case "$*" in
*-W*) exit 1 ;;
esac
mkdir -p _build/html
[ ! -e page_fails ] || { printf "other failed: it's \\$5 * 2" > _build/failed_pages.txt; exit 1; }
[ ! -e book_fails ]
"""


@pytest.fixture
def course(tmp_path):
    """A folder with what installing reads, and a Python that installs nothing."""
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("requirements", "tools"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name, text in (("python3", STAND_IN), ("jupyter-book", BUILDS)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return tmp_path


def make(folder, *arguments, python="./python3"):
    program = ["make", f"PYTHON={python}", *arguments]
    # `make test` runs these tests, too: the make that is tested must not inherit its options.
    alone = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "env": alone}
    return subprocess.run(program, cwd=folder, check=False, **options)


def log(folder):
    """What was done since the last call, one line each."""
    path = folder / "log"
    lines = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return lines


def installed(folder):
    """The requirement files that pip was given, in order, without those that every use installs first."""
    found = [name for line in log(folder) for name in re.findall(r"-r requirements/(\w+)\.txt", line)]
    return [name for name in found if name != "course"]


@pytest.mark.parametrize(
    "target, uses",
    [
        ("book", ["book"]),
        ("serve", ["book"]),
        ("lab", ["lab"]),
        ("torch", ["lab", "torch"]),
        ("exercises", ["exercises"]),
        ("grade", ["grade"]),
        ("demonstration", ["grade"]),
        ("large", ["grade", "large"]),
        ("demo", ["book", "grade"]),
        ("lint", ["lint"]),
        ("catalogue", ["catalogue"]),
        ("test", ["test"]),
    ],
)
def test_a_command_installs_what_it_uses(course, target, uses):
    told = make(course, "-n", target).stdout
    assert re.findall(r"tools/install\.sh (\w+)", told) == uses


def test_an_installation_is_held_to_the_lock_and_done_once(course):
    done = make(course, ".venv/has/lab")
    assert done.returncode == 0, done.stdout
    pip, editable = log(course)
    assert "-c requirements.lock -r requirements/course.txt -r requirements/lab.txt" in pip
    assert editable.endswith("--no-deps --no-build-isolation --editable .")
    make(course, ".venv/has/lab")
    assert log(course) == []


@pytest.mark.parametrize("changed", ["requirements.lock", "requirements/pictures.txt", "pyproject.toml"])
def test_it_is_done_again_when_what_is_asked_for_has_changed(course, changed):
    make(course, ".venv/has/lab")
    assert installed(course) == ["lab"]
    # File times are coarse, so pretend that all was done long ago.
    for path in course.rglob("*"):
        os.utime(path, (1_000_000, 1_000_000))
    make(course, ".venv/has/lab")
    assert installed(course) == []
    (course / changed).touch()
    make(course, ".venv/has/lab")
    assert installed(course) == ["lab"]


def test_an_installation_that_was_cut_short_is_done_again(course):
    (course / "pip_fails").touch()
    assert make(course, ".venv/has/lab").returncode != 0
    (course / "pip_fails").unlink()
    log(course)
    assert make(course, ".venv/has/lab").returncode == 0
    assert installed(course) == ["lab"]


def test_an_environment_that_is_there_is_left_as_it_is(course):
    make(course, ".venv/has/lab")
    (course / ".venv" / "mine").touch()
    make(course, ".venv/has/book")
    assert (course / ".venv" / "mine").exists()
    (course / ".venv" / "bin" / "python").write_text("#!/bin/sh\nexit 1\n")  # it was never finished
    make(course, ".venv/has/torch")
    assert not (course / ".venv" / "mine").exists()
    assert installed(course) == ["lab", "book", "torch"]


@pytest.mark.parametrize(
    "place, option", [("a folder", "--no-index --find-links"), ("https://example.org", "--index-url")]
)
def test_pytorch_comes_from_where_one_says(course, place, option):
    (course / "a folder").mkdir()
    make(course, ".venv/has/book", f"TORCH_FROM={place}")
    alone, all_of_it, _editable = log(course)
    assert alone.endswith(f"--no-deps {option} {place} -r requirements/torch.txt")
    assert "-r requirements/book.txt" in all_of_it and place not in all_of_it
    make(course, ".venv/has/lab", f"TORCH_FROM={place}")
    assert installed(course) == ["lab"]


def test_what_the_sandbox_reads_is_compiled_before(course):
    make(course, ".venv/has/book")
    assert "compileall" not in log(course)
    make(course, ".venv/has/grade")
    assert log(course)[-1] == "compileall"


def without(folder, code):
    """A Python that first runs a given text."""
    path = folder / "other_python"
    path.write_text(f'#!/bin/sh\nshift\nexec {sys.executable} -c "{code}\n$1"\n')
    path.chmod(0o755)
    return "./other_python"


def test_a_python_that_will_not_do_gets_the_sentence_it_needs(course):
    old = without(course, "import sys; sys.version_info = (3, 9, 2)")
    done = make(course, "book", python=old)
    assert "Python 3.11 or newer is needed;" in done.stdout and " is 3.9. Say which: make PYTHON=" in done.stdout
    bare = without(course, "import sys; sys.modules['ensurepip'] = None")
    done = make(course, "book", python=bare)
    version = ".".join(map(str, sys.version_info[:2]))
    assert "its modules venv and ensurepip are not there" in done.stdout
    assert f"apt install python{version}-venv" in done.stdout
    done = make(course, "book", python="no_such_python")
    assert "There is no program no_such_python. Python 3.11 or newer is needed" in done.stdout
    assert not (course / ".venv").exists() and log(course) == []


def test_a_page_that_failed_is_named_last_and_keeps_nobody_from_the_rest(course):
    (course / "page_fails").touch()
    for target in ("book", "demo"):
        done = make(course, target)
        last = done.stdout.splitlines()[-1]
        assert done.returncode != 0 and "other failed: it's $5 * 2" in last, done.stdout
        assert f"Open {course}/_build/html/index.html in a browser" in done.stdout
    done = [line for line in log(course) if line.startswith("-m autograding")]
    assert [line.split()[1] for line in done] == [
        "autograding.authoring.demonstration",
        "autograding",
        "autograding.authoring.expected",
    ]
    (course / "page_fails").unlink()
    shutil.rmtree(course / "_build")
    assert make(course, "demo").returncode == 0


def test_a_build_that_ends_without_a_book_stops_there(course):
    (course / "book_fails").touch()
    done = make(course, "demo")
    assert done.returncode != 0 and "Open" not in done.stdout
    assert not any("autograding" in line for line in log(course))


def test_a_strict_build_is_asked_to_stop_at_any_warning(course):
    assert make(course, "book", "STRICT=1").returncode != 0
    assert log(course)[-1] == "jupyter-book build . -n -W --keep-going"
    assert make(course, "book").returncode == 0
    assert log(course) == ["jupyter-book build . -n"]
