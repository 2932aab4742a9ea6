"""Other instructors' courses: what they set stays, what they ask for is there, and what cannot be is said by its name.

`python -m benchmarks.other_courses ours` runs every row of courses/rows.py; here are some of each kind.
"""

import sys
from pathlib import Path

import pytest
from conftest import Toy, forget_the_course

sys.path.insert(0, str(Path(__file__).parent / "courses"))
import making  # noqa: E402 (found by the line before)
import rows  # noqa: E402

import autograding.__main__  # noqa: E402
from autograding.authoring import exercises  # noqa: E402
from autograding.authoring.expected import page_text  # noqa: E402
from autograding.course import Course  # noqa: E402
from autograding.report.results import read_results  # noqa: E402
from benchmarks.other_courses import greeting  # noqa: E402

pytestmark = pytest.mark.grading

# The others of their kinds are tried by the benchmark alone.
SELDOM = {
    *("configured.root_after", "configured.root_and_source", "configured.timeout_func_after", "configured.no_timeout"),
    *("configured.timeout_above", "pictures.big_outputs", "pictures.of_one", "machine.fileno", "machine.user"),
    *("machine.threads", "machine.children", "machine.psutil", "shapes.zero_points", "shapes.students"),
    *("solutions.stubs_overruled_a1", "solutions.stubs_overruled_a1/p1/t", "solutions.bonus", "ways.folder_shut"),
    *("ways.folder_read_only", "ways.network_shut", "ways.network_elsewhere", "limits.many_files_allowed"),
    *("shapes.logging_means_wrong", "shapes.warning_means_wrong", "shapes.honest_warning", "languages.no_kernelspec"),
    *("languages.conda", "shapes.answers_without_tests", "messages.first_error"),
}


def chosen(name: str) -> bool:
    """Whether a row is run at every change."""
    one_of_many = name.startswith(("slips.", "shapes.notebook_", "shapes.assignment_"))
    return name not in SELDOM and (not one_of_many or name in ("shapes.assignment_lab [1]", "shapes.assignment_plus"))


NAMES = [name for name, _row in rows.rows(None, 0) if chosen(name)]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Every row by its name."""
    server = greeting()
    yield dict(rows.rows(tmp_path_factory.mktemp("rows"), server.server_port))
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("name", NAMES)
def test_a_course_of_another_instructor(name, made, tmp_path):
    row = made[name]
    course = Toy.at(row.course.write(tmp_path / "course"))
    done = course.here(autograding.__main__.main, row.course.assignment)
    said = done.stdout + done.stderr
    assert done.returncode == row.status, said
    for text in row.says:
        assert text in said
    for text in row.never:
        assert text not in said
    if row.status:
        return
    results, unread = read_results(Course(course.root), row.course.assignment, row.scores)
    assert ({result.student: result.total_so_far for result in results}, unread) == (row.scores, {})
    for student in row.scores:
        pages = [path.read_text("utf-8") for path in course.root.rglob("*.html") if student in path.parts]
        shown = page_text("".join(pages))
        assert pages
        for text in row.hides.get(student, ()):
            assert text not in shown


def test_what_a_teacher_keeps_is_not_released_whatever_the_assignment_is_called(tmp_path):
    kept = {"p1.ipynb": making.plain(making.solution()), "private/key.txt": "secret", "data/more.csv": "1"}
    for number, name in enumerate(("a1", "lab [1]", "feedback")):
        made = making.Course(kept, assignment=name, before="c.CourseDirectory.ignore = ['private']")
        course = Toy.at(made.write(tmp_path / str(number)))
        assert course.here(exercises.main).returncode == 0
        release = course.root / "release" / name
        assert sorted(p.relative_to(release).as_posix() for p in release.rglob("*") if p.is_file()) == [
            "data/more.csv",
            "p1.ipynb",
        ]


def test_data_may_be_a_link(tmp_path):
    made = making.Course(
        {
            "p1.ipynb": making.notebook(
                making.answer("a", "x = open('data/n.txt').read()"), making.test("t", "assert x == '8'")
            )
        }
    )
    made.students = {"right": made.source}
    course = Toy.at(made.write(tmp_path / "course"))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "n.txt").write_text("8")
    source = course.root / "source" / "a1"
    (source / "data").symlink_to(tmp_path / "elsewhere")
    (source / "round").symlink_to(source)  # a link that leads back
    (source / "gone").symlink_to(tmp_path / "nothing")
    done = course.here(autograding.__main__.main, "a1")
    assert done.returncode == 0, done.stderr
    assert "1/1" in done.stdout


def test_what_the_teacher_overruled_stands_in_every_report(made, tmp_path):
    course = Toy.at(made["solutions.bonus_overruled"].course.write(tmp_path / "course"))
    done = course.here(autograding.__main__.main, "a1")
    page = next(path for path in course.root.rglob("*.html")).read_text("utf-8")
    told = (done.stdout, (course.root / "grades" / "a1.csv").read_text("utf-8"), page_text(page))
    for report in told:
        assert report.count("bonus: a bonus") == 1


def test_a_large_file_of_a_students_makes_way_for_the_teachers(tmp_path):
    made = making.Course({"p1.ipynb": making.plain(making.solution()), "data.bin": b"1" * 600_000})
    made.students = {"right": {"p1.ipynb": making.plain(), "big.bin": b"2" * 600_000, "small.txt": "3"}}
    made.after = "c.Autograding.folder_bytes = 1_000_000"
    course = Toy.at(made.write(tmp_path / "course"))
    done = course.here(autograding.__main__.main, "a1")
    assert "1/1" in done.stdout and "big.bin was left out" in done.stdout and "small.txt" not in done.stdout


def test_a_course_may_take_in_more(tmp_path):
    made = making.Course()
    made.students = {"right": {"p1.ipynb": making.plain(), **{f"{number}.txt": "1" for number in range(4)}}}
    course = Toy.at(made.write(tmp_path / "course"))
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "c.Autograding.handed_in_files = 3\n")
    assert "3.txt was left out" in course.here(autograding.__main__.main, "a1").stdout
    config.write_text(config.read_text() + "c.Autograding.handed_in_files = 4\n")
    assert "left out" not in course.here(autograding.__main__.main, "a1").stdout


@pytest.fixture(autouse=True)
def _other_courses():
    yield
    forget_the_course()


@pytest.mark.parametrize(
    "setting",
    [
        "c.Autograding.folders = ['shown']\nc.CourseDirectory.db_url = 'sqlite:///' + os.path.abspath('shown/g.db')",
        "c.Autograding.folders = ['shown']\nc.Exchange.root = os.path.abspath('shown/exchange')",
        "c.Autograding.folders = ['classes/a']",
        "c.Autograding.python_path = ['source/a1']",
        "c.Autograding.python_path = ['linked']",
    ],
)
def test_no_option_shows_what_students_may_not_see(setting, tmp_path):
    made = making.Course(after=f"import os\n{setting}")
    made.files = {"shown/x.txt": "1", "classes/a/submitted/ada/a1/p1.ipynb": making.plain()}
    root = made.write(tmp_path / "course")
    (root / "linked").symlink_to(root / "source")
    done = Toy.at(root).here(autograding.__main__.main, "a1")
    assert done.returncode == 2 and "students could read" in done.stderr
