"""The command that starts a process in bubblewrap, and advice where that does not work."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from autograding.messages import _, plain
from autograding.sandbox.interpreter import interpreter
from autograding.sandbox.limits import Limits

INSIDE = Path(__file__).with_name("inside")
STAND_INS = "/stand_ins"
PRIVATE = "/private"  # each submission's own temporary folder, also reached as /tmp where that is free
NOBODY = 65534
# What a Python with NumPy, torch and matplotlib reads of a Linux system. Of /etc only the loader's list, fonts and the
# time zone: no passwords, keys or names.
SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin")
# Not /dev/zero: mapped and shared, it is memory that no process is charged for.
# What lies below /usr and is not the system's: nbgrader's exchange holds what everybody has handed in.
MASKED = ("/usr/local/share/nbgrader", "/usr/local/etc", "/usr/local/src", "/usr/src")
DEVICES = ("null", "full", "random", "urandom", "tty")
HOSTNAME = "sandbox"
HOSTS = ("hosts", "nsswitch.conf")  # ours, in the folder inside: localhost has an address
ETC = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/fonts", "/etc/localtime", "/etc/alternatives")


class SandboxMissing(Exception):
    """bubblewrap or libseccomp does not work on this machine; the text says what to do."""


@cache
def identity() -> tuple[str, ...]:
    """bubblewrap's options for an unprivileged user. Raises SandboxMissing where none of them works."""
    program = shutil.which("bwrap")
    if program is None:
        raise SandboxMissing(
            _(
                "bubblewrap is not installed, so strangers' notebooks cannot run safely. Install it "
                "(Debian, Ubuntu: apt install bubblewrap libseccomp2; Fedora: dnf install bubblewrap libseccomp; "
                "Arch: pacman -S bubblewrap libseccomp). "
                "Only for submissions that you trust: --isolation=none"
            )
        )
    said = []
    for options in _identities():
        command = [program, *options, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--ro-bind", "/", "/"]
        command += ["--proc", "/proc", sys.executable, "-I", "-S", "-c", _PROBE]
        tried = subprocess.run(command, capture_output=True, text=True, timeout=60)
        if tried.returncode == 0:
            return options
        said.append(plain(tried.stderr))
    raise SandboxMissing(
        _(
            "bubblewrap is installed but may not make namespaces here ({said}). Enable user namespaces: "
            "sysctl -w user.max_user_namespaces=15000; on Debian also kernel.unprivileged_userns_clone=1; on Ubuntu "
            "24.04 also kernel.apparmor_restrict_unprivileged_userns=0; in a container allow the calls unshare and "
            "mount (Docker: --security-opt seccomp=unconfined). Only for submissions that you trust: --isolation=none"
        ).format(said="; ".join(said))
    )


# Run in bubblewrap: can a process hide others in /proc, and make a submission's namespaces? See inside/confine.
_PROBE = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for failed in (
    libc.mount(b"proc", b"/proc", b"proc", 32 | 2 | 4 | 8, b"hidepid=ptraceable"),
    libc.unshare(0x78020000),
):
    if failed:
        raise SystemExit(os.strerror(ctypes.get_errno()))
"""


def _identities():
    # The warm parent needs this to hide processes in /proc, and then gives it up.
    hide = ("--cap-add", "CAP_SYS_ADMIN")
    unprivileged = ("--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY), *hide)
    if os.getuid():
        return [unprivileged]
    # As root, the parent can read root's files, and give each kernel a user of its own. Where a container forbids
    # that, a user namespace works.
    own_users = [option for name in ("SETUID", "SETGID", "KILL") for option in ("--cap-add", f"CAP_{name}")]
    return [(*own_users, *hide), unprivileged]


def changes_user() -> int | None:
    """A user for kernels that can have none of their own, or None where bubblewrap has changed the user already."""
    return None if "--unshare-user" in identity() else NOBODY


def command(stand_ins: Path | None, hidden: Iterable[Path], limits: Limits) -> list[str]:
    """bubblewrap's command line; the program to run inside follows it."""
    python = interpreter(limits.python)
    line = [shutil.which("bwrap"), *identity(), "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    line += ["--hostname", HOSTNAME]
    line += ["--unshare-cgroup-try", "--die-with-parent", "--new-session", "--clearenv"]
    shown = _without_inner(Path(place) for place in python.folders)
    folders = [(Path(inside), outside) for inside, outside in limits.folders]
    folders += [(Path(place), place) for place in limits.python_path]
    line += ["--perms", "0755", "--dir", "/etc"]
    for place in (*SYSTEM, *ETC):
        if os.path.islink(place) and place in SYSTEM:
            line += ["--symlink", os.readlink(place), place]
        elif os.path.exists(place):
            line += ["--ro-bind", place, place]
    for place in shown:
        line += [*_way_to(place), "--ro-bind", str(place), str(place)]
    for inside, outside in sorted(folders):
        line += [*_way_to(inside), "--ro-bind", outside, str(inside)]
    if not any(place.is_relative_to("/tmp") for place in (*shown, *(inside for inside, _outside in folders))):
        line += ["--symlink", PRIVATE, "/tmp"]  # a mount on /tmp would hide an interpreter below it
    line += ["--perms", "0755", "--dir", "/grader", "--ro-bind", str(INSIDE), "/grader/inside"]
    for name in HOSTS:
        line += ["--ro-bind", str(INSIDE / name), f"/etc/{name}"]
    if stand_ins is not None:
        line += ["--ro-bind", str(stand_ins), STAND_INS]
    for place in (*hidden, *(Path(place) for place in MASKED if os.path.isdir(place))):
        if any(place.is_relative_to(folder) for folder in (*shown, Path("/usr"))):
            line += ["--tmpfs", str(place), "--remount-ro", str(place)]
    # Each submission mounts its own folder over these. The warm parent's are empty.
    line += ["--proc", "/proc", "--perms", "1777", "--tmpfs", PRIVATE]
    # Not --dev: for its devpts bubblewrap makes a second user namespace, in which processes cannot be hidden.
    line += ["--perms", "0755", "--tmpfs", "/dev", "--symlink", "pts/ptmx", "/dev/ptmx"]
    for name in DEVICES:
        line += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    for name, target in {"fd": "fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}.items():
        line += ["--symlink", f"/proc/self/{target}", f"/dev/{name}"]
    line += ["--perms", "0755", "--dir", "/dev/pts", "--perms", "0755", "--dir", "/dev/shm"]
    line += ["--perms", "0755", "--dir", "/submission", "--remount-ro", "/dev", "--remount-ro", "/"]
    environment = {
        "PATH": os.pathsep.join([str(Path(python.program).parent), "/usr/bin", "/bin"]),
        "HOME": PRIVATE,
        "TMPDIR": PRIVATE,
        **dict.fromkeys(("USER", "LOGNAME"), "student"),  # a number has no name in the sandbox
        **python_environment("/grader"),
    }
    for name, value in environment.items():
        line += ["--setenv", name, value]
    return line


def python_environment(folder: str) -> dict[str, str]:
    """The warm parent's environment: the folder of the package `inside`, and one thread for every library."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    # The limit also holds where a notebook asks for more: threads of OpenMP do not survive a fork, and a graded call in
    # a fork would wait for them.
    one = dict.fromkeys((*names, "OMP_THREAD_LIMIT"), "1")
    return one | {
        "PYTHONPATH": folder,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "NBGRADER_EXECUTION": "autograde",  # as nbgrader/converters/autograde.py has it
    }


def _without_inner(folders):
    """The folders outside /usr, without those that lie in another of them."""
    found = {place for place in folders if place.is_dir() and not place.is_relative_to("/usr")}
    return sorted(p for p in found if not any(p != other and p.is_relative_to(other) for other in found))


def _way_to(place):
    # If bubblewrap made these itself, only its own user could enter them.
    ways = []
    for folder in reversed(place.parents[:-1]):
        ways += ["--perms", "0755", "--dir", str(folder)]
    return ways


def installed(package: str) -> list[Path]:
    """The folders of a package, which are to be hidden in the sandbox."""
    spec = find_spec(package)
    if spec is None:
        return []
    return [Path(p) for p in spec.submodule_search_locations or [] if os.path.isdir(p)]
