"""The process that executes jobs and may die of them: `python -m autograding.run.reader SOCKET FOLDER`.

All that a stranger's kernel sends is read and judged in a reader. The process that is started is the nursery: it has
imported the grader, runs no job, and forks the readers, which share its memory. `apart` is the other side.
"""

import ctypes
import gc
import json
import os
import pickle
import resource
import select
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from autograding.run.execute import execute
from autograding.sandbox import warm
from autograding.sandbox.inside import confine, wire
from autograding.sandbox.session import MOST_WALL

THREAD_PROCESSOR_TIME = 3  # CLOCK_THREAD_CPUTIME_ID of time.h


def main() -> None:
    """The nursery: fork a reader for each command, tell how it ended, and end with whoever started this."""
    control = socket.socket(fileno=int(sys.argv[1]))
    # Otherwise each reader's garbage collector would write to every object, and so copy most of the memory.
    gc.collect()
    gc.freeze()
    ends: dict[int, tuple[int, int]] = {}
    while True:
        ready, _, _ = select.select([control, *ends], [], [])
        for handle in set(ready) & set(ends):
            reader, told = ends.pop(handle)
            _pid, status = os.waitpid(reader, 0)
            with suppress(BrokenPipeError):  # nobody asks any more
                os.write(told, str(os.waitstatus_to_exitcode(status)).encode())
            os.close(told)
            os.close(handle)
        if control not in ready:
            continue
        asked, handles, _flags, _address = socket.recv_fds(control, 1, 3)
        if not asked:
            return
        work, journal, told = handles
        reader = os.fork()
        if reader == 0:
            control.close()
            confine.end_with_parent(signal.SIGKILL)
            for other in (told, *ends, *(told for _reader, told in ends.values())):
                os.close(other)
            Reader(socket.socket(fileno=work), journal, sys.argv[2]).serve()
            os._exit(0)
        os.close(work)
        os.close(journal)
        ends[os.pidfd_open(reader)] = reader, told


class Reader:
    """Executes the jobs that come on a socket. It writes to the journal whose bytes it is about to read."""

    def __init__(self, sock: socket.socket, journal: int, folder: str):
        self.sock, self.journal = sock, journal
        tempfile.tempdir = folder
        warm.share(folder, self.start)
        self.memory, self.seconds, self.alarm = _memory_now(), 0.0, Alarm()
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def serve(self) -> None:
        """Execute jobs until the other side closes the socket."""
        while (frame := wire.receive(self.sock, sys.maxsize)) is not None:
            message, blob = frame
            job = pickle.loads(blob)
            limits = job.limits
            self.seconds = limits.judge_seconds
            resource.setrlimit(resource.RLIMIT_DATA, (self.memory + limits.judge_bytes, resource.RLIM_INFINITY))
            # If all else fails: `execute` itself holds the notebook's time.
            signal.setitimer(signal.ITIMER_REAL, 2 * (MOST_WALL + 1) * limits.notebook_seconds + 600)
            try:
                executed = execute(job, reading=self.reading, without=message["without"])
            except Exception as error:  # the other side raises it
                wire.send(self.sock, {"error": [type(error).__name__, str(error)]})
            else:
                wire.send(self.sock, {"executed": True}, executed)
            signal.setitimer(signal.ITIMER_REAL, 0)

    @contextmanager
    def reading(self, cell: str) -> Iterator[None]:
        """What this cell sent is read now. Too much of it, or for too long, ends this process."""
        os.pwrite(self.journal, json.dumps(cell).encode(), 0)
        self.alarm.set(self.seconds)
        try:
            yield
        except MemoryError:
            os.abort()
        finally:
            self.alarm.set(0)
            os.ftruncate(self.journal, 0)

    def start(self, name: str, _limits, stand_ins: Path | None, hidden: tuple[Path, ...]) -> None:
        """Let the other side start the warm parent, which would otherwise end with this process."""
        wire.send(self.sock, {"start": name, "stand_ins": stand_ins and str(stand_ins), "hidden": [*map(str, hidden)]})
        wire.receive(self.sock, 1 << 16)


class Alarm:
    """Ends this process when this thread has used so much of a processor, also within a function of C.

    Not setitimer: that counts all threads, and another one looks at what a notebook uses for as long as that runs.
    """

    def __init__(self):
        self._timer = ctypes.c_void_p()
        wanted = _Event(None, signal.SIGPROF, 0, b"")
        confine.check(
            _timers.timer_create(THREAD_PROCESSOR_TIME, ctypes.byref(wanted), ctypes.byref(self._timer)),
            "make a timer",
        )

    def set(self, seconds: float) -> None:
        """Begin to count; 0 stops it."""
        whole = int(seconds)
        spec = (ctypes.c_long * 4)(0, 0, whole, int((seconds - whole) * 1e9))
        confine.check(_timers.timer_settime(self._timer, 0, spec, None), "set a timer")


# Before version 2.34 the C library had timers in a library of their own.
_timers = confine.libc if hasattr(confine.libc, "timer_create") else ctypes.CDLL("librt.so.1", use_errno=True)


class _Event(ctypes.Structure):
    """struct sigevent of signal.h."""

    _fields_ = (
        ("value", ctypes.c_void_p),
        ("signal", ctypes.c_int),
        ("notify", ctypes.c_int),
        ("rest", ctypes.c_char * 48),
    )


def _memory_now():
    """The bytes that the system counts for RLIMIT_DATA."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(status.partition("VmData:")[2].split()[0]) << 10


if __name__ == "__main__":
    main()
