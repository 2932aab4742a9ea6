"""One warm parent for all workers of a run: what their kernels share is its memory, and nothing else."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograding.run.execute import Job, execute
from autograding.sandbox import bubblewrap, warm
from autograding.sandbox.limits import Limits
from autograding.sandbox.outputs import Outputs
from autograding.sandbox.session import Allowance, Session

pytestmark = pytest.mark.grading

QUICK = Limits(preload=("numpy", "IPython.core.interactiveshell"))


@pytest.fixture
def shared(tmp_path, monkeypatch):
    """A folder that the workers of a run share, and the parents that were started in it."""
    started = []
    real = warm.start

    def start(*arguments):
        started.append(time.monotonic())
        real(*arguments)

    monkeypatch.setattr(warm, "_shared", tmp_path)
    monkeypatch.setattr(warm, "start", start)
    monkeypatch.setattr(warm, "_held", threading.local())
    return started


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def said(session: Session, source: str) -> str:
    outputs = Outputs(10_000)
    ended = session.run(source, outputs)
    assert ended.raised is None, ended
    return "".join(output.text for output in outputs.list)


@pytest.fixture
def neighbours(shared):
    """The kernels of two workers at the same time."""
    parents = [warm.Branch(QUICK, None, ()) for _ in range(2)]
    with (
        Session(parents[0], QUICK, (), Allowance(60)) as one,
        Session(parents[1], QUICK, (), Allowance(60)) as two,
    ):
        yield one, two
    for parent in parents:
        parent.close()


def test_two_workers_share_one_parent_and_each_has_a_fork_of_it(neighbours, shared):
    one, two = neighbours
    assert len(shared) == 1 and one.branch.pid != two.branch.pid
    assert parent_of(one.branch.pid) == parent_of(two.branch.pid)


def test_kernels_neither_see_nor_reach_each_other(neighbours):
    one, two = neighbours
    listens = """
import os, socket, tempfile, threading
open("/submission/mine", "w").write("mine"); open("/dev/shm/mine", "w"); open(tempfile.gettempdir() + "/mine", "w")
named = socket.socket(socket.AF_UNIX); named.bind("\\0meet"); named.listen()
local = socket.create_server(("127.0.0.1", 4711))
me = socket.create_connection(("127.0.0.1", 4711), timeout=5)  # its own network works
terminal = os.openpty()
print(len(os.listdir("/dev/pts")))
"""
    assert said(one, listens).split() == ["2"]  # the terminal and ptmx
    looks = """
import os, socket, tempfile
places = ("/submission", "/dev/shm", tempfile.gettempdir())
found = [os.listdir("/dev/pts"), [os.path.exists(f"{place}/mine") for place in places]]
for kind, address in ((socket.AF_UNIX, "\\0meet"), (socket.AF_INET, ("127.0.0.1", 4711))):
    with socket.socket(kind) as there:
        found.append(there.connect_ex(address) != 0)
seen = [p for p in os.listdir("/proc") if p.isdigit()]
files = [f"/proc/self/fd/{d}" for d in os.listdir("/proc/self/fd")]
open_files = [os.readlink(f).split(":")[0] for f in files if os.path.lexists(f)]  # one was that of listdir itself
print(found, seen == [str(os.getpid())], sorted(f for f in open_files if f != "/dev/null"))
"""
    # Two sockets: its own way to the grader, and the desk where its own supervisor lends. The others are those of its
    # event loop. Nobody else's; and /proc has its own number, as it knows it.
    files = "['anon_inode', 'socket', 'socket', 'socket', 'socket']"
    assert said(two, looks).strip() == f"[['ptmx'], [False, False, False], True, True] True {files}"


RIGHTS = ("Inh", "Prm", "Eff", "Bnd", "Amb")


def status_of(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _colon, value in (line.partition(":") for line in lines)}


def test_kernels_have_no_rights_few_system_calls_and_users_of_their_own(neighbours):
    for session in neighbours:
        below = warm.watch.descendants(session.branch.pid)
        assert len(below) == 2  # the supervisor and the kernel
        for pid in below:
            status = status_of(pid)
            assert [int(status[f"Cap{kind}"], 16) for kind in RIGHTS] == [0] * 5
            assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
    users = [{status_of(pid)["Uid"] for pid in warm.watch.descendants(s.branch.pid)} for s in neighbours]
    assert [len(user) for user in users] == [1, 1]
    if bubblewrap.changes_user() is not None:  # an ordinary user has no other users to give
        assert users[0] != users[1]


def test_the_parent_and_its_branches_can_do_no_more_than_make_users_and_end_them(neighbours):
    most = 1 << 5 | 1 << 6 | 1 << 7 if bubblewrap.changes_user() is not None else 0  # CAP_KILL, _SETGID, _SETUID
    for pid in (neighbours[0].branch.pid, parent_of(neighbours[0].branch.pid)):
        status = status_of(pid)
        assert [int(status[f"Cap{kind}"], 16) for kind in ("Inh", "Prm", "Eff", "Amb")] == [0, most, most, 0]


def test_a_dead_parent_costs_no_submission_anything(shared):
    """It dies in the middle of a cell: that submission is run again, by a fresh parent."""
    cells = [new_code_cell("import time; time.sleep(1.5); print('slept')"), new_code_cell("print('done')")]
    notebook = nbformat.writes(new_notebook(cells=cells)).encode()
    job = Job("a", "ada", notebook, (), (), QUICK, b"key")
    own = warm.branch_for(QUICK, None, ())
    threading.Timer(0.7, os.kill, [parent_of(own.pid), signal.SIGKILL]).start()
    nb = nbformat.reads(execute(job).decode(), as_version=4)
    assert [[o.get("text") for o in c.outputs] for c in nb.cells] == [["slept\n"], ["done\n"]]
    assert len(shared) == 2


def test_a_kernel_that_ends_itself_is_not_run_again(shared):
    cells = [new_code_cell("import os; os._exit(0)"), new_code_cell("print('done')")]
    job = Job("a", "ada", nbformat.writes(new_notebook(cells=cells)).encode(), (), (), QUICK, b"key")
    nb = nbformat.reads(execute(job).decode(), as_version=4)
    assert nb.cells[0].outputs[0].ename == "DeadKernelError" and nb.cells[1].outputs[0].text == "done\n"
    assert len(shared) == 1


STARTS = """
import sys, time
from autograding.sandbox import bubblewrap, warm
from autograding.sandbox.session import Allowance, Session
from autograding.sandbox.limits import Limits
warm.share(sys.argv[1])
limits = Limits(preload=("numpy", "IPython.core.interactiveshell"))
branch = warm.Branch(limits, None, ())
with Session(branch, limits, (), Allowance(60)):
    print(branch.pid, flush=True)
    time.sleep(60)
"""


def test_a_killed_worker_leaves_nothing_behind(tmp_path):
    with subprocess.Popen([sys.executable, "-c", STARTS, str(tmp_path)], stdout=subprocess.PIPE, text=True) as worker:
        branch = int(worker.stdout.readline())
        below = [parent_of(branch), branch, *warm.watch.descendants(branch)]
        assert len(below) >= 4  # the parent, the branch, the supervisor, the kernel
        worker.kill()
    until = time.monotonic() + 10
    while (left := [pid for pid in below if Path(f"/proc/{pid}").exists()]) and time.monotonic() < until:
        time.sleep(0.05)
    assert not left
