"""Kinds: ways to take memory that nobody counts, and to take everyone's processor, processes and descriptors.

Whatever takes memory does so slowly, says how much it has, and stops by itself at MOST bytes. It may have what the
limit allows, a quarter more, and what it takes while the grader looks elsewhere.
"""

import re

from kinds import MEMORY, MOST, Member, coded

ALLOWED = MEMORY * 7 // 4 >> 20  # MB
STEP = 16  # MB each time, and twenty times a second
TAKE = f'''
import contextlib, ctypes, mmap, os, resource, socket, tempfile, threading, time
import numpy as np
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = libc.shmat.restype = ctypes.c_void_p
STEP, MOST = {STEP} << 20, {MOST}
BLOCK = bytes(STEP)
taken = 0
held = []
def took(step=STEP):
    global taken
    taken += step
    print("taken:", taken >> 20, "MB", flush=True)
    time.sleep(0.05)
def more():
    return taken < MOST
def in_a_child(size, away=False, name=b"python"):
    """A process that holds so many bytes for a while; it is there when this returns."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        if away:
            os.setsid()
            if os.fork(): os._exit(0)
        libc.prctl(15, name, 0, 0, 0)
        kept = bytearray(size)
        kept[::4096] = b"x" * len(kept[::4096])
        os.write(writing, b"x")
        time.sleep(10)
        os._exit(0)
    os.read(reading, 1)
    took(size)
'''
END = "\ndef double(x): return 0\n"
# Each takes one step after the other while `more()`; an OSError or a MemoryError ends it.
MEMORIES = {
    "memfd": """
while more():
    handle = libc.memfd_create(b"m", 0)
    if handle < 0: raise OSError("memfd_create is refused")
    held.append(handle)
    os.write(handle, BLOCK)
    took()
""",
    "memfd_of_huge_pages_or_secret": """
while more():
    handle = libc.syscall(447, 0)
    if handle < 0: raise OSError("memfd_secret is refused")
    os.ftruncate(handle, STEP)
    place = mmap.mmap(handle, STEP)
    held.append(place)
    place[:] = BLOCK
    took()
""",
    "memfd_sealed_and_unmapped": """
while more():
    handle = libc.memfd_create(b"m", 2)
    if handle < 0: raise OSError("memfd_create is refused")
    os.ftruncate(handle, STEP)
    with mmap.mmap(handle, STEP) as place:
        place[:] = BLOCK
    held.append(handle)
    took()
""",
    "system_v": """
while more():
    handle = libc.shmget(0, STEP, 0o1600)
    if handle < 0: raise OSError("shmget is refused")
    place = libc.shmat(handle, None, 0)
    ctypes.memset(place, 1, STEP)
    libc.shmdt(ctypes.c_void_p(place))
    took()
""",
    "message_queues": """
text = ctypes.create_string_buffer(8 + 8192)
text[0] = b"\\x01"
while more():
    queue = libc.msgget(0, 0o1600)
    if queue < 0: raise OSError("msgget is refused")
    sent = 0
    while libc.msgsnd(queue, text, 8192, 0o4000) == 0: sent += 8192
    taken += sent
    if not sent: raise OSError("no more")
    if len(held) % 256 == 0: took(0)
    held.append(queue)
""",
    "tmpfs_three_times": """
for place in ("/submission", "/private", "/dev/shm", "/tmp", "/dev", "/run", "/var/tmp"):
    with contextlib.suppress(OSError):
        for number in range(MOST // STEP):
            with open(f"{place}/fill{number}", "wb") as file:
                file.write(BLOCK)
            took()
""",
    "files_without_a_name": """
for place in ("/submission", "/private", "/dev/shm", "/tmp"):
    with contextlib.suppress(OSError):
        while more():
            handle = os.open(place, os.O_TMPFILE | os.O_RDWR)
            held.append(handle)
            os.write(handle, BLOCK)
            took()
""",
    "socket_buffers": """
while more():
    one, other = socket.socketpair()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 30)
    one.setblocking(False)
    held += [one, other]
    sent = 0
    with contextlib.suppress(BlockingIOError):
        while True: sent += one.send(bytes(60_000))
    taken += sent
    if len(held) % 100 == 0: took(0)
""",
    "sockets_in_flight": """
carrier, end = socket.socketpair()
carrier.setblocking(False)
while more():
    one, other = socket.socketpair()
    one.setblocking(False)
    sent = 0
    with contextlib.suppress(BlockingIOError):
        while True: sent += one.send(bytes(60_000))
    socket.send_fds(carrier, [b"x"], [one.fileno(), other.fileno()])
    one.close(); other.close()
    taken += sent
    if sent < 1000: raise OSError("no more")
    held.append(0)
    if len(held) % 50 == 0: took(0)
""",
    "datagrams": """
while more():
    one, other = socket.socketpair(type=socket.SOCK_DGRAM)
    one.setblocking(False)
    held += [one, other]
    sent = 0
    with contextlib.suppress(BlockingIOError):
        while True: sent += one.send(bytes(100_000))
    taken += sent
    if len(held) % 100 == 0: took(0)
""",
    "tcp_buffers": """
listener = socket.create_server(("127.0.0.1", 0))
while more():
    one = socket.create_connection(listener.getsockname())
    other, _address = listener.accept()
    one.setblocking(False)
    held += [one, other]
    sent = 0
    with contextlib.suppress(BlockingIOError):
        while True: sent += one.send(bytes(60_000))
    taken += sent
    if len(held) % 20 == 0: took(0)
""",
    "pipes": """
import fcntl
while more():
    reading, writing = os.pipe()
    with contextlib.suppress(OSError):
        fcntl.fcntl(writing, 1031, 1 << 20)
    os.set_blocking(writing, False)
    held += [reading, writing]
    sent = 0
    with contextlib.suppress(BlockingIOError):
        while True: sent += os.write(writing, bytes(1 << 16))
    taken += sent
    if len(held) % 100 == 0: took(0)
""",
    "pipes_of_many_processes": """
import fcntl
for number in range(24):
    if os.fork() == 0:
        with contextlib.suppress(OSError):
            while True:
                reading, writing = os.pipe()
                fcntl.fcntl(writing, 1031, 1 << 20)
                os.write(writing, bytes(1 << 20))
                held.append((reading, writing))
        time.sleep(20)
        os._exit(0)
time.sleep(1)
""",
    "shared_and_given_back": """
while more():
    place = mmap.mmap(-1, STEP)
    place[:] = BLOCK
    place.madvise(mmap.MADV_DONTNEED)
    held.append(place)
    took()
""",
    "mapped_files": """
while more():
    file = tempfile.TemporaryFile(dir="/dev/shm")
    file.truncate(STEP)
    place = mmap.mmap(file.fileno(), STEP)
    place[:] = BLOCK
    place.close()
    held.append(file)
    took()
""",
    "page_tables": """
# One page in every 2 MB: the page is nothing, the table for it is a page, too.
SPREAD = 1 << 40
place = libc.mmap(None, ctypes.c_size_t(SPREAD), 1, 0x4022, -1, 0)
if place in (None, ctypes.c_void_p(-1).value): raise MemoryError
touch = ctypes.cast(ctypes.c_void_p(place), ctypes.POINTER(ctypes.c_char))
for number in range(0, MOST // 4096):
    touch[number << 21]
    if number % 4096 == 4095: took(4096 * 4096)
""",
    "stacks_that_grow_downwards": """
while more():
    place = libc.mmap(None, STEP, 3, 0x20122, -1, 0)
    if place in (None, ctypes.c_void_p(-1).value): raise MemoryError
    held.append(place)
    ctypes.memset(place, 1, STEP)
    took()
""",
    "many_processes_each_little": """
while more(): in_a_child(24 << 20)
""",
    "a_process_that_left_its_parents": """
while more(): in_a_child(100 << 20, away=True)
""",
    "hog_without_a_name": """
libc.prctl(15, b"\\xff\\xfe\\n) (", 0, 0, 0)
time.sleep(0.3)
while more(): in_a_child(100 << 20, name=b"\\xff) S 1 (")
""",
    "hog_named_like_numbers": """
while more(): in_a_child(100 << 20, name=b"x) R 1 1 1 1")
""",
    "plain_hog": """
while more():
    held.append(bytearray(BLOCK))
    held[-1][::4096] = b"x" * (STEP // 4096)
    took()
""",
    "locked_memory": """
while more():
    place = libc.mmap(None, STEP, 3, 0x2022, -1, 0)
    if place in (None, ctypes.c_void_p(-1).value): raise MemoryError
    held.append(place)
    ctypes.memset(place, 1, STEP)
    took()
""",
    "epoll_and_timers": """
import select
while more():
    with contextlib.suppress(OSError):
        for _ in range(100): held.append(select.epoll())
    names = [f"/dev/shm/{'n' * 200}{len(held)}{n}" for n in range(2000)]
    for name in names: open(name, "w").close()
    held.append(0)
    took(len(names) * 1500)
""",
}
CASES = {
    "memfd": "memfd",
    "socket_buffers": "socket_buffers",
    "tmpfs_three_times": "tmpfs_three_times",
    "hog_without_a_name": "hog_without_a_name",
}
OFTEN = {"memfd", "hog_without_a_name", "shared_and_given_back", "socket_buffers", "system_v"}


def too_much(html: str) -> str:
    """What is wrong with the page of whoever took memory."""
    most = max([0, *(int(n) for n in re.findall(r"taken: (\d+) MB", html))])
    return f"it took {most} MB, allowed are {ALLOWED}" if most > ALLOWED else ""


def memories() -> list[Member]:
    """One for each way to take memory."""
    return [
        coded(
            name,
            "memory that nobody counts",
            2,
            {
                "double": f"{TAKE}\ntry:\n{_indented(way)}\nexcept (OSError, MemoryError) as error:\n"
                f"    print('no more:', error)\n{END}"
            },
            least=0,
            check=too_much,
            case=CASES.get(name, ""),
            often=name in OFTEN,
            stock="not tried: no limit",
        )
        for name, way in MEMORIES.items()
    ]


def _indented(text: str) -> str:
    return "\n".join("    " + line for line in text.splitlines())


PROCESSES = {
    "busy_processes": """
import os, time
for _ in range(60):
    if os.fork() == 0:
        until = time.monotonic() + 20
        while time.monotonic() < until: pass
        os._exit(0)
time.sleep(1)
""",
    "busy_threads": """
import threading
def work():
    while True: pass
for _ in range(40): threading.Thread(target=work, daemon=True).start()
""",
    "forks_in_forks": """
import os, time
try:
    for _ in range(12): os.fork()
except OSError as error: print(error)
time.sleep(1)
""",
    "zombies": """
import os
try:
    for _ in range(500):
        if os.fork() == 0: os._exit(0)
except OSError as error: print(error)
""",
    "names_with_line_ends": """
import ctypes, os, time
libc = ctypes.CDLL(None)
for name in (b"a\\nThreads: 1", b") R 1 1 1 1", b"", b"\\xff\\xfe", b"((((", b"\\tVmRSS: 0 kB"):
    if os.fork() == 0:
        libc.prctl(15, name, 0, 0, 0)
        time.sleep(3)
        os._exit(0)
time.sleep(0.5)
""",
    "stops_itself": """
import os, signal
if os.fork() == 0:
    os.kill(os.getppid(), signal.SIGSTOP)
    os._exit(0)
os.kill(os.getpid(), signal.SIGSTOP)
""",
    "descriptors_in_flight": """
import socket, time
one, other = socket.socketpair()
one.setblocking(False)
sent = 0
try:
    while True:
        socket.send_fds(one, [b"x"], [one.fileno()] * 200)
        sent += 200
except OSError as error: print(error)
pairs = []
try:
    while True:
        pairs.append(socket.socketpair())
        pairs[-1][0].setblocking(False)
        for _ in range(100): socket.send_fds(pairs[-1][0], [b"x"], [one.fileno()] * 200)
except OSError as error: print(error)
time.sleep(2)
""",
    "inotify_instances": """
import ctypes, time
libc = ctypes.CDLL(None)
held = [libc.inotify_init() for _ in range(400)]
print("instances:", sum(handle >= 0 for handle in held))
time.sleep(1)
""",
    "timers_and_signals": """
import ctypes, os, signal
libc = ctypes.CDLL(None)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGRTMIN})
for number in range(100_000): libc.sigqueue(os.getpid(), signal.SIGRTMIN, 0)
""",
    "many_sleeping_threads": """
import threading
try:
    for _ in range(500): threading.Thread(target=threading.Event().wait, daemon=True).start()
except RuntimeError as error: print(error)
""",
    "raises_its_priority": """
import os
for step in (lambda: os.nice(-20), lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(99)),
             lambda: open("/proc/self/oom_score_adj", "w").write("-1000"),
             lambda: open("/proc/1/autogroup", "w").write("-20")):
    try: print("allowed:", step())
    except OSError as error: print(type(error).__name__)
""",
}
PROCESS_CASES = {
    "busy_processes": "60 busy processes beside an honest 2 s cell",
    "descriptors_in_flight": "descriptors in flight (root and nobody)",
    "inotify_instances": "inotify instances",
}


def processes() -> list[Member]:
    """One for each way to take processes, descriptors and the processor; honest students beside them lose nothing."""
    return [
        coded(
            name,
            "processes and descriptors",
            2,
            {"double": way + END},
            least=0,
            case=PROCESS_CASES.get(name, ""),
            often=name in ("names_with_line_ends", "descriptors_in_flight", "inotify_instances"),
            stock="not tried: no limit",
        )
        for name, way in PROCESSES.items()
    ]
