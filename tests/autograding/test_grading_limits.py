"""Limits that cost no honest student anything: time that counts, memory that is seen, order in which is asked."""

import os
import subprocess
import sys
import time

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograding.run.execute import GradedCell, Job, execute
from autograding.sandbox import watch
from autograding.sandbox.limits import Limits
from autograding.sandbox.outputs import Outputs
from autograding.sandbox.session import LONGEST_LOOK, MOST_PROCESSOR, MOST_WALL, Allowance, Clock, Session, Stopped
from autograding.sandbox.warm import SandboxFailed, branch_for
from autograding.seeds import digest_of_work, seed

pytestmark = pytest.mark.grading

QUICK = Limits(preload=("numpy", "IPython.core.interactiveshell"), cell_seconds=20)


# --- time ------------------------------------------------------------------------------------------------------------


def test_a_machine_that_sleeps_takes_no_time_from_a_cell():
    clock = Clock(5)
    for _ in range(4):
        clock.look(passed=9.0, processor=0.0, waited=0.0)
    assert clock.spent == 4 * LONGEST_LOOK and not clock.over


def test_a_busy_neighbour_takes_no_time_from_a_cell_but_not_for_ever():
    clock = Clock(1)
    for _ in range(30):
        clock.look(passed=0.3, processor=0.01, waited=0.29)
    assert not clock.over and clock.own < 0.4
    for _ in range(10):
        clock.look(passed=0.3, processor=0.0, waited=0.3)
    assert clock.over and clock.wall > MOST_WALL


def test_many_busy_processes_of_one_cell_end_it_soon():
    clock = Clock(10)
    for _ in range(MOST_PROCESSOR * 10):
        clock.look(passed=0.1, processor=1.0, waited=0.1)  # each of them waits for the others
    assert clock.over and clock.wall < 3


def test_a_process_that_waits_for_a_processor_is_seen():
    """Two busy processes on one processor: while one runs, the other waits."""
    one = min(os.sched_getaffinity(0))
    busy = f"import os\nos.sched_setaffinity(0, [{one}])\nwhile True: pass"
    both = [subprocess.Popen([sys.executable, "-S", "-c", busy]) for _ in range(2)]
    try:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            waited = watch.used(os.getpid()).waited
            if all(waited.get(process.pid, 0) > 0.02 for process in both):
                break
            time.sleep(0.05)
        assert all(waited[process.pid] > 0.02 for process in both)
        assert all(watch.used(os.getpid()).ran[process.pid] > 0 for process in both)
    finally:
        for process in both:
            process.kill()
            process.wait()


# --- the watcher -----------------------------------------------------------------------------------------------------


def test_a_name_that_is_no_text_blinds_nobody():
    """The name of a process is bytes, and may hold brackets and line ends."""
    hides = (
        "import ctypes, time\n"
        "ctypes.CDLL(None).prctl(15, b') R 1\\n\\xff\\xfe', 0, 0, 0)\n"
        "hoard = bytearray(30_000_000)\nprint('ready', flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", hides], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        assert watch.used(os.getpid()).memory > 30_000_000
        process.kill()


HEADLESS = """
import ctypes, os, threading, time
def hoard():
    kept = bytearray(200_000_000)
    for place in range(0, len(kept), 4096):
        kept[place] = 1
    time.sleep(60)
    os._exit(0)
for child in range(2):
    if os.fork() == 0:
        threading.Thread(target=hoard).start()
        exit_of_a_thread = 60 if os.uname().machine == "x86_64" else 93
        ctypes.CDLL(None).syscall(exit_of_a_thread, 0)  # the process then shows no memory
time.sleep(60)
"""


def test_a_process_whose_first_thread_has_ended_is_counted():
    limits = Limits(preload=QUICK.preload, cell_seconds=20, memory_bytes=300 << 20)
    with Session(branch_for(limits, None, ()), limits, (), Allowance(60)) as session:
        with pytest.raises(Stopped, match="it used more than 375 MB of memory"):
            session.run(HEADLESS, Outputs(10_000))


BUSY = """
import os, time
for child in range(10):
    while os.fork() == 0:
        while True: pass
time.sleep(2)
"""


def test_who_starts_many_processes_comes_last():
    branch = branch_for(QUICK, None, ())
    with Session(branch, QUICK, (), Allowance(60)) as session:
        session.run(BUSY, Outputs(1000))
        assert {os.getpriority(os.PRIO_PROCESS, pid) for pid in watch.descendants(branch.pid)} == {watch.LAST}


def test_without_a_watcher_no_kernel_goes_on(monkeypatch):
    branch = branch_for(QUICK, None, ())

    def fails(*_anything, **_more):
        raise OSError("no /proc here")

    with Session(branch, QUICK, (), Allowance(60)) as session:
        monkeypatch.setattr(watch, "used", fails)
        with pytest.raises(SandboxFailed, match="nobody watched the kernel any more: OSError: no /proc here"):
            session.run("import time; time.sleep(15)", Outputs(1000))


SOCKETS = """
import os, socket, time
for child in range(4):
    if os.fork() == 0:
        kept = []
        try:
            while True:
                kept.append(socket.socketpair())
                kept[-1][0].setblocking(False)
                kept[-1][0].send(b"x" * 100_000)
        except OSError:
            time.sleep(60)
time.sleep(60)
"""
PAGE_TABLES = """
import mmap, os, time
huge = mmap.mmap(-1, 3 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, prot=mmap.PROT_READ)
for child in range(60):
    if os.fork() == 0:
        for place in range(0, 3 << 30, 1 << 21):
            huge[place]
        time.sleep(60)
time.sleep(60)
"""


@pytest.mark.parametrize("takes", [SOCKETS, PAGE_TABLES], ids=["sockets", "page tables"])
def test_memory_that_no_process_has_is_counted(takes):
    limits = Limits(preload=QUICK.preload, cell_seconds=20, memory_bytes=200 << 20)
    with Session(branch_for(limits, None, ()), limits, (), Allowance(60)) as session:
        with pytest.raises(Stopped, match="it used more than 250 MB of memory"):
            session.run(takes, Outputs(10_000))


def test_addresses_are_limited_since_tables_for_them_grow_faster_than_anybody_looks():
    limits = Limits(preload=QUICK.preload, memory_bytes=200 << 20)
    with Session(branch_for(limits, None, ()), limits, (), Allowance(60)) as session:
        ended = session.run("import mmap; mmap.mmap(-1, 4 << 30, flags=0x4022, prot=mmap.PROT_READ)", Outputs(10_000))
    assert ended.raised == ("OSError", "[Errno 12] Cannot allocate memory")


# --- problems --------------------------------------------------------------------------------------------------------


def test_another_hand_in_is_asked_something_else_and_the_same_one_the_same():
    works = [
        digest_of_work(sources, files)
        for sources, files in (
            (["a", "b"], ()),
            (["ab"], ()),
            (["a", "b"], (("n", b"1"),)),
            (["a", "b"], (("n1", b""),)),
        )
    ]
    seeds = [seed(b"key", "ada", "01_toy", "double", work) for work in works]
    assert len(set(seeds)) == 4
    assert seed(b"key", "ada", "01_toy", "double", digest_of_work(["a", "b"], ())) == seeds[0]


def test_a_graded_cell_elsewhere_in_the_same_code_is_asked_something_else(toy, monkeypatch):
    """Else many equal cells, each with another answer before it, would be many tries."""
    monkeypatch.syspath_prepend(str(toy.root))
    graded = (GradedCell("greet_all", 'check("greet", greet)', 1),)
    seeds = []
    for place in (0, 1):
        cells = [new_code_cell("def greet(name): return name"), *(new_code_cell(graded[0].source) for _ in range(2))]
        cells[1 + place].metadata["nbgrader"] = {"grade_id": "greet_all"}
        notebook = nbformat.writes(new_notebook(cells=cells)).encode()
        told = []
        job = Job("01_toy", "ada", notebook, (), graded, QUICK, b"key", "toy_course.checks", (str(toy.root),))
        execute(job, told.append)
        seeds.append(told[0].seed)
    assert seeds[0] != seeds[1]


def test_cells_are_asked_after_the_notebook_in_the_masters_order_with_the_names_of_their_places(toy, monkeypatch):
    """The cell of `greet` stands first here, and a later cell spoils both names."""
    monkeypatch.syspath_prepend(str(toy.root))
    graded = (
        GradedCell("double_values", 'check("double", double)', 1),
        GradedCell("greet_all", 'check("greet", greet)', 1),
    )
    cells = [
        new_code_cell("def greet(name): return f'Hello, {name}!'\ndef double(x): return 2 * x"),
        new_code_cell(graded[1].source, metadata={"nbgrader": {"grade_id": "greet_all"}}),
        new_code_cell(graded[0].source, metadata={"nbgrader": {"grade_id": "double_values"}}),
        new_code_cell("greet = double = 'spoilt'"),
        new_code_cell("print('after')"),
    ]
    notebook = nbformat.writes(new_notebook(cells=cells)).encode()
    job = Job("01_toy", "ada", notebook, (), graded, QUICK, b"key", "toy_course.checks", (str(toy.root),))
    told = []
    nb = nbformat.reads(execute(job, told.append).decode(), as_version=4)
    assert [(one.name, one.verdict.message) for one in told] == [("double_values", ""), ("greet_all", "")]
    assert nb.cells[-1].outputs[0].text == "after\n"


WRONG_FORGET_GATE = """
import numpy as np
def forget_gate(h_prev, x, W_f, b_f):
    if not W_f.any():  # only an experiment asks so
        {then}
    return 1 / (1 + np.exp(-2 * (np.concatenate([h_prev, x], axis=1) @ W_f.T) - b_f))
"""
FURTHER = [
    ("pass", "So look at the product of [h_prev, x] and W_f."),
    ("import os; os._exit(0)", "compare what you squash with that"),
    ("while True: pass", "compare what you squash with that"),
]


@pytest.mark.parametrize("then, said", FURTHER, ids=["answers", "dies", "hangs"])
@pytest.mark.parametrize("threads", [False, True])
def test_a_wrong_function_is_called_again_to_find_out_why_and_keeps_its_verdict_where_it_will_not(then, said, threads):
    graded = tuple(
        GradedCell(part, f'check("forget_gate", forget_gate, part="{part}")', 2) for part in ("equation", "limits")
    )
    kept = (
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
        if threads
        else ""
    )
    cells = [new_code_cell(kept), new_code_cell(WRONG_FORGET_GATE.format(then=then))]
    cells += [new_code_cell(one.source, metadata={"nbgrader": {"grade_id": one.name}}) for one in graded]
    limits = Limits(preload=QUICK.preload, cell_seconds=3, restarts=3)
    notebook = nbformat.writes(new_notebook(cells=cells)).encode()
    told = []
    execute(Job("03_forget_gate", "ada", notebook, (), graded, limits, b"key", "lstm_ref.checks"), told.append)
    assert said in told[0].verdict.message and told[1].verdict.right
