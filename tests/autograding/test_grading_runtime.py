"""A container runtime in the place of bubblewrap gets the same sandbox: nothing of the command line is lost."""

import os
import shutil
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Toy

import autograding.__main__
from autograding.course import Course
from autograding.report.results import read_results
from autograding.sandbox import bubblewrap, runtime
from autograding.sandbox.limits import Limits

sys.path.insert(0, str(Path(__file__).parent / "courses"))
import rows  # noqa: E402 (found by the line before)

RUNTIMES = (("runc",), ("crun", "--cgroup-manager=disabled"))

AS_ROOT = ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SYS_ADMIN")
AS_USER = ("--unshare-user", "--uid", "65534", "--gid", "65534", "--cap-add", "CAP_SYS_ADMIN")


@pytest.fixture
def told(monkeypatch, tmp_path):
    def of(identity=AS_ROOT, *more):
        monkeypatch.setattr(bubblewrap, "identity", lambda: identity)
        line = [*bubblewrap.command(tmp_path, [tmp_path / "hidden"], Limits()), *more]
        root = tmp_path / f"root{len(os.listdir(tmp_path))}"
        root.mkdir()
        return runtime.specification(["bwrap", *line[1:]], ["python", "x"], root), root

    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    return of


def test_nothing_of_the_system_can_be_written(told):
    described, root = told()
    assert described["root"] == {"path": str(root), "readonly": True} and described["process"]["noNewPrivileges"]
    for mount in described["mounts"]:
        options = set(mount["options"])
        if mount["type"] == "bind":
            assert options & {"ro", "rro"} and {"nosuid", "nodev"} <= options, mount
        elif mount["destination"] not in ("/proc", bubblewrap.PRIVATE):  # these the parent closes, see inside/confine
            assert "ro" in options, mount
    shown = {mount["source"] for mount in described["mounts"] if mount["type"] == "bind"}
    assert "/usr" in shown and not shown & {"/", "/etc", "/home", "/root", "/sys", "/run", "/var"}


def test_it_has_no_network_no_rights_and_an_environment_of_its_own(told, monkeypatch):
    monkeypatch.setenv("SECRET", "x")
    described, _root = told()
    namespaces = {one["type"] for one in described["linux"]["namespaces"]}
    assert namespaces == {"mount", "pid", "network", "ipc", "uts", "cgroup"}
    assert set(map(tuple, described["process"]["capabilities"].values())) == {("CAP_SETUID", "CAP_SYS_ADMIN")}
    assert "inheritable" not in described["process"]["capabilities"]
    environment = dict(one.split("=", 1) for one in described["process"]["env"])
    assert environment["HOME"] == bubblewrap.PRIVATE and "SECRET" not in environment


def test_an_ordinary_user_is_mapped_to_nobody_alone(told):
    described, _root = told(AS_USER)
    assert {"type": "user"} in described["linux"]["namespaces"]
    assert described["process"]["user"] == {"uid": 65534, "gid": 65534}
    assert described["linux"]["uidMappings"] == [{"containerID": 65534, "hostID": os.getuid(), "size": 1}]


def test_folders_and_links_are_made_with_their_rights(told):
    _described, root = told()
    assert (root / "grader").stat().st_mode & 0o777 == 0o755 and (root / "submission").is_dir()
    links = [place for place in bubblewrap.SYSTEM if os.path.islink(place)]
    assert [os.readlink(root / place[1:]) for place in links] == [os.readlink(place) for place in links]


@pytest.mark.parametrize("option", [["--bind", "/", "/"], ["--share-net"], ["--dev-bind", "/dev/sda", "/dev/sda"]])
def test_an_option_without_a_translation_is_refused(told, option):
    with pytest.raises(ValueError):
        told(AS_ROOT, *option)


def test_a_runtime_that_is_not_there_is_named(tmp_path):
    with pytest.raises(bubblewrap.SandboxMissing, match="no-such-runtime"):
        runtime.command(("no-such-runtime",), ["bwrap"], [sys.executable], tmp_path / "bundle")


def why_not(chosen, folder) -> str:
    """What keeps this runtime from starting a container here at all, whatever would run in it; "" if nothing does."""
    if shutil.which(chosen[0]) is None:
        return f"{chosen[0]} is not installed"
    folder.mkdir()
    line = runtime.command(chosen, bubblewrap.command(None, (), Limits()), ["/usr/bin/true"], folder)
    with socket.socket(socket.AF_UNIX) as listener:
        tried = subprocess.run(line, stdin=listener, capture_output=True, text=True, timeout=60)
    return f"{chosen[0]} starts no container here: {tried.stderr.strip()}" if tried.returncode else ""


@pytest.mark.grading
@pytest.mark.parametrize("chosen", RUNTIMES, ids=[one[0] for one in RUNTIMES])
def test_a_class_gets_the_marks_that_it_gets_in_bubblewrap(chosen, tmp_path):
    if reason := why_not(chosen, tmp_path / "nothing"):
        pytest.skip(reason)
    scratch = tmp_path / "rows"
    scratch.mkdir()
    of_rows = dict(rows.rows(scratch, 9))
    # A right and a wrong answer; a /proc of one's own.
    for number, name in enumerate(("shapes.assignment_50%", "machine.children")):
        row = of_rows[name]
        course = replace(row.course, after=f"{row.course.after}\nc.Autograding.runtime = {list(chosen)!r}")
        toy = Toy.at(course.write(tmp_path / f"course{number}"))
        done = toy.here(autograding.__main__.main, course.assignment)
        assert done.returncode == 0, done.stdout + done.stderr
        results, unread = read_results(Course(toy.root), course.assignment, row.scores)
        assert ({result.student: result.total_so_far for result in results}, unread) == (row.scores, {})
