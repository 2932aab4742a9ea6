"""Other instructors' courses, each of one or two cells: what is odd about it, and what must become of it.

A name before a dot is a kind; each kind has several members.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import nbformat
from making import (
    RIGHT,
    TEST,
    WRONG,
    Course,
    answer,
    code,
    given,
    notebook,
    plain,
    solution,
    task,
    test,
    text,
    written,
)
from nbformat.v4 import new_code_cell

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass
class Row:
    """A course, and what a run over it must give."""

    course: Course
    scores: dict[str, float] = field(default_factory=lambda: {"right": 1, "wrong": 0})
    status: int = 0
    says: tuple[str, ...] = ()  # printed
    never: tuple[str, ...] = ("Traceback", "not yours to change")
    hides: dict[str, tuple[str, ...]] = field(default_factory=dict)  # not on a student's page


def one(
    *, student: str = "right", points: float = 1, status: int = 0, says=(), source=None, cells=None, **course
) -> Row:
    """A course for one student, whose notebook has these cells: what stands in the source with its solution, too."""
    files = {"p1.ipynb": notebook(*cells)}
    course.setdefault("source", {"p1.ipynb": source or notebook(*cells)})
    return Row(Course(students={student: files}, **course), {student: points}, status, says)


def cells_that(source: str, **course) -> Row:
    """One student, whose answer is the course's own: cells that ask something of the machine."""
    return one(cells=[answer("a", source), test("t", "assert ok")], **course)


def rows(tmp: Path | None, port: int) -> Iterator[tuple[str, Row]]:
    """All of them by name. `tmp` is a folder outside of the courses (None: they are not to be written), and
    on `port` a server says hello.
    """
    yield from _pictures()
    yield from _configured(tmp)
    yield from _shapes()
    yield from _machine()
    yield from _solutions()
    yield from _ways_in(tmp, port)
    yield from _languages()


def _pasted(cell, name="image.png"):
    cell.attachments = {name: {"image/png": base64.b64encode(PIXEL).decode()}}
    return cell


def _pictures():
    question = _pasted(text("Look: ![](attachment:image.png)"))
    own = _pasted(written("w", "See ![](attachment:image.png)"))
    source = notebook(question, answer("twice", solution()), test("t", TEST), written("w", "Why?"))
    handed_in = notebook(question, answer("twice", RIGHT), test("t", TEST), own)
    yield (
        "pictures.attachments",
        Row(Course({"p1.ipynb": source}, {"right": {"p1.ipynb": handed_in}}), {"right": 1}, says=("1/1+2?",)),
    )
    mine = notebook(answer("twice", RIGHT), test("t", TEST), _pasted(text("![](attachment:image.png)")))
    lost = notebook(answer("twice", RIGHT), test("t", TEST), text("![](attachment:lost.png)"))
    yield (
        "pictures.of_one",
        Row(
            Course(
                students={"right": {"p1.ipynb": mine}, "lost": {"p1.ipynb": lost}, "wrong": {"p1.ipynb": plain(WRONG)}}
            ),
            {"right": 1, "lost": 1, "wrong": 0},
        ),
    )
    big = plain()
    big.cells[0].outputs = [nbformat.v4.new_output("display_data", {"image/png": "x" * 21_000_000})]
    yield "pictures.big_outputs", Row(Course(students={"right": {"p1.ipynb": big}}), {"right": 1})


def _configured(tmp):
    private = {"p1.ipynb": plain(solution()), "private/key.txt": "secret", "data.csv": "1"}
    yield "configured.ignore_before", Row(Course(private, before="c.CourseDirectory.ignore = ['private']"))
    yield "configured.root", Row(Course(before="c.CourseDirectory.root = 'assignments'", root="assignments"))
    yield "configured.root_after", Row(Course(after="c.CourseDirectory.root = 'assignments'", root="assignments"))
    other = "c.CourseDirectory.root = 'work'\nc.CourseDirectory.source_directory = 'masters'"
    masters = {"work/masters/a1/p1.ipynb": plain(solution())}
    yield "configured.root_and_source", Row(Course({}, before=other, root="work", files=masters))
    sleeps = "import time\ntime.sleep(1.5)\nok = True"
    by_cell = "c.Execute.timeout = 1\nc.Execute.timeout_func = lambda cell: 20 if 'sleep' in cell.source else 1"
    yield "configured.timeout_func", cells_that(sleeps, before=by_cell)
    yield "configured.timeout_func_after", cells_that(sleeps, after=by_cell)
    yield (
        "configured.no_timeout",
        cells_that(
            sleeps, before="c.Execute.timeout = -1\nc.Autograding.cell_seconds = 1\ndel c.Autograding['cell_seconds']"
        ),
    )
    yield (
        "configured.timeout_above",
        cells_that(sleeps, before="c.Execute.timeout = 400", after="assert c.Execute.timeout == 400"),
    )
    marks = "c.ClearHiddenTests.begin_test_delimeter = 'VERSTECKT'\nc.ClearHiddenTests.end_test_delimeter = 'SICHTBAR'"
    hidden = TEST + "\n# VERSTECKT\nassert twice(5) == 10\n# SICHTBAR"
    source = notebook(answer("twice", solution()), test("t", hidden))
    yield (
        "configured.own_hidden_marks",
        Row(Course({"p1.ipynb": source}, before=marks), hides={"wrong": ("twice(5)",), "right": ("twice(5)",)}),
    )
    header = notebook(code("eight = 8"))
    header.cells[0].id = "header"
    head = {"source/header.ipynb": header}
    uses_head = notebook(answer("twice", solution()), test("t", "assert twice(4) == eight"))
    whole = notebook(code("eight = 8"), answer("twice", RIGHT), test("t", "assert twice(4) == eight"))
    yield (
        "configured.header",
        Row(
            Course(
                {"p1.ipynb": uses_head},
                {"right": {"p1.ipynb": whole}},
                before="c.IncludeHeaderFooter.header = 'source/header.ipynb'",
                files=head,
            ),
            {"right": 1},
        ),
    )
    yield (
        "configured.student_excluded",
        Row(Course(before="c.CourseDirectory.student_id_exclude = 'wrong'"), {"right": 1}, says=("Class of 1",)),
    )
    other_order = "c.CourseDirectory.directory_structure = '{nbgrader_step}/{assignment_id}/{student_id}'"
    yield "configured.structure", Row(Course(before=other_order), {}, 2, says=("directory_structure",))
    locked = notebook(given("g", "n = 4"), answer("twice", solution()), test("t", TEST))
    older = notebook(given("g", "n = 5"), answer("twice", RIGHT), test("t", "assert twice(n) == 8"))
    yield (
        "configured.corrected_later",
        Row(
            Course({"p1.ipynb": locked}, {"right": {"p1.ipynb": older}}),
            {"right": 1},
            hides={"right": ("not yours",)},
        ),
    )


def _shapes():
    nothing = notebook(text("Read this."), code("1 + 1"))
    yield (
        "shapes.no_graded_cells",
        Row(Course({"p1.ipynb": nothing}, {"right": {"p1.ipynb": nothing}}), {"right": 0}, says=("0/0",)),
    )
    ungraded = notebook(answer("twice", solution()), given("g", "twice(2)"))
    yield (
        "shapes.answers_without_tests",
        Row(Course({"p1.ipynb": ungraded}, {"right": {"p1.ipynb": ungraded}}), {"right": 0}),
    )
    both = {"p1.ipynb": plain(solution()), "p2.ipynb": plain(solution())}
    handed_in = {"p1.ipynb": plain(), "p2.ipynb": plain(WRONG)}
    yield "shapes.same_ids", Row(Course(both, {"half": handed_in}), {"half": 1}, says=("1/2", "p1/t", "p2/t"))
    for name in ("lab [1]", "lab (1)", "Übung 1", "[ab]", "week{1}", "50%", "it's", "feedback"):
        kept = {"p1.ipynb": plain(solution()), "private/key.txt": "secret", "data.csv": "1"}
        yield (
            f"shapes.assignment_{name}",
            Row(Course(kept, assignment=name, before="c.CourseDirectory.ignore = ['private']")),
        )
    yield "shapes.assignment_plus", Row(Course(assignment="a+b"), {}, 2, says=("a+b", "+"))
    for name in ("part [1].ipynb", "part (2).ipynb", "Teil Ü.ipynb", "50%.ipynb"):
        yield (
            f"shapes.notebook_{name}",
            Row(
                Course(
                    {name: plain(solution())},
                    {"right": {name: plain()}, "wrong": {name: plain(WRONG)}},
                )
            ),
        )
    people = ["a b", "a@b.org", "Zoë", "a[1]", "back\\slash", "o'neil", "{x}"]
    yield (
        "shapes.students",
        Row(Course(students={name: {"p1.ipynb": plain()} for name in people}), dict.fromkeys(people, 1)),
    )
    yield (
        "shapes.zero_points",
        Row(Course({"p1.ipynb": notebook(answer("twice", solution()), test("t", TEST), test("z", TEST, 0))})),
    )
    scheme = "Grade this.\n=== BEGIN MARK SCHEME ===\nfour points for the word\n=== END MARK SCHEME ==="
    with_task = notebook(answer("twice", solution()), test("t", TEST), task("k", scheme))
    handed_in = notebook(answer("twice", RIGHT), test("t", TEST), task("k", "Grade this."))
    yield (
        "shapes.task",
        Row(
            Course({"p1.ipynb": with_task}, {"right": {"p1.ipynb": handed_in}}),
            {"right": 1},
            says=("1/1+2?",),
            hides={"right": ("four points",)},
        ),
    )
    on_code = notebook(answer("twice", solution()), test("t", TEST), task("k", "1", cell=new_code_cell))
    yield (
        "shapes.task_on_code",
        Row(
            Course({"p1.ipynb": on_code}), {}, status=2, says=("p1", "k", "Markdown"), never=("Traceback", "corrupted")
        ),
    )
    says_wrong = "import sys\nif twice(4) != 8:\n    print('wrong', file=sys.stderr)"
    yield (
        "shapes.stderr_means_wrong",
        Row(Course({"p1.ipynb": notebook(answer("twice", solution()), test("t", says_wrong))})),
    )
    for name, log in {
        "logging": "import logging\nif twice(4) != 8:\n    logging.error('wrong')",
        "warning": "import warnings\nif twice(4) != 8:\n    warnings.warn('wrong')",
    }.items():
        yield (
            f"shapes.{name}_means_wrong",
            Row(Course({"p1.ipynb": notebook(answer("twice", solution()), test("t", log))})),
        )
    units = """
import unittest
class Twice(unittest.TestCase):
    def test_four(self):
        self.assertEqual(twice(4), 8)
unittest.main(argv=[''], exit=False);
"""
    unit_tested = notebook(answer("twice", solution()), test("t", units))
    yield "shapes.unittest", Row(Course({"p1.ipynb": unit_tested}), never=("not yours to change",))
    cases = test("h", "# CASES\n### BEGIN HIDDEN TESTS\nCASES = [(7, 14)]\n### END HIDDEN TESTS")
    uses = test("t", "for given, expected in CASES:\n    assert twice(given) == expected")
    yield (
        "shapes.hidden_cases",
        Row(
            Course({"p1.ipynb": notebook(answer("twice", solution()), cases, uses)}),
            {"right": 2, "wrong": 1},
            never=("is 7", "is 14"),
            hides={"wrong": ("is 7", "is 14")},
        ),
    )
    noisy = RIGHT.replace("return", "import warnings; warnings.warn('careful'); return")
    yield "shapes.honest_warning", Row(Course(students={"right": {"p1.ipynb": plain(noisy)}}), {"right": 1})
    for name, change in SLIPS.items():
        yield (
            f"slips.{name}",
            Row(Course(students={"right": {"p1.ipynb": change(json.loads(nbformat.writes(plain())))}}), {"right": 1}),
        )


def _slip(change):
    def changed(nb):
        change(nb)
        return json.dumps(nb)

    return changed


def _output(nb, output):
    nb["cells"][0]["outputs"] = [output]


# Notebooks that break nbformat's schema a little.
SLIPS = {
    "id_in_4_4": _slip(lambda nb: nb.update(nbformat_minor=4)),
    "no_execution_count": _slip(lambda nb: nb["cells"][0].pop("execution_count")),
    "no_outputs": _slip(lambda nb: nb["cells"][0].pop("outputs")),
    "output_without_metadata": _slip(lambda nb: _output(nb, {"output_type": "display_data", "data": {}})),
    "output_without_name": _slip(lambda nb: _output(nb, {"output_type": "stream", "text": "1"})),
    "extra_key": _slip(lambda nb: nb["cells"][0].update(collapsed=True)),
    "pyout": _slip(lambda nb: _output(nb, {"output_type": "pyout", "text": "1", "prompt_number": 1})),
    "no_metadata": _slip(lambda nb: nb.pop("metadata")),
}


def _machine():
    spawned = """
import concurrent.futures, multiprocessing, os
with concurrent.futures.ProcessPoolExecutor(2, mp_context=multiprocessing.get_context('spawn')) as pool:
    ok = list(pool.map(abs, [-1, -2])) == [1, 2]
ok = ok and os.path.exists(f'/proc/{os.getpid()}') and os.readlink('/proc/self') == str(os.getpid())
"""
    yield "machine.processes", cells_that(spawned)
    yield "machine.psutil", cells_that("import os, psutil\nok = psutil.Process().pid == os.getpid()")
    yield (
        "machine.children",
        cells_that(
            "import subprocess, psutil\np = subprocess.Popen(['sleep', '5'])\n"
            "ok = [c.pid for c in psutil.Process().children()] == [p.pid]\np.kill(); p.wait()"
        ),
    )
    served = """
import http.server, threading, urllib.request
server = http.server.HTTPServer(('localhost', 0), http.server.SimpleHTTPRequestHandler)
thread = threading.Thread(target=server.serve_forever); thread.start()
ok = urllib.request.urlopen(f'http://localhost:{server.server_port}/').status == 200
server.shutdown(); thread.join(); server.server_close()
"""
    yield "machine.localhost", cells_that(served)
    yield "machine.user", cells_that("import getpass, os\nok = bool(getpass.getuser() and os.path.expanduser('~'))")
    yield "machine.fileno", cells_that("import sys\nok = sys.stdout.fileno() == 1 and sys.stderr.fileno() == 2")
    history = [code("n = 1"), code("n + 1"), answer("a", "ok = 'n = 1' in In and _i2 == 'n + 1' or _i == 'n + 1'")]
    yield "machine.history", one(cells=[*history, test("t", "assert ok and _2 == 2 and Out[2] == 2")])
    tasks = [
        code("import asyncio\nasync def slowly():\n    await asyncio.sleep(0.01)\n    return 7"),
        code("started = asyncio.create_task(slowly())"),
        code("queue = asyncio.Queue()\nloop = asyncio.get_running_loop()"),
        answer(
            "a", "await queue.put(await started)\nok = await queue.get() == 7 and loop is asyncio.get_running_loop()"
        ),
    ]
    yield "machine.asyncio", one(cells=[*tasks, test("t", "assert ok and await slowly() == 7")])
    yield (
        "machine.threads",
        cells_that(
            "from concurrent.futures import ThreadPoolExecutor\n"
            "with ThreadPoolExecutor(4) as pool:\n    ok = sum(pool.map(abs, [-1, 2])) == 3"
        ),
    )


def _solutions():
    stubs = notebook(answer("twice", "def twice(x):\n    raise NotImplementedError"), test("t", TEST))
    yield (
        "solutions.stubs",
        Row(Course({"p1.ipynb": stubs}), {}, 2, says=("p1", "t gives 0 of 1", "solution_loses"), never=("Traceback",)),
    )
    why = "c.Autograding.solution_loses = {'%s': 'the source has stubs alone'}"
    for name in ("a1", "a1/t", "a1/p1/t"):
        yield (
            f"solutions.stubs_overruled_{name}",
            Row(Course({"p1.ipynb": stubs}, after=why % name), says=("the source has stubs alone",)),
        )
    bonus = notebook(answer("twice", solution()), test("t", TEST), test("bonus", "1 if True else 2", 2))
    handed_in = {
        "right": {"p1.ipynb": notebook(answer("twice", RIGHT), test("t", TEST), test("bonus", "1 if True else 2", 2))}
    }
    yield "solutions.bonus", Row(Course({"p1.ipynb": bonus}, handed_in), {}, 2, says=("bonus gives 1 of 2",))
    yield (
        "solutions.bonus_overruled",
        Row(
            Course({"p1.ipynb": bonus}, handed_in, after="c.Autograding.solution_loses = {'a1/bonus': 'a bonus'}"),
            {"right": 2},
            says=("bonus", "a bonus"),
        ),
    )
    unknown = "c.Autograding.solution_loses = {'a1/nothing': 'it was renamed'}"
    yield "solutions.unknown_name", Row(Course(after=unknown), {}, 2, says=("a1/nothing",))
    package = notebook(
        code("import pandoras_box as pd"), answer("twice", solution()), test("t", "assert pd.x == twice(4)")
    )
    yield (
        "messages.missing_package",
        Row(Course({"p1.ipynb": package}), {}, 2, says=("pandoras_box", "p1", "ModuleNotFoundError")),
    )
    hashes = notebook(
        answer("cell-0f3a9c1b", solution()), test("cell-77aa01cd23", "# Twice four is eight\nassert False")
    )
    yield "messages.hashes", Row(Course({"p1.ipynb": hashes}), {}, 2, says=("Twice four is eight",))
    compared = notebook(answer("twice", solution()), test("t", "assert twice(4) == 9"))
    yield "messages.bare_assert", Row(Course({"p1.ipynb": compared}), {}, 2, says=("twice(4) == 9", "8"))
    yield (
        "messages.first_error",
        Row(
            Course(
                students={
                    "late": {
                        "p1.ipynb": notebook(
                            code("z = 1 / 0"), answer("twice", "def twice(x):\n    return z"), test("t", TEST)
                        )
                    }
                }
            ),
            {"late": 0},
            says=("ZeroDivisionError",),
        ),
    )


def _ways_in(tmp, port):
    data = (tmp or Path()) / "data"
    if tmp is not None:
        data.mkdir(exist_ok=True)
        (data / "numbers.csv").write_text("1,2")
    reads = f"ok = open({str(data / 'numbers.csv')!r}).read() == '1,2'"
    yield (
        "ways.folder_shut",
        Row(cells_that(reads).course, {}, 2, says=("FileNotFoundError", "numbers.csv")),
    )
    yield "ways.folder", cells_that(reads, after=f"c.Autograding.folders = [{str(data)!r}]")
    yield (
        "ways.folder_elsewhere",
        cells_that(
            "ok = open('/data/numbers.csv').read() == '1,2'",
            after=f"c.Autograding.folders = {{'/data': {str(data)!r}}}",
        ),
    )
    yield (
        "ways.folder_read_only",
        cells_that(
            f"try:\n    open({str(data / 'new')!r}, 'w')\n    ok = False\nexcept OSError:\n    ok = True",
            after=f"c.Autograding.folders = [{str(data)!r}]",
        ),
    )
    yield (
        "ways.folder_missing",
        Row(
            cells_that(reads, after="c.Autograding.folders = ['/nowhere/at/all']").course,
            {},
            2,
            says=("/nowhere/at/all",),
        ),
    )
    yield (
        "ways.folder_with_solutions",
        Row(cells_that(reads, after="c.Autograding.folders = ['.']").course, {}, 2, says=("folders", "source")),
    )
    asks = f"import urllib.request\nok = urllib.request.urlopen('http://127.0.0.2:{port}/').read() == b'hello'"
    yield "ways.network_shut", Row(cells_that(asks).course, {}, 2, says=("URLError",))
    yield "ways.network", cells_that(asks, after=f"c.Autograding.hosts = ['127.0.0.2:{port}']")
    yield (
        "ways.network_elsewhere",
        Row(cells_that(asks, after="c.Autograding.hosts = ['127.0.0.2:9']").course, {}, 2, says=("403",)),
    )
    helper = {"lib/helper_of_course.py": "def eight():\n    return 8\n"}
    uses = "from helper_of_course import eight\nok = eight() == 8"
    yield "ways.python_path", cells_that(uses, files=helper, after="c.Autograding.python_path = ['lib']")
    asks = "import os\nok = os.environ['COURSE_LEVEL'] == '3'"
    yield "ways.environment", cells_that(asks, after="c.Autograding.environment = {'COURSE_LEVEL': '3'}")
    beside = notebook(code("eight = 8"), task("k", "=== BEGIN MARK SCHEME ===\nquasiperiodic\n=== END MARK SCHEME ==="))
    mine = "ok = 'ass' + 'ert' not in open('p1.ipynb').read() and 'quasi' not in open('helper.ipynb').read()"
    reads_itself = {"p1.ipynb": notebook(answer("a", mine), test("t", "assert ok")), "helper.ipynb": beside}
    yield (
        "ways.notebook_itself",
        Row(Course(reads_itself, {"right": reads_itself}, after="c.Autograding.notebooks_beside = '*'"), {"right": 1}),
    )
    runs = notebook(answer("a", "%run helper.ipynb\nok = eight == 8"), test("t", "assert ok"))
    both = {"p1.ipynb": runs, "helper.ipynb": beside}
    yield (
        "ways.notebooks_beside",
        Row(Course(both, {"right": both}, after="c.Autograding.notebooks_beside = ['helper.ipynb']"), {"right": 1}),
    )
    first = notebook(answer("a", "open('made.txt', 'w').write('8')\nx = 1"), test("t", "assert x == 1"))
    second = notebook(
        answer("b", "ok = open('made.txt').read() == '8' and 'x' not in globals()"), test("u", "assert ok")
    )
    chain = {"p1.ipynb": first, "p2.ipynb": second}
    yield (
        "ways.notebooks_before",
        Row(Course(chain, {"right": chain}, after="c.Autograding.notebooks_before = {'p2': ['p1']}"), {"right": 2}),
    )
    much = {f"data/{number}.txt": "1" for number in range(120)}
    counts = notebook(answer("a", "import os\nok = len(os.listdir('data')) == 120"), test("t", "assert ok"))
    crowd = Course({"p1.ipynb": counts, **much}, {"right": {"p1.ipynb": counts}})
    few = "c.Autograding.folder_files = 100"
    yield "limits.many_files", Row(replace(crowd, after=few), {}, 2, says=("121", "100", "folder_files"))
    yield "limits.many_files_allowed", Row(crowd, {"right": 1})
    large = {"p1.ipynb": plain(solution()), "big.bin": b"\0" * 3_000_000}
    yield (
        "limits.big_data",
        Row(Course(large, after="c.Autograding.folder_bytes = 2_000_000"), {}, 2, says=("big.bin", "folder_bytes")),
    )


def _languages():
    r = {"name": "ir", "display_name": "R", "language": "R"}
    for name, spec in {
        "r": {"kernelspec": r},
        "r_no_language": {"kernelspec": {"name": "ir", "display_name": "R"}},
        "julia": {"kernelspec": {"name": "julia-1.10", "display_name": "Julia 1.10"}},
        "r_by_info": {"language_info": {"name": "R"}},
    }.items():
        nb = notebook(answer("twice", "twice <- function(x) 2 * x"), test("t", "stopifnot(twice(4) == 8)"))
        nb.metadata.pop("kernelspec")
        nb.metadata.update(spec)
        yield (
            f"languages.{name}",
            Row(
                Course({"p1.ipynb": nb}, {"right": {"p1.ipynb": nb}}),
                {},
                2,
                says=("p1.ipynb", "Julia" if name == "julia" else "R", "Python"),
            ),
        )
    yield (
        "languages.unknown_kernel",
        Row(Course(after="c.ExecutePreprocessor.kernel_name = 'mycourse'"), {}, 2, says=("mycourse",)),
    )
    odd = plain(solution())
    odd.metadata.kernelspec = {"name": "conda-env-stats-py", "display_name": "Python [conda env:stats]"}
    yield "languages.conda", Row(Course({"p1.ipynb": odd}))
    bare = plain(solution())
    del bare.metadata["kernelspec"]
    yield "languages.no_kernelspec", Row(Course({"p1.ipynb": bare}))
