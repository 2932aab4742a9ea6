"""Kinds: what one student's notebook leaves is found by another student's; what is mounted for all is reached."""

from kinds import Member, coded

# Every folder and every name where something might stay; before that, whatever hides a shared folder is taken away.
REACH = """
import contextlib, ctypes, glob, mmap, os, socket
libc = ctypes.CDLL(None, use_errno=True)
taken = [place for place in (b"/private", b"/submission", b"/dev/shm", b"/tmp", b"/dev/pts", b"/proc", b"/grader", b"/")
         if libc.umount2(place, 2) == 0]
print("umounted:", len(taken), taken)
def places():
    for root in ("/private", "/submission", "/dev/shm", "/tmp", "/var/tmp", "/run", "/run/lock", "/var/lock", "/dev",
                 "/dev/mqueue", "/proc/1/root/private", "/proc/1/cwd", "/home", "/root", "/mnt", "/"):
        yield root
"""
LEAVE = (
    REACH
    + """
for place in places():
    with contextlib.suppress(OSError), open(f"{place}/left-for-others", "w") as file:
        file.write("2 * x")
with contextlib.suppress(OSError):
    libc.shmget.restype = ctypes.c_int
    handle = libc.shmget(0x1234, 4096, 0o1666)
    libc.shmat.restype = ctypes.c_void_p
    if handle >= 0:
        ctypes.memmove(libc.shmat(handle, None, 0), b"2 * x", 5)
libc.add_key(b"user", b"left-for-others", b"2 * x", 5, -3)
libc.add_key(b"user", b"left-for-others", b"2 * x", 5, -4)
# A process that outlives the notebook, if it can.
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        with contextlib.suppress(BaseException), socket.socket(socket.AF_UNIX) as listener:
            listener.settimeout(60)
            listener.bind("\\0left-for-others")
            listener.listen()
            while True:
                listener.accept()[0].sendall(b"2 * x")
    os._exit(0)
def double(x): return 0
"""
)
TAKE = (
    REACH
    + """
found = []
for place in places():
    with contextlib.suppress(OSError), open(f"{place}/left-for-others") as file:
        found.append(file.read())
with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as s:
    s.connect("\\0left-for-others")
    found.append(s.recv(99).decode())
libc.shmat.restype = ctypes.c_void_p
handle = libc.shmget(0x1234, 4096, 0o666)
if handle >= 0:
    found.append(ctypes.string_at(libc.shmat(handle, None, 0), 5).decode())
print("found:", len(found))
def double(x): return eval(found[0]) if found else 0
"""
)
LOOK = """
import ctypes, os, struct, time
libc = ctypes.CDLL(None, use_errno=True)
handle = libc.inotify_init1(0o4000)
watched = [libc.inotify_add_watch(handle, path, 0xFFF) for path in PATHS] if handle >= 0 else []
time.sleep(2)
try:
    seen = os.read(handle, 1 << 16) if handle >= 0 else b""
except OSError:
    seen = b""
print("watched:", sum(w >= 0 for w in watched), "opens seen:", len(seen))
def double(x): return 0
"""
PATHS = [b"/usr/lib/python3", b"/etc/hosts", b"/usr/lib/locale", b"/dev/null", b"/dev/urandom"]


def leavers() -> list[Member]:
    """Who leaves something, and, graded after it by the same worker, who takes it."""
    kind = "left for other students"
    return [
        coded(
            "a_leaves",
            kind,
            2,
            {"double": LEAVE},
            told="umounted: 0",
            case="private channel: a_leaves, z_takes",
            often=True,
        ),
        coded(
            "z_takes", kind, 2, {"double": TAKE}, told="found: 0", case="private channel: a_leaves, z_takes", often=True
        ),
    ]


def mounted() -> list[Member]:
    """What is mounted for everyone."""
    kind = "what is mounted for all"
    look = (
        f"import sysconfig, numpy\nPATHS = {PATHS!r} + [numpy.__file__.encode(), sysconfig.__file__.encode()]\n{LOOK}"
    )
    mount = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
os.makedirs("m", exist_ok=True)
kinds = b"tmpfs ramfs proc sysfs devpts mqueue cgroup2 cgroup overlay fuse bpf debugfs".split()
done = [kind for kind in kinds if libc.mount(kind, b"m", kind, 0, None) == 0]
done += [b"bind"] * (libc.mount(b"/", b"m", None, 4096, None) == 0)
done += [b"remount"] * (libc.mount(None, b"/", None, 32, None) == 0)
print("mounted:", len(done), done)
def double(x): return 0
"""
    return [
        coded(
            "umounts_private",
            kind,
            2,
            {"double": REACH + "def double(x): return 0\n"},
            told="umounted: 0 []",
            case="umounts_private",
        ),
        coded(
            "ramfs_without_limit",
            kind,
            2,
            {"double": mount},
            told="mounted: 0 []",
            case="ramfs_without_limit",
            often=True,
        ),
        coded(
            "watches_shared_files",
            kind,
            2,
            {"double": look},
            told="watched: 0",
            case="channels between kernels: inotify and flock on shared files",
        ),
        coded(
            "locks_shared_files",
            kind,
            2,
            {
                "double": """
import fcntl, glob, os, numpy
locked = 0
for path in [numpy.__file__, "/etc/hosts", "/usr/bin", "/", "/dev/null", "/grader", "/proc", "/usr/lib/locale"]:
    try:
        # Who asks may be told yes. A lock that is there is refused to another handle.
        one, other = os.open(path, os.O_RDONLY), os.open(path, os.O_RDONLY)
        fcntl.flock(one, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            locked += 1
    except OSError as error:
        print(path, error)
print("locked:", locked)
def double(x): return 0
"""
            },
            told="locked: 0",
            case="channels between kernels: inotify and flock on shared files",
        ),
        coded(
            "cgroup_kill",
            kind,
            2,
            {
                "double": """
import glob
written = []
for path in glob.glob("/sys/fs/cgroup/**/cgroup.[kp]*", recursive=True):
    try:
        open(path, "w").close()
        written.append(path)
    except OSError:
        pass
print("may be written:", len(written))
def double(x): return 0
"""
            },
            told="may be written: 0",
            case="cgroup.kill in a delegated cgroup, as an ordinary user",
        ),
    ]
