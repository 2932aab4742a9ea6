"""Kind: system calls that no notebook needs, and that open ways out of the sandbox. Each must be refused inside.

Refused is what returns EPERM, EACCES, ENOSYS or EAFNOSUPPORT, or what ends the process by SIGSYS.
Anything else was carried out, or tried.
"""

from kinds import FULL, Member, coded

# name: number on x86_64, number on aarch64 and its like, arguments that Linux would take
CALLS = {
    "mount": (165, 40, "b'x', b'/submission', b'tmpfs', 0, 0"),
    "umount2": (166, 39, "b'/submission', 2"),
    "pivot_root": (155, 41, "b'.', b'.'"),
    "chroot": (161, 51, "b'.'"),
    "open_tree": (428, 428, "-100, b'/', 1"),
    "move_mount": (429, 429, "-100, b'.', -100, b'.', 0"),
    "fsopen": (430, 430, "b'tmpfs', 0"),
    "mount_setattr": (442, 442, "-100, b'/', 0, bytes(32), 32"),
    **{
        f"unshare_{name}": (272, 97, str(flag))
        for name, flag in {
            "mount": 0x20000,
            "cgroup": 0x2000000,
            "uts": 0x4000000,
            "ipc": 0x8000000,
            "user": 0x10000000,
            "pid": 0x20000000,
            "network": 0x40000000,
            "time": 0x80,
        }.items()
    },
    "clone_user": (56, 220, "0x10000011, 0, 0, 0, 0"),
    "clone_everything": (56, 220, "0x7E020011, 0, 0, 0, 0"),
    "clone3_user": (435, 435, "struct.pack('11Q', 0x10000000, *[0] * 3, 17, *[0] * 6), 88"),
    "setns": (308, 268, "os.pidfd_open(os.getpid()), 0x4000000"),
    "keyctl_session": (250, 219, "1, 0"),
    "keyctl_describe": (250, 219, "6, -3, 0, 0"),
    "add_key": (248, 217, "b'user', b'k', b'v', 1, -3"),
    "request_key": (249, 218, "b'user', b'k', 0, -3"),
    "bpf": (321, 280, "0, bytes(128), 128"),
    "perf_event_open": (298, 241, "struct.pack('IIQ', 1, 112, 0) + bytes(96), 0, -1, -1, 0"),
    "ptrace_traceme": (101, 117, "0, 0, 0, 0"),
    "ptrace_parent": (101, 117, "0x4206, os.getppid(), 0, 0"),  # PTRACE_SEIZE, which does not stop it
    "process_vm_readv": (310, 270, "os.getppid(), bytes(16), 1, bytes(16), 1, 0"),
    "process_vm_writev": (311, 271, "os.getppid(), bytes(16), 1, bytes(16), 1, 0"),
    "process_madvise": (440, 440, "os.pidfd_open(os.getpid()), 0, 0, 4, 0"),
    "pidfd_getfd": (438, 438, "os.pidfd_open(os.getpid()), 0, 0"),
    "kcmp": (312, 272, "os.getpid(), os.getpid(), 0, 0, 0"),
    "userfaultfd": (323, 282, "1"),
    "io_uring_setup": (425, 425, "4, bytes(120)"),
    "io_uring_enter": (426, 426, "0, 0, 0, 0, 0, 0"),
    "memfd_create": (319, 279, "b'm', 0"),
    "memfd_secret": (447, 447, "0"),
    "shmget": (29, 194, "0, 4096, 0o1600"),
    "msgget": (68, 186, "0, 0o1600"),
    "semget": (64, 190, "0, 1, 0o1600"),
    "mq_open": (240, 180, "b'q', 0o102, 0o600, 0"),
    "inotify_init1": (294, 26, "0"),
    "fanotify_init": (300, 262, "0x200, 0"),
    "name_to_handle_at": (303, 264, "-100, b'/', struct.pack('Ii', 128, 0) + bytes(128), bytes(8), 0"),
    "open_by_handle_at": (304, 265, "-100, struct.pack('Ii', 8, 1) + bytes(8), 0"),
    "kexec_load": (246, 104, "0, 0, 0, 0"),
    "kexec_file_load": (320, 294, "0, 0, 0, 0, 0"),
    "init_module": (175, 105, "0, 0, 0"),
    "finit_module": (313, 273, "0, 0, 0"),
    "delete_module": (176, 106, "b'x', 0"),
    "swapon": (167, 224, "b'/submission/x', 0"),
    "swapoff": (168, 225, "b'/submission/x'"),
    "reboot": (169, 142, "0, 0, 0, 0"),
    "syslog": (103, 116, "10, 0, 0"),
    "acct": (163, 89, "0"),
    "quotactl": (179, 60, "0, 0, 0, 0"),
    "sethostname": (170, 161, "b'x', 1"),
    "setdomainname": (171, 162, "b'x', 1"),
    "settimeofday": (164, 170, "bytes(16), 0"),
    "clock_settime": (227, 112, "0, bytes(16)"),
    "clock_adjtime": (305, 266, "0, struct.pack('I', 1) + bytes(204)"),
    "vmsplice": (278, 75, "os.pipe()[1], bytes(16), 0, 0"),
    "mbind": (237, 235, "0, 0, 0, 0, 0, 0"),
    "migrate_pages": (256, 238, "os.getpid(), 0, 0, 0"),
    "move_pages": (279, 239, "os.getpid(), 0, 0, 0, 0, 0"),
    "lookup_dcookie": (212, 18, "0, 0, 0"),
    "personality": (135, 92, "0x0040000"),
    "raw_socket": (41, 198, "2, 3, 255"),
    "packet_socket": (41, 198, "17, 3, 768"),
    "vsock_socket": (41, 198, "40, 1, 0"),
    "alg_socket": (41, 198, "38, 5, 0"),
}
# Each call in a process of its own: some of them change whoever makes them.
TRY = f"""
import ctypes, os, platform, signal, struct, sys
CALLS = {CALLS!r}
REFUSED = (1, 13, 38, 97)  # EPERM, EACCES, ENOSYS, EAFNOSUPPORT
def outcome(name, more=0):
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(3)
        try:
            libc = ctypes.CDLL(None, use_errno=True)
            libc.syscall.restype = ctypes.c_long
            number = CALLS[name][platform.machine() != "x86_64"] + more
            arguments = eval(f"({{CALLS[name][2]}},)")
            passed = [ctypes.create_string_buffer(a) if type(a) is bytes else ctypes.c_long(a) for a in arguments]
            result = libc.syscall(ctypes.c_long(number), *passed)
            if os.getpid() == os.getppid() or name.startswith("clone") and result == 0:
                os._exit(0)  # the clone
            os.write(theirs, b"refused" if result == -1 and ctypes.get_errno() in REFUSED else
                     f"{{result}} {{ctypes.get_errno()}}".encode())
        except BaseException as error:
            os.write(theirs, b"refused" if isinstance(error, PermissionError) else repr(error).encode())
        os._exit(0)
    os.close(theirs)
    said = os.read(ours, 999).decode()
    os.close(ours)
    _child, status = os.waitpid(child, 0)
    ended = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGSYS
    return said or ("refused" if ended else f"ended {{status}}")
def all_outcomes(more=0):
    return {{name: outcome(name, more) for name in CALLS}}
def tell(outcomes):
    through = {{name: said for name, said in outcomes.items() if said != "refused"}}
    print("refused:", len(outcomes) - len(through), "of", len(outcomes))
    print("carried out:", through)
"""
END = "\ndef double(x): return 0\n"
EVERYTHING = f"refused: {len(CALLS)} of {len(CALLS)}"


def refused() -> list[Member]:
    """From each place where a student's code runs."""
    kind = "system calls that must be refused"
    thread = TRY + (
        "import threading\nthread = threading.Thread(target=lambda: tell(all_outcomes()))\n"
        "thread.start()\nthread.join()\n"
    )
    program = (
        "import subprocess, sys\n"
        "print(subprocess.run([sys.executable, '-c', PROGRAM], capture_output=True, text=True).stdout)\n"
    )
    answer = TRY + "def double(x):\n    return 2 * x if set(all_outcomes().values()) == {'refused'} else 0\n"
    return [
        coded(
            "calls_from_a_cell",
            kind,
            2,
            {"double": TRY + "tell(all_outcomes())" + END},
            told=EVERYTHING,
            often=True,
            case="user_namespaces_again",
        ),
        coded("calls_from_a_thread", kind, 2, {"double": thread + END}, told=EVERYTHING),
        coded(
            "calls_from_a_program",
            kind,
            2,
            {"double": f"PROGRAM = {TRY + 'tell(all_outcomes())'!r}\n" + program + END},
            told=EVERYTHING,
        ),
        # Its points tell: an answer is right where everything is refused.
        coded("calls_from_an_answer", kind, 2, {"double": answer, "first": "answer_only = True"}, deserves=FULL),
        coded("calls_of_the_x32_kind", kind, 2, {"double": TRY + "tell(all_outcomes(1 << 30))" + END}, told=EVERYTHING),
    ]
