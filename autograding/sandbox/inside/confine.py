"""What keeps a kernel from the grader and from other kernels: namespaces, rights, limits. Runs inside bubblewrap."""

import base64
import ctypes
import errno
import fcntl
import os
import platform
import resource
import secrets
import signal
import socket
import struct
from contextlib import suppress
from pathlib import Path

NEW_NAMESPACES = 0x00020000 | 0x10000000 | 0x20000000 | 0x40000000 | 0x08000000  # mount, user, pid, net, ipc: sched.h
READ_ONLY, NOSUID, NODEV, NOEXEC, REMOUNT, BIND = 1, 2, 4, 8, 32, 4096  # sys/mount.h
SET_DUMPABLE, SET_DEATH_SIGNAL, SET_SECCOMP, SET_NO_NEW_PRIVILEGES, DROP_FROM_BOUND = 4, 1, 22, 38, 24  # sys/prctl.h
SECCOMP_FILTER = 2  # linux/seccomp.h
CAPABILITIES_VERSION = 0x20080522  # linux/capability.h
SET_INTERFACE_FLAGS, UP_AND_LOOPBACK = 0x8914, 1 | 8  # linux/sockios.h, net/if.h
# The system call keyctl, and its command that leaves the session keyring of the grader's user.
KEYCTL = {"x86_64": 250, "aarch64": 219, "riscv64": 219, "ppc64le": 271, "s390x": 280}
JOIN_SESSION_KEYRING = 1
# The system call clone.
CLONE = {"x86_64": 56, "aarch64": 220, "riscv64": 220, "ppc64le": 120, "s390x": 120}
KILL, SETGID, SETUID = 5, 6, 7  # linux/capability.h
# No system gives these numbers to people, services or containers.
MOST_TERMINALS = 16
MOST_FILES, FILES_OF_A_CALL = 512, 64
# Addresses are no memory, but the tables for them are: 1/512 of what was looked at, faster than any watcher looks.
ADDRESSES = 16  # times the memory
FIRST_USER, USERS = 0x70000000, 1 << 27
libc = ctypes.CDLL(None, use_errno=True)


def hide_processes():
    """Hide processes in /proc from those that may not trace them: this process, and other kernels'."""
    flags = REMOUNT | NOSUID | NODEV | NOEXEC
    check(libc.mount(b"proc", b"/proc", b"proc", flags, b"hidepid=ptraceable"), "hide processes in /proc")


def keep_whole_processes():
    """Mount /proc once more, where nobody comes: bubblewrap covers parts of the other one when root starts it, and a
    user namespace may have a /proc of its own only where it sees one that is whole (fs/namespace.c of Linux).
    """
    whole = Path("/private/proc")
    whole.mkdir()
    flags = NOSUID | NODEV | NOEXEC
    check(libc.mount(b"proc", str(whole).encode(), b"proc", flags, b"hidepid=ptraceable"), "mount a second /proc")


def own_processes():
    """Give this kernel a /proc of its own, with the numbers that its processes know of themselves.

    Where the system does not allow it, as some container runtimes do not, the one in which others are hidden stays.
    """
    flags = NOSUID | NODEV | NOEXEC
    if libc.mount(b"proc", b"/proc", b"proc", flags, b"hidepid=ptraceable") and ctypes.get_errno() != errno.EPERM:
        check(-1, "mount /proc")


def close_private_folder():
    """Make the folder below every kernel's own read-only: nothing that outlives a kernel can be written to."""
    flags = REMOUNT | BIND | READ_ONLY | NOSUID | NODEV
    check(libc.mount(None, b"/private", None, flags, None), "make /private read-only")


def become_another(user):
    """Become a user whom no other process has, and who has no rights; `user` where the system knows no such number.

    What Linux counts for each user (descriptors on their way, pipes, locks) then counts for this kernel alone.
    """
    os.setgroups([])
    for one in (FIRST_USER + secrets.randbelow(USERS), user):
        try:
            os.setresgid(one, one, one)
            os.setresuid(one, one, one)
            return
        except OSError as error:
            if error.errno != errno.EINVAL:  # in a container with few users
                raise
    raise OSError("no user to become")


def keep_only(capabilities):
    """Drop all capabilities but these numbers."""
    bits = sum(1 << number for number in capabilities)
    head = struct.pack("=Ii", CAPABILITIES_VERSION, 0)
    check(libc.capset(head, struct.pack("=6I", bits, bits, 0, 0, 0, 0)), "give up capabilities")
    status = Path("/proc/self/status").read_text()
    for kind, allowed in (("CapInh", 0), ("CapPrm", bits), ("CapEff", bits), ("CapAmb", 0)):
        if int(status.partition(f"{kind}:")[2].split()[0], 16) & ~allowed:
            raise OSError(f"{kind} are still there")


def give_up_rights():
    """Drop all capabilities, also for programs that are started later."""
    for number in range(64):
        if libc.prctl(DROP_FROM_BOUND, number, 0, 0, 0):
            break  # this system knows no more
    keep_only(())
    check(libc.prctl(SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "allow no new privileges")


def allow_calls(program):
    """Load the list of system calls, a program for seccomp (sandbox/syscalls.py). It cannot be taken off again."""
    code = base64.b64decode(program)
    text = ctypes.create_string_buffer(code, len(code))
    told = Program(len(code) // 8, ctypes.cast(text, ctypes.c_void_p))
    check(libc.prctl(SET_SECCOMP, SECCOMP_FILTER, ctypes.byref(told), 0, 0), "limit system calls")


class Program(ctypes.Structure):
    """struct sock_fprog of linux/filter.h."""

    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


def unshare():
    """Make new namespaces, with the same user and no others."""
    user, group = os.getuid(), os.getgid()
    allow_tracing(True)  # otherwise /proc/self belongs to root, and the maps cannot be written
    check(libc.unshare(NEW_NAMESPACES), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def own_network():
    """Switch on the loopback interface, the only network; leave the session keyring of the grader's user."""
    with socket.socket() as any_socket:
        up = struct.pack("16sH22x", b"lo", UP_AND_LOOPBACK)
        fcntl.ioctl(any_socket, SET_INTERFACE_FLAGS, up)
    # Buffers as small as those of other sockets: the watcher counts sockets, and takes each for so much memory.
    for name in ("tcp_rmem", "tcp_wmem"):
        with suppress(FileNotFoundError):  # a system without IPv4 has no such buffers
            Path("/proc/sys/net/ipv4", name).write_text("4096 65536 131072")
    if platform.machine() in KEYCTL:
        # An error is no harm: the system has no keyrings, or forbids them in the sandbox.
        libc.syscall(KEYCTL[platform.machine()], JOIN_SESSION_KEYRING, None)


def mount_private_folders(options):
    """Mount folders in memory for this submission, all in one of a limited size. They vanish with it."""
    data = f"size={options['folder_bytes']},nr_inodes={options['folder_files']},mode=0755".encode()
    check(libc.mount(b"tmpfs", b"/private", b"tmpfs", NOSUID | NODEV, data), "mount /private")
    for place in ("/submission", "/dev/shm", "/private"):  # the last one hides where the others lie
        own = Path("/private", Path(place).name)
        own.mkdir()
        own.chmod(0o1777)
        check(libc.mount(str(own).encode(), place.encode(), None, BIND, None), f"mount {place}")
    # A container's runtime makes it. Mapped and shared, it is memory that no process is charged for.
    if Path("/dev/zero").exists():
        check(libc.mount(b"/dev/null", b"/dev/zero", None, BIND, None), "hide /dev/zero")
    # Their times would be a message to the next notebook. What is written goes to the device all the same.
    for device in Path("/dev").iterdir():
        if device.is_char_device() and not device.is_symlink():
            name, flags = str(device).encode(), REMOUNT | BIND | READ_ONLY | NOSUID
            # Onto itself, for a container's runtime makes devices that are files and not yet mounts.
            check(libc.mount(name, name, None, BIND, None), f"mount {device}")
            check(libc.mount(None, name, None, flags, None), f"make {device} read-only")
    # Linux has some thousands of terminals for all who run on it.
    terminals = f"newinstance,ptmxmode=0666,mode=600,max={MOST_TERMINALS}".encode()
    check(libc.mount(b"devpts", b"/dev/pts", b"devpts", NOSUID | NOEXEC, terminals), "mount /dev/pts")
    # No further user namespaces: an honest notebook needs none, and many bugs of Linux are found there.
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    return Path("/submission")


def silence():
    """Drop what is written to file descriptors below Python: it must not reach the grader's terminal."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for handle in (0, 1, 2):
        os.dup2(nothing, handle)


def limit(options):
    """Limit what one process may use. The grader watches all of them together."""
    for kind, most in (
        (resource.RLIMIT_DATA, options["memory_bytes"]),
        (resource.RLIMIT_AS, ADDRESSES * options["memory_bytes"]),
        (resource.RLIMIT_FSIZE, options["file_bytes"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_SIGPENDING, 1024),
    ):
        resource.setrlimit(kind, (most, most))
    # The last ones are for a call, however many a notebook has left open.
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_FILES, MOST_FILES + FILES_OF_A_CALL))
    if options["isolated"]:
        # Counted for each user namespace. Without one, all of the teacher's processes would count.
        resource.setrlimit(resource.RLIMIT_NPROC, (options["processes"], options["processes"]))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file that grows too long is an OSError, not a death


def allow_tracing(allowed):
    """Set whether processes of the same user may trace this one and read it in /proc."""
    libc.prctl(SET_DUMPABLE, int(allowed), 0, 0, 0)


def fork_aside():
    """As os.fork, but a notebook that waits for all of its children does not wait for this one, nor hear of its end."""
    if platform.machine() not in CLONE:
        return os.fork()
    before, in_parent, in_child, here = _FORKING
    before()
    # All its arguments are 0: nothing is shared, and no signal says that it ended. The lock of Python is held.
    child = here.syscall(CLONE[platform.machine()], 0, 0, 0, 0, 0)
    if child == 0:
        in_child()
        return 0
    in_parent()
    if child < 0:
        raise OSError("no more processes")
    return child


_FORKING = (
    ctypes.pythonapi.PyOS_BeforeFork,
    ctypes.pythonapi.PyOS_AfterFork_Parent,
    ctypes.pythonapi.PyOS_AfterFork_Child,
    ctypes.PyDLL(None),
)
WAIT_FOR_ANY_KIND = 0x40000000  # __WALL of linux/wait.h


def end_with_parent(number):
    """Let the system send this process a signal when its parent ends."""
    libc.prctl(SET_DEATH_SIGNAL, number, 0, 0, 0)


def check(result, what):
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
