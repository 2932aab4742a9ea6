"""Other instructors' courses through stock nbgrader and through ours: `python -m benchmarks.other_courses COLUMN`.

COLUMN is "stock", "ours", or any other name: then `--tree FOLDER` says where the grader of that column lies, such as an
older one. Each row is a course of one or two cells (tests/autograding/courses/rows.py). What became of it is kept in
results/other_courses.csv, and results/other_courses.md shows all columns beside each other.
"""

import argparse
import csv
import http.server
import os
import re
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).with_name("results")
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "autograding" / "courses")]
import rows  # noqa: E402 (found by the line before)

SECONDS = 300
# In the folder of the course, by the nbgrader and the grader that PYTHONPATH finds.
SCORES = """
import sys
from nbgrader.api import Gradebook
with Gradebook(sys.argv[1]) as book:
    for submission in book.assignment_submissions(sys.argv[2]):
        waits = submission.max_score - sum(g.max_score for n in submission.notebooks for g in n.grades
                                           if not g.needs_manual_grade)
        print(f"{submission.student.id}: {submission.score:g} of {submission.max_score - waits:g}")
"""
STOCK = ("generate_assignment", "autograde", "generate_feedback")


class Hello(http.server.BaseHTTPRequestHandler):
    """A server that says hello."""

    def do_GET(self):
        """As in BaseHTTPRequestHandler."""
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_arguments):
        """Say nothing of requests."""


def greeting() -> http.server.ThreadingHTTPServer:
    """A server that says hello, on an address of this machine that is not localhost."""
    server = http.server.ThreadingHTTPServer(("127.0.0.2", 0), Hello)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def outcome(row: rows.Row, folder: Path, stock: bool, tree: Path) -> str:
    """What became of a course: how the commands ended, the scores, and the first error."""
    row.course.write(folder, stock)
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # stock starts alembic by name
    environment = os.environ | {"PYTHONPATH": str(tree), "COLUMNS": "200", "PATH": programs}
    commands = [["-m", "nbgrader", step, row.course.assignment] for step in STOCK]
    said, status = "", 0
    for command in commands if stock else [["-m", "autograding", row.course.assignment]]:
        try:
            done = subprocess.run(
                [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS
            )
        except subprocess.TimeoutExpired:
            return f"not ended after {SECONDS} s"
        said, status = said + done.stdout + done.stderr, status or done.returncode
    book = next(folder.rglob("gradebook.db"), None)
    scores = "no gradebook"
    if book is not None:
        asked = [sys.executable, "-c", SCORES, f"sqlite:///{book}", row.course.assignment]
        scores = "; ".join(subprocess.run(asked, capture_output=True, text=True).stdout.split("\n")[:-1]) or "no marks"
    error = re.search(r"^(?:error: |\[.*ERROR\] |\w+(?:\.\w+)*Error: )(.+)$", said, re.MULTILINE)
    told = f"; {error[1][:160]}" if status and error else ""
    return f"exit {status}; {scores}{told}"


def table(kept: dict[str, dict[str, str]]) -> str:
    """All columns beside each other."""
    columns = list(dict.fromkeys(column for found in kept.values() for column in found))
    lines = [f"| course | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for name, found in kept.items():
        cells = (found.get(column, "").replace("|", "\\|") for column in columns)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(["# Other instructors' courses", "", f"`{__doc__.splitlines()[0].split('`')[1]}`", "", *lines, ""])


def main() -> None:
    """Fill one column, going on where it was cut, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("column")
    parser.add_argument("--tree", type=Path, default=ROOT, help="where the grader of this column lies")
    parser.add_argument("--only", default=".", metavar="PATTERN", help="only courses whose name matches")
    options = parser.parse_args()
    path = RESULTS / "other_courses.csv"
    kept: dict[str, dict[str, str]] = {}
    if path.is_file():
        for row in csv.DictReader(path.open(encoding="utf-8", newline="")):
            kept.setdefault(row["course"], {})[row["column"]] = row["outcome"]
    server = greeting()
    with tempfile.TemporaryDirectory() as scratch:
        for number, (name, row) in enumerate(rows.rows(Path(scratch), server.server_port)):
            if options.column in kept.get(name, {}) or not re.search(options.only, name):
                continue
            found = outcome(row, Path(scratch, f"course{number}"), options.column == "stock", options.tree)
            kept.setdefault(name, {})[options.column] = found.replace(scratch, "")
            print(name, found, sep=": ", flush=True)
            with path.open("w", encoding="utf-8", newline="") as file:
                written = csv.DictWriter(file, ["course", "column", "outcome"])
                written.writeheader()
                for course, columns in kept.items():
                    written.writerows({"course": course, "column": c, "outcome": told} for c, told in columns.items())
    (RESULTS / "other_courses.md").write_text(table(kept), encoding="utf-8")


if __name__ == "__main__":
    main()
