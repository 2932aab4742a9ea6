"""Execute one notebook: `execute(job)` takes plain data and returns the executed notebook.

It uses no gradebook, no course folder and no state. So it may run in this process, in a pool, or on another machine
that has the same packages and the course's module of checks.
"""

import sys
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograding.calls import CheckCall, NotACheck, parse
from autograding.messages import _
from autograding.run import verdicts
from autograding.run.newer import needs_python
from autograding.run.plain_tests import PlainTest, taken_apart
from autograding.sandbox import bubblewrap
from autograding.sandbox.cgroup import CGROUP, WATCHER
from autograding.sandbox.limits import Limits
from autograding.sandbox.outputs import Outputs
from autograding.sandbox.session import Allowance, Ended, Session, Stopped
from autograding.sandbox.warm import SandboxFailed, branch_for
from autograding.seeds import digest_of_work, seed

SYNTAX = {"SyntaxError", "IndentationError", "TabError"}


@dataclass(frozen=True)
class GradedCell:
    """A graded code cell as the teacher wrote it."""

    name: str
    source: str
    points: float
    tells: bool = False  # it has no hidden part, so a bare assert may say what it compared


@dataclass(frozen=True)
class Job:
    """All data that the execution of one notebook depends on."""

    assignment: str
    student: str
    notebook: bytes  # put right: see preflight
    files: tuple[tuple[str, bytes], ...]  # of its folder, by relative name
    graded: tuple[GradedCell, ...]  # the master's, never the student's
    limits: Limits
    seed_key: bytes
    checks: str = ""  # dotted name of the course's module of checks
    course_path: tuple[str, ...] = ()  # where that module is found, where it is not installed
    before: tuple[tuple[str, ...], ...] = ()  # notebooks that are run first, for the files that they write
    seconds: tuple[float, ...] = ()  # of each code cell, where the course decides that cell by cell
    given: tuple[str, ...] = ()  # cells of the course that are run first, unseen
    problems_shown: bool = False  # whether a page may show what was asked, where a student's function says it


@dataclass(frozen=True)
class Judged:
    """One graded cell as it was judged: what a replay shows."""

    name: str
    source: str
    seed: int
    problem: object
    reply: object  # {"answer": what the caller returned}, or why there is none
    verdict: verdicts.Verdict


def execute(
    job: Job,
    tell: Callable[[Judged], None] | None = None,
    reading: Callable[[str], AbstractContextManager] = nullcontext,
    without: Collection[str] | None = (),
) -> bytes:
    """The notebook with its outputs; the outputs of a judged cell are the verdict and nothing else.

    `tell` gets an `Judged` for each judged cell. What a cell sends is read in the context `reading(its key)`, and a
    cell whose key is in `without` is not run: what it sent ended the process that read it. None: no cell is run. A
    second try follows when the sandbox fails: a warm parent that dies ends the kernels of all workers.
    """
    keep = tell is not None
    try:
        executed, asked = _execute(job, keep, reading, without)
    except SandboxFailed:
        executed, asked = _execute(job, keep, reading, without)
    for one in asked:
        tell(one)
    return executed


def _execute(job, keep, reading, without):
    nb = nbformat.reads(job.notebook.decode("utf-8"), as_version=4)
    by_name = {cell.name: cell for cell in job.graded}
    checks = verdicts.load_checks(job.checks, job.course_path) if job.checks else None
    calls = calls_of(job.graded) if checks is not None else {}
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    # With the place of each graded cell: the same code with a cell elsewhere may answer otherwise.
    drawn_for = digest_of_work([part for cell in code for part in (_graded_name(cell), cell.source)], job.files)
    to_ask, everything = {}, []
    with Kernels(job, checks, reading, without) as kernels:
        for number, cell in enumerate(code, start=1):
            name = _graded_name(cell)
            cell.execution_count = number
            kernels.seconds = _seconds(job, number)
            if name in calls:
                kernels.hold(name)
                to_ask[name] = cell
            else:
                key = name if name in by_name else f"#{number}"
                graded = by_name.get(name)
                test = None if graded is None else taken_apart(cell.source, graded.tells)
                cell.outputs, ended = kernels.cell(key, cell.source, test)
                if graded is not None:
                    verdicts.fold_in(cell, graded.source, graded.points, ended)
        # After the whole notebook, so that no cell shows a problem; and in the master's order, so that what is lent to
        # one call has no use in a later one: what a course lends, it has asked for before.
        kernels.begin_to_ask()
        for name in (name for name in calls if name in to_ask):
            kernels.seconds = _seconds(job, to_ask[name].execution_count)
            asked = kernels.ask(by_name[name], calls[name], drawn_for)
            verdicts.write(to_ask[name], asked.verdict)
            if keep:
                everything.append(asked)
    nb.metadata.setdefault("autograding", NotebookNode())["limits"] = kernels.held
    return nbformat.writes(nb).encode("utf-8"), everything


def _seconds(job, number):
    return job.seconds[number - 1] if job.seconds else job.limits.cell_seconds


def _graded_name(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def calls_of(graded: tuple[GradedCell, ...]) -> dict[str, CheckCall]:
    """The graded cells that are judged outside the sandbox. The others run as plain nbgrader tests."""
    calls = {}
    for cell in graded:
        try:
            calls[cell.name] = parse(cell.source)
        except NotACheck:
            continue
    return calls


class Run(NamedTuple):
    """A cell that ended well: run it."""

    source: str
    test: PlainTest | None = None
    unseen: bool = False  # it is not in the notebook: it shows nothing and has no number


class Aside(NamedTuple):
    """Another notebook, run in a copy of the kernel: of it only what it writes to files stays."""

    sources: tuple[str, ...]


class Hold(NamedTuple):
    """The place of a graded cell: keep the notebook's names as they are there."""

    cell: str


class Kernels:
    """The kernels of one notebook: when one dies, a new one runs the finished cells again and goes on."""

    def __init__(self, job: Job, checks, reading=nullcontext, without=()):
        self.job, self.limits, self.checks = job, job.limits, checks
        self.reading, self.without = reading, without
        stand_ins = verdicts.folder_of_stand_ins(checks)
        hidden = bubblewrap.installed(job.checks.partition(".")[0]) if checks is not None else []
        self._place = (self.limits, stand_ins, tuple(hidden))
        self.caller = checks.CALLER.read_text(encoding="utf-8") if checks is not None else ""
        self.allowance = Allowance(self.limits.notebook_seconds)
        self.seconds = self.limits.cell_seconds  # of what is run next
        self.left = self.limits.outputs_bytes
        self.done: list[Run | Aside | Hold] = []  # what a new kernel does again
        self.restarts = self.limits.restarts
        self.session: Session | None = None
        self.held = CGROUP  # who held the limits of all kernels: see sandbox/cgroup

    def __enter__(self):
        self._start()
        for sources in self.job.before:
            self.allowance = Allowance(self.limits.notebook_seconds)
            self._give(Aside(sources))
        self.allowance = Allowance(self.limits.notebook_seconds)  # what comes before costs the notebook nothing
        for source in self.job.given:
            self._give(Run(source, unseen=True))
        return self

    def __exit__(self, *_exception):
        self._end()

    def _give(self, step):
        """Run what the course itself supplies. Where it fails, the student's own cells have to do without it."""
        try:
            self._do(self._ready(), step)
            self.done.append(step)
        except Stopped as stopped:
            self._stopped(stopped)

    def cell(self, key: str, source: str, test: PlainTest | None = None) -> tuple[list[NotebookNode], Ended]:
        """Run a cell; its outputs include what stopped it, even where the notebook hides that."""
        ended = Ended(None)
        if not source.strip():
            return [], ended
        if self._is_left_out(key):
            stopped = _unreadable()
            return [_as_output(stopped)], Ended((stopped.kind, stopped.reason))
        outputs = Outputs(min(self.limits.output_bytes, self.left))
        try:
            with self.reading(key):
                ended = self._ready().run(source, outputs, test)
                if ended.raised is not None:
                    _show_error(outputs.list, *ended.raised, source)
            self.done.append(Run(source, test))
        except Stopped as stopped:
            self._stopped(stopped)
            outputs.list.append(_as_output(stopped))
        self.left -= outputs.size
        return outputs.list, ended

    def hold(self, name: str) -> None:
        """Keep what the notebook defines here, for the graded cell of this name."""
        if self._is_left_out(name):
            return
        try:
            with self.reading(name):
                self._do(self._ready(), Hold(name))
            self.done.append(Hold(name))
        except Stopped as stopped:
            self._stopped(stopped)  # `ask` tries it again

    def begin_to_ask(self) -> None:
        """From here on graded cells are asked, in a time of their own: what comes after an answer costs it nothing."""
        self.allowance = Allowance(self.limits.notebook_seconds)
        self.restarts = self.limits.restarts
        if self.session is not None:
            self.session.allowance = self.allowance

    def ask(self, cell: GradedCell, call: CheckCall, drawn_for: bytes) -> Judged:
        """Ask the student's function a problem, and judge its answer."""
        number = seed(self.job.seed_key, self.job.student, self.job.assignment, cell.name, drawn_for)
        problem = verdicts.problem_of(self.checks, call, number)
        try:
            if self._is_left_out(cell.name):
                raise _unreadable()
            if Hold(cell.name) not in self.done:
                self.hold(cell.name)
            with self.reading(cell.name):
                reply = self._call(cell, call, problem, last=not verdicts.asks_further(self.checks))
                verdict = verdicts.judged(self.checks, call, problem, reply)
                if not verdict.right:
                    verdict = self._explained(cell, call, problem, reply, verdict)
            if not self.job.problems_shown:
                verdict = verdicts.veiled(verdict, problem, reply)
        except Stopped as stopped:
            self._stopped(stopped)
            reply, verdict = {stopped.kind: stopped.reason}, verdicts.Verdict(_sentence(stopped), stopped.kind)
        return Judged(cell.name, cell.source, number, problem, reply, verdict)

    def _call(self, cell, call, problem, last):
        return self._ready().call(
            cell.name,
            call.function,
            self.caller,
            verdicts.sent_of(self.checks, problem),
            verdicts.lent_of(self.checks, problem),
            last,
        )

    def _explained(self, cell, call, problem, reply, verdict):
        """The verdict on a wrong answer with what further calls of the function tell, where the course has such."""
        further = verdicts.further_of(self.checks, call, problem, reply)
        if further is None:
            return verdict
        try:
            told = self._call(cell, call, further, last=True)
        except Stopped as stopped:  # the verdict stands without it
            self._stopped(stopped)
            return verdict
        return verdicts.judged(self.checks, call, problem, reply, told)

    def _is_left_out(self, key):
        return self.without is None or key in self.without

    def _start(self):
        self.session = Session(branch_for(*self._place), self.limits, self.job.files, self.allowance)
        self.session.__enter__()
        if self.session.branch.held != CGROUP:
            self.held = WATCHER

    def _end(self):
        if self.session is not None:
            self.session.__exit__()
            self.session = None

    def _ready(self):
        """A kernel that has run every cell so far, except those that fail."""
        if self.allowance.left <= 0:
            reason = _("the notebook took more than {n:g} s in all").format(n=self.limits.notebook_seconds)
            raise Stopped("CellTimeoutError", reason, self.session is not None)
        while self.session is None:
            if not self.restarts:
                raise Stopped("DeadKernelError", _("earlier cells ended the notebook's Python too often"), False)
            self.restarts -= 1
            self._start()
            again, self.done = self.done, []
            for number, step in enumerate(again):
                try:
                    self._do(self.session, step)
                    self.done.append(step)
                except Stopped as stopped:
                    # It ended well once. Now it is left out, and the cells after it get another chance.
                    self._stopped(stopped)
                    if self.session is None:
                        self.done += again[number + 1 :]
                        break
        self.session.seconds, self.session.allowance = self.seconds, self.allowance
        return self.session

    def _do(self, session, step):
        match step:
            case Run(source, test, unseen):
                session.run(source, Outputs(self.limits.output_bytes), test, unseen)
            case Aside(sources):
                session.seconds = self.limits.notebook_seconds  # of all its cells
                session.aside(sources)
                session.seconds = self.seconds
            case Hold(cell):
                session.hold(cell)

    def _stopped(self, stopped):
        if not stopped.alive:
            self._end()


def _unreadable():
    reason = _("what it sent ended the process that reads it")
    return Stopped("Unreadable", reason, True)


def _show_error(outputs, name, text, source):
    """Add the error of a cell that raised, where the notebook kept IPython from showing it; tell newer syntax."""
    shown = next((output for output in outputs if output.output_type == "error" and output.ename == name), None)
    if shown is None:
        said = _("The cell failed, and the notebook hides its errors.")
        shown = new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}", said])
        outputs.append(shown)
    if name in SYNTAX and (newer := needs_python(source)):
        own = f"{sys.version_info.major}.{sys.version_info.minor}"
        said = _("this is written for Python {newer} or later, and grading runs Python {own}")
        shown.evalue += f" — {said.format(newer=newer, own=own)}"
        shown.traceback.append(shown.evalue)


def _sentence(stopped):
    return _("Not run to its end: {reason}.").format(reason=stopped.reason)


def _as_output(stopped):
    text = _sentence(stopped)
    return new_output("error", ename=stopped.kind, evalue=text, traceback=[f"{stopped.kind}: {text}"])
