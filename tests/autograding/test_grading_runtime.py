"""A container runtime in the place of bubblewrap gets the same sandbox: nothing of the command line is lost."""

import os
import shutil
import sys

import pytest

from autograding.sandbox import bubblewrap, runtime
from autograding.sandbox.limits import Limits

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
