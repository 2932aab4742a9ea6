"""Executed notebooks are kept whole or not at all, under a name that nothing else has."""

import os
import resource
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest

from autograding.durable import write_whole
from autograding.run.store import Store, key_of


@dataclass(frozen=True)
class Piece:
    name: str
    points: float


@dataclass(frozen=True)
class Work:
    notebook: bytes
    files: tuple = ()
    pieces: tuple = (Piece("a", 1.0),)


def test_a_result_is_given_back_until_it_is_dropped(tmp_path):
    store = Store(tmp_path / "new" / "store")
    assert store.get("k") is None
    store.put("k", b"one\ntwo")
    assert Store(store.folder).get("k") == b"one\ntwo"
    store.put("k", b"")
    assert store.get("k") == b""
    store.drop("k")
    store.drop("k")
    assert store.get("k") is None and os.listdir(store.folder) == []


def test_what_the_disk_has_damaged_is_not_taken_for_a_result(tmp_path):
    store = Store(tmp_path)
    store.put("k", b"a long enough result")
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    for damaged in (b"", whole[:-1], whole[:20], whole.replace(b"long", b"lung")):
        path.write_bytes(damaged)
        assert store.get("k") is None
    path.write_bytes(whole)
    assert store.get("k") == b"a long enough result"


WORK = Work(b"nb", (("a", b"x"), ("b", b"y")))


@pytest.mark.parametrize(
    "other",
    [
        replace(WORK, notebook=b"nb "),
        replace(WORK, files=(("a", b"xb"), ("", b"y"))),
        replace(WORK, files=(("b", b"x"), ("a", b"y"))),
        replace(WORK, files=("a", b"x", "b", b"y")),
        replace(WORK, pieces=(Piece("a", 2.0),)),
        replace(WORK, pieces=()),
    ],
)
def test_every_difference_of_a_job_changes_its_key(other):
    assert key_of(other, "e") != key_of(WORK, "e")


def test_equal_jobs_have_one_key_in_every_environment_of_their_own():
    assert key_of(Work(b"nb", (("a", b"x"), ("b", b"y"))), "e") == key_of(WORK, "e")
    assert key_of(WORK, "f") != key_of(WORK, "e")
    with pytest.raises(TypeError, match="a job is plain data, got set"):
        key_of(replace(WORK, files={1, 2}), "e")


@contextmanager
def full_disk():
    """No file of this process may grow beyond 1 kB, which is how a full disk answers: by an error in mid-write.

    Only around the writes that are tried: pytest's own output may go to a file, and would fail too.
    """
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_on_a_full_disk_nothing_is_kept_and_what_was_kept_stays(tmp_path):
    with full_disk():
        store = Store(tmp_path)
        store.put("k", b"small")
        with pytest.raises(OSError):
            store.put("k", b"x" * 5000)
        with pytest.raises(OSError):
            store.put("new", b"x" * 5000)
        assert store.get("k") == b"small" and store.get("new") is None
        assert len(os.listdir(tmp_path)) == 1
        mark = tmp_path / "mark"
        write_whole(mark, "old")
        with pytest.raises(OSError):
            write_whole(mark, "x" * 5000)
        assert mark.read_text() == "old"


def test_a_run_killed_in_mid_write_leaves_no_result(tmp_path):
    program = (
        "import os, signal, sys; from pathlib import Path; from autograding.run import store\n"
        "os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)\n"
        "store.Store(Path(sys.argv[1])).put('k', b'x' * 100_000)"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(tmp_path)], timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert len(os.listdir(tmp_path)) == 1  # the half
    store = Store(tmp_path)
    assert store.get("k") is None
    store.sweep()
    assert os.listdir(tmp_path) == []
