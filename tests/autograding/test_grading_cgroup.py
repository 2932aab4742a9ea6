"""Control groups: where they are made, what they hold, that nobody else's process is moved and nothing is left.

The rules of the system are played by `Tree`, a folder of files, so that they are tested where no group may be made. The
last test asks the system itself, where it may.
"""

import csv
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from autograding.report.results import Cell, Result, table, write_csv
from autograding.sandbox import cgroup
from autograding.sandbox.limits import MEGABYTE, Limits

LIMITS = Limits(memory_bytes=32 * MEGABYTE, folder_bytes=8 * MEGABYTE, processes=10)
FILES = {
    "memory": ("memory.max", "memory.oom.group", "memory.swap.max", "memory.events"),
    "pids": ("pids.max", "pids.events"),
    "cpu": ("cpu.weight",),
}
SOMEBODY = 1  # a process of somebody else


class Tree:
    """Folders and files that follow the system's rules for groups."""

    def __init__(self, place, monkeypatch):
        self.root, self.proc, self.closed, self.refused = place / "cg roup", place / "proc", set(), ()
        (self.proc / "self").mkdir(parents=True)
        self.root.mkdir()
        self._fill(self.root, {"memory", "pids", "cpu"})
        (self.root / "cgroup.type").unlink()  # only the first group has none
        mount = str(self.root).replace(" ", r"\040")
        (self.proc / "self" / "mountinfo").write_text(f"25 1 0:2 / {mount} rw - cgroup2 cgroup2 rw\n")
        for name, rule in {"_make": self.make, "_remove": self.remove, "_write": self.write}.items():
            monkeypatch.setattr(cgroup, name, rule)

    def group(self, path, *pids):
        """A group that is there already, with processes."""
        folder = self.root
        for part in path.split("/"):
            self.write(folder / "cgroup.subtree_control", "+memory +pids +cpu")
            folder /= part
            if not folder.exists():
                self.make(folder)
        for pid in pids:
            self.write(folder / "cgroup.procs", pid)
        return folder

    def we_are_in(self, folder):
        self.write(folder / "cgroup.procs", os.getpid())
        (self.proc / "self" / "cgroup").write_text(f"1:name=systemd:/x\n0::/{folder.relative_to(self.root)}\n")

    def _fill(self, folder, controllers):
        for name in ("cgroup.procs", "cgroup.subtree_control", "cgroup.kill"):
            (folder / name).touch()
        (folder / "cgroup.type").write_text("domain\n")
        (folder / "cgroup.controllers").write_text(" ".join(sorted(controllers)))
        for name in (file for controller in controllers for file in FILES[controller]):
            (folder / name).write_text("oom 0\noom_kill 0\nmax 0\n" if name.endswith("events") else "max\n")

    def make(self, folder):
        if folder.parent in self.closed:
            raise PermissionError(folder)
        os.mkdir(folder)
        self._fill(folder, cgroup._words(folder.parent / "cgroup.subtree_control"))

    def remove(self, folder):
        if cgroup._pids(folder) or any(path.is_dir() for path in folder.iterdir()):
            raise OSError(16, "busy")
        shutil.rmtree(folder)

    def write(self, path, value):
        folder = path.parent
        handed_on = cgroup._words(folder / "cgroup.subtree_control")
        if folder in self.closed:
            raise PermissionError(path)
        if not path.exists():
            raise FileNotFoundError(path)
        if path.name == "cgroup.procs":
            if handed_on and folder != self.root:
                raise OSError(16, "a group with children has no processes")
            for other in self.root.rglob("cgroup.procs"):
                other.write_text("".join(f"{pid}\n" for pid in cgroup._pids(other.parent) if pid != int(value)))
            path.write_text(path.read_text() + f"{value}\n")
        elif path.name == "cgroup.subtree_control":
            wanted = {word.removeprefix("+") for word in value.split()}
            if cgroup._pids(folder) and folder != self.root or wanted & set(self.refused):
                raise OSError(16, "a group with processes hands nothing on")
            path.write_text(" ".join(handed_on | wanted))
        elif path.name == "cgroup.kill":
            for pid in cgroup._pids(folder):
                os.kill(pid, signal.SIGKILL)
            (folder / "cgroup.procs").write_text("")
        else:
            path.write_text(str(value))

    def snapshot(self):
        return {path: path.read_text() for path in self.root.rglob("*") if path.is_file()}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    return Tree(tmp_path, monkeypatch)


@contextmanager
def a_process(*command):
    with subprocess.Popen(
        command or ["sleep", "60"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        try:
            yield child
        finally:
            child.kill()


@pytest.fixture
def branch():
    with a_process() as child:
        yield child


def hold(tree, branch):
    return cgroup.hold(branch.pid, LIMITS, tree.proc)


def test_alone_in_its_group_the_grader_makes_room(tree, branch):
    own = tree.group("user/run.scope")
    tree.we_are_in(own)
    group = hold(tree, branch)
    assert cgroup.held(group) == "cgroup" and group.folder.parent == own
    assert cgroup._pids(group.folder) == [branch.pid]
    assert os.getpid() in cgroup._pids(own / cgroup.GRADER) and not cgroup._pids(own)
    allowed = {name: int((group.folder / name).read_text()) for name in FILES["memory"][:3] + ("pids.max",)}
    # A quarter more than one process, what the folders hold, and the branch's own; no swap; one kill at a time.
    assert allowed == {
        "memory.max": (40 + 8) * MEGABYTE + cgroup.BRANCH_BYTES,
        "memory.oom.group": 0,
        "memory.swap.max": 0,
        "pids.max": 10 + cgroup.BRANCH_TASKS,
    }
    assert "cpu" in cgroup._words(own / "cgroup.subtree_control")
    group.close()


def test_a_second_worker_finds_the_room_that_the_first_made(tree, branch):
    own = tree.group("run.scope")
    tree.we_are_in(own)
    cgroup.settle(tree.proc)
    tree.we_are_in(own / cgroup.GRADER)
    with a_process() as other:
        groups = [hold(tree, branch), hold(tree, other)]
        assert [group.folder.parent for group in groups] == [own, own]
        for group in groups:
            group.close()
    assert [path.name for path in own.iterdir() if path.is_dir()] == [cgroup.GRADER]


def test_beside_a_group_with_others_and_nobody_is_moved(tree, branch):
    session = tree.group("user/session.scope", SOMEBODY)
    tree.we_are_in(session)
    group = hold(tree, branch)
    assert group.folder.parent == session.parent and set(cgroup._pids(session)) == {SOMEBODY, os.getpid()}
    group.close()


def test_in_the_systems_first_group_nobody_is_moved(tree, branch):
    tree.write(tree.root / "cgroup.procs", SOMEBODY)
    tree.we_are_in(tree.root)
    group = hold(tree, branch)
    assert group.folder.parent == tree.root and set(cgroup._pids(tree.root)) == {SOMEBODY, os.getpid()}
    group.close()


def not_ours(tree):
    own = tree.group("user/session.scope", SOMEBODY)
    tree.closed |= {own, own.parent}
    return own


def not_ours_alone(tree):
    own = tree.group("user/session.scope")
    tree.closed |= {own, own.parent}
    return own


def in_another_namespace(tree):
    own = tree.group("user/session.scope", 0)
    tree.closed.add(own.parent)
    return own


def without_controllers(tree):
    own = tree.group("user/session.scope")
    for folder in (own, own.parent):
        (folder / "cgroup.controllers").write_text("hugetlb")
        (folder / "cgroup.subtree_control").write_text("")
    return own


def handing_on_is_refused(tree):
    tree.refused = ("memory",)
    own = tree.root / "scope"
    (tree.root / "cgroup.subtree_control").write_text("")
    tree.make(own)
    (own / "cgroup.controllers").write_text("memory pids")
    return own


@pytest.mark.parametrize(
    "situation", [not_ours, not_ours_alone, in_another_namespace, without_controllers, handing_on_is_refused]
)
def test_where_it_may_not_nothing_changes_and_the_watcher_holds(tree, branch, situation):
    own = situation(tree)
    closed, tree.closed = tree.closed, set()
    tree.we_are_in(own)
    tree.closed = closed
    before = tree.snapshot()
    group = hold(tree, branch)
    assert group is None and cgroup.held(group) == "watcher"
    assert tree.snapshot() == before


@pytest.mark.parametrize(
    ("groups", "mounts"),
    [
        ("4:memory:/x\n", "25 1 0:2 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"),
        ("0::/../elsewhere\n", "25 1 0:2 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"),
        ("0::/x\n", "25 1 0:2 / /proc rw - proc proc rw\n"),
        ("", ""),
    ],
)
def test_a_group_that_cannot_be_seen(tree, branch, groups, mounts):
    (tree.proc / "self" / "cgroup").write_text(groups)
    (tree.proc / "self" / "mountinfo").write_text(mounts)
    assert hold(tree, branch) is None


def test_what_a_killed_run_left_is_removed_and_what_is_held_stays(tree, branch):
    own = tree.group("run.scope")
    tree.we_are_in(own)
    cgroup.settle(tree.proc)
    with a_process() as orphan, a_process() as colleague:
        left, foreign = own / f"{cgroup.PREFIX}1-a", own / f"{cgroup.PREFIX}2-b"
        for folder, process in ((left, orphan), (foreign, colleague)):
            tree.make(folder)
            tree.write(folder / "cgroup.procs", process.pid)
        lock = cgroup._Locked(foreign)
        group = hold(tree, branch)
        assert not left.exists() and orphan.wait(10) == -signal.SIGKILL
        assert foreign.exists() and colleague.poll() is None
        lock.close()
        cgroup.clear(tree.proc)
        assert not foreign.exists() and group.folder.exists()
        group.close()


def test_it_tells_once_why_and_whether_it_still_holds(tree, branch):
    tree.we_are_in(tree.group("run.scope"))
    group = hold(tree, branch)
    assert group.ended_because() == ""
    (group.folder / "pids.events").write_text("max 3\n")
    assert "more than 10 processes" in group.ended_because()
    (group.folder / "memory.events").write_text("oom 2\noom_kill 1\n")
    (group.folder / "pids.events").write_text("max 9\n")
    assert "more than 40 MB of memory" in group.ended_because()
    assert group.ended_because() == ""
    (group.folder / "memory.max").write_text("max\n")
    assert cgroup.held(group) == "watcher"
    (group.folder / "memory.max").unlink()  # a service manager has taken the controller back
    assert cgroup.held(group) == "watcher"
    group.close()
    assert branch.wait(10) == -signal.SIGKILL and not group.folder.exists()
    assert group.ended_because() == ""


def test_on_an_older_linux_its_processes_are_killed_one_by_one(tree, branch, monkeypatch):
    tree.we_are_in(tree.group("run.scope"))
    group = hold(tree, branch)
    (group.folder / "cgroup.kill").unlink()
    killed = []

    def kill(pid, number):
        killed.append(pid)
        (group.folder / "cgroup.procs").write_text("")

    (group.folder / "cgroup.procs").write_text(f"0\n{branch.pid}\n")
    with monkeypatch.context() as replaced:
        replaced.setattr(os, "kill", kill)
        group.close()
    # Never 0: that would be the grader's own process group.
    assert killed == [branch.pid] and not group.folder.exists()


def test_every_report_says_who_held_the_limits(tmp_path):
    class_ = [
        Result(name, [Cell("01_toy", "double", 1, 3, False)], 0.0, limits=held)
        for name, held in (("ada", "cgroup"), ("bob", "watcher"), ("cy", ""))
    ]
    assert "control groups: 1, by the watcher alone: 1" in table(class_).splitlines()[-1]
    write_csv(class_, "01_toy", tmp_path / "class.csv")
    rows = list(csv.DictReader((tmp_path / "class.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["limits"] for row in rows] == ["cgroup", "watcher", ""]


# What the watcher of /proc sees late or not at all.
HOGS = {
    "memory": "keep = []\nwhile True: keep.append(bytearray(b'x' * 2**20))",
    "memfd": "import os; file = os.memfd_create('x')\nwhile True: os.write(file, b'x' * 2**20)",
    "processes": "import os, time\nwhile True:\n if not os.fork(): time.sleep(60)",
}


@pytest.mark.parametrize(("hog", "because"), [("memory", "memory"), ("memfd", "memory"), ("processes", "processes")])
def test_the_system_itself_holds_the_limits(hog, because):
    with a_process(sys.executable, "-Sc", f"input()\n{HOGS[hog]}") as child:
        group = cgroup.hold(child.pid, LIMITS)
        if group is None:
            pytest.skip("no group of cgroup v2 with the controllers memory and pids may be made here")
        assert cgroup.held(group) == "cgroup"
        child.stdin.write("\n")
        child.stdin.flush()
        child.wait(60)
        assert because in group.ended_because()
        group.close()
        assert not group.folder.exists() and cgroup.held(group) == "watcher"
