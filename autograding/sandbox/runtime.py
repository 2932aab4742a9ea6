"""The sandbox made by a container runtime in the place of bubblewrap: `c.Autograding.runtime = ["crun"]`.

For those whose machines have a runtime with rules of their own (SELinux, AppArmor). It gets what bubblewrap would get:
the command line of `bubblewrap.command` is translated into a bundle, as the Open Container Initiative describes it.
What is inside, and what keeps kernels apart, stays the same.
"""

import json
import os
import shutil
from pathlib import Path, PurePosixPath

from autograding.messages import _, plain
from autograding.sandbox.bubblewrap import SandboxMissing

LISTENER = 3  # the number that the listening socket has inside
# The runtime must end with this process, and the container with the runtime, as with bubblewrap's --die-with-parent.
ENDS_WITH_PARENT = ("setpriv", "--pdeathsig", "KILL", "--")
NAMESPACES = {"pid": "pid", "net": "network", "ipc": "ipc", "uts": "uts", "cgroup-try": "cgroup", "user": "user"}
# Every runtime makes these devices and links in /dev by itself.
OWN_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
FLAGS = ("nosuid", "nodev")


def command(runtime: tuple[str, ...], sandbox: list[str], program: list[str], bundle: Path) -> list[str]:
    """The command that runs `program` in a container like `sandbox`, a command line of bubblewrap.

    Its standard input must be the listening socket, which is LISTENER inside.
    """
    if shutil.which(runtime[0]) is None:
        raise SandboxMissing(
            _("c.Autograding.runtime names {name}, and there is no such program. Install it, or take it out").format(
                name=plain(runtime[0])
            )
        )
    root = bundle / "rootfs"
    root.mkdir()
    (bundle / "config.json").write_text(
        json.dumps(specification(sandbox, [*ENDS_WITH_PARENT, *program], root)), encoding="utf-8"
    )
    line = [*ENDS_WITH_PARENT, *runtime, "--root", str(bundle / "state"), "run", "--preserve-fds", "1"]
    # The runtime may keep groups where those of other runs are.
    line += ["--bundle", str(bundle), f"autograding-{os.getpid()}-{bundle.name}"]
    return ["/bin/sh", "-c", f'exec "$@" {LISTENER}<&0 0</dev/null', "sh", *line]


def specification(sandbox: list[str], program: list[str], root: Path) -> dict:
    """The bundle's config.json; folders and links are made below `root`. Raises ValueError for what it cannot say."""
    told = _Told(root)
    words = iter(sandbox[1:])
    for word in words:
        told.take(word.removeprefix("--"), words)
    capabilities = dict.fromkeys(("bounding", "effective", "permitted"), told.capabilities)
    linux = {"namespaces": [{"type": name} for name in ("mount", *told.namespaces)]}
    for kind, inside, outside in (("uid", told.user["uid"], os.getuid()), ("gid", told.user["gid"], os.getgid())):
        if "user" in told.namespaces:
            linux[f"{kind}Mappings"] = [{"containerID": inside, "hostID": outside, "size": 1}]
    return {
        "ociVersion": "1.0.2",
        "root": {"path": str(root), "readonly": True},
        "hostname": "sandbox",
        "process": {
            "args": program,
            "env": told.environment,
            "cwd": "/",
            "user": told.user,
            "capabilities": capabilities,
            "noNewPrivileges": True,
        },
        "mounts": told.mounts,
        "linux": linux,
    }


class _Told:
    """What bubblewrap's options say, one after the other."""

    def __init__(self, root):
        self.root, self.mode = root, "0755"
        self.mounts, self.environment, self.namespaces, self.capabilities = [], [], [], []
        self.user = {"uid": 0, "gid": 0}

    def take(self, option, words):
        mode, self.mode = self.mode, "0755"
        match option:
            case "die-with-parent" | "new-session" | "clearenv":
                pass  # see `command`; a container has a session and an environment of its own
            case _ if option.removeprefix("unshare-") in NAMESPACES:
                self.namespaces.append(NAMESPACES[option.removeprefix("unshare-")])
            case "hostname":
                next(words)  # the bundle says the same
            case "perms":
                self.mode = next(words)
            case "uid" | "gid":
                self.user[option] = int(next(words))
            case "cap-add":
                self.capabilities.append(next(words))
            case "setenv":
                self.environment.append(f"{next(words)}={next(words)}")
            case "ro-bind":
                self.bind(next(words), next(words))
            case "dev-bind":
                if PurePosixPath(next(words)).name not in OWN_DEVICES or not next(words).startswith("/dev/"):
                    raise ValueError(option)
            case "proc":
                self.mount("proc", "proc", next(words), "noexec", *FLAGS)
            case "tmpfs":
                place = next(words)
                self.mount("tmpfs", "tmpfs", place, f"mode={mode}", *(FLAGS if place != "/dev" else FLAGS[:1]))
            case "dir":
                self.folder(next(words), mode)
            case "symlink":
                target, place = next(words), next(words)
                if self.above(place) is None:  # in /dev the runtime makes them
                    self.below_root(place).symlink_to(target)
            case "remount-ro":
                mount = self.above(place := next(words))
                if mount is not None:
                    mount["options"].append("ro")
                elif place != "/":  # the root is read-only anyway
                    raise ValueError(f"{option} {place}")
            case _:
                raise ValueError(f"an option of bubblewrap that has no translation: {option}")

    def bind(self, source, place):
        is_folder = os.path.isdir(source)
        if self.above(place) is None:  # what it is mounted on
            target = self.below_root(place)
            target.mkdir(exist_ok=True) if is_folder else target.touch()
        self.mount("bind", source, place, "rbind", "rro" if is_folder else "ro", *FLAGS)

    def mount(self, kind, source, place, *options):
        self.mounts.append({"type": kind, "source": source, "destination": place, "options": list(options)})

    def above(self, place):
        """The mount that hides what lies there in the root."""
        hiding = [m for m in self.mounts if PurePosixPath(place).is_relative_to(m["destination"])]
        return hiding[-1] if hiding else None

    def folder(self, place, mode):
        if self.above(place) is None:
            path = self.below_root(place)
            path.mkdir(exist_ok=True)
            path.chmod(int(mode, 8))
        else:
            self.mount("tmpfs", "tmpfs", place, f"mode={mode}", "size=4k", "ro", *FLAGS)

    def below_root(self, place):
        path = self.root / place.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        return path
